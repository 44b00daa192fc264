"""Signing in by a provider that others wrote and the OpenID Foundation certified: `python3 dev.py provider`."""
