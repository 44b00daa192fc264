"""Scanners of others that attack a running site: schemathesis its API, wapiti its pages. Run by dev.py."""
