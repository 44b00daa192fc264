"""The API, for other programs: /api/v1. The caller is always the token's user."""

from webdial.api.application import Api

__all__ = ["Api"]
