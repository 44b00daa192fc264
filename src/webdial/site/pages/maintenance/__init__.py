"""Maintenance: the pages on which administrators keep what dialling needs.

General settings, users, branches and people to ring. What may be kept is decided in
webdial.site.domain; these pages read forms, show faults at their fields and say what was changed.
"""
