"""System checks: what can be wrong in how Webdial is set up, each with an id, a sentence and a hint.

They look and change nothing: no folder, key or database is made, and nothing is sent. Findings are
messages of Django's check framework; Django's own checks look at the program and are its developers'.
`webdial check` runs them in this order, since each part needs the one before it:

    environment    before Django is set up: folder, keys, variables
    machine        disk and clock
    database       reachable, of this version
    secrets        every sealed value opens
    settings, phone_systems, people    over one picture of the configuration

docs/reference/checks.md is checked against `CHECKS`.
"""

from webdial.site.domain.checks.known import CHECKS, Check

__all__ = ["CHECKS", "Check"]
