"""The site, for people: what is kept (models), what is done and read (domain), what is shown (pages).

Placing a call is not done here but in webdial.exchange; the site gives it its configuration and
its journal.
"""
