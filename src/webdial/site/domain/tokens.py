"""Tokens with which other programs call for a user. A token is shown once and kept as a digest."""

import hashlib
import secrets

from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import NotFoundError
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import kept_text
from webdial.site.models import ApiToken, User

PREFIX = "wd_"
"""Tells people and secret scanners what the string is."""


def digest_of(token: str) -> bytes:
    """SHA-256; a token has 256 random bits, so no slower hash is called for."""
    return hashlib.sha256(token.encode()).digest()


def create_token(user: User, *, name: str) -> str:
    """Make a token for `user` and return it; it cannot be read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    with configuration_change():
        ApiToken.objects.create(
            user=user,
            name=kept_text(name, field="name", label="The token's name", most=80),
            digest=digest_of(token).hex(),
            created_at=timezone.now(),
        )
    return token


def list_tokens(user: User | None = None) -> QuerySet[ApiToken]:
    tokens = ApiToken.objects.select_related("user")
    return tokens if user is None else tokens.filter(user=user)


def revoke_token(token_id: int) -> ApiToken:
    """Raises NotFoundError."""
    token = ApiToken.objects.select_related("user").filter(pk=token_id).first()
    if token is None:
        raise NotFoundError(f"There is no token {token_id}.")
    with configuration_change():
        ApiToken.objects.filter(pk=token_id).delete()
    return token
