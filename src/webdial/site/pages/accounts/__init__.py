"""Signing in, and one's own account: allauth guards the doors, the pages and their words are ours."""
