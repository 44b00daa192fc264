"""Tokens with which other programs call for a user. A token is shown once and kept as a digest."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translate
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import kept_text
from webdial.site.domain.folded_names import has_word
from webdial.site.models import ApiToken, ChangeSubject, User

PREFIX = "wd_"
"""Tells people and secret scanners what the string is."""

PLACE_CALLS: Final = "place-calls"
READ_CALLS: Final = "read-calls"
SCOPES: Final = (PLACE_CALLS, READ_CALLS)
"""What a token may be for."""

MAX_TOKENS: Final = 50
"""Tokens of one user: more than there are programs to tell apart."""


def digest_of(token: str) -> bytes:
    """SHA-256; a token has 256 random bits, so no slower hash is called for."""
    return hashlib.sha256(token.encode()).digest()


def create_token(
    user: User,
    *,
    name: str,
    scopes: Iterable[str] = SCOPES,
    expires_at: datetime | None = None,
    browser: str = "",
) -> str:
    """Make a token for `user` and return it; it cannot be read again. Raises InvalidValueError.

    With `browser` it is for that browser's extension (webdial.site.domain.browsers).
    """
    token = PREFIX + secrets.token_urlsafe(32)
    wanted = _checked_scopes(scopes)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidValueError(translate("The token would have lapsed already."), field="expires")
    row = ApiToken(
        user=user,
        name=kept_text(name, field="name", label=translate("The token's name"), most=80),
        digest=digest_of(token).hex(),
        created_at=timezone.now(),
        places_calls=PLACE_CALLS in wanted,
        reads_calls=READ_CALLS in wanted,
        expires_at=expires_at,
        browser=browser,
    )
    with configuration_change():
        if ApiToken.objects.filter(user=user).count() >= MAX_TOKENS:
            raise InvalidValueError(
                translate(
                    "{name} has {MAX_TOKENS} tokens already.", name=user.name, MAX_TOKENS=MAX_TOKENS
                ),
                hint=translate("Revoke some first."),
            )
        row.save()
        after = token_state(row)
        keep_change(ChangeSubject.TOKEN, row.pk, _label(row), before=None, after=after)
    return token


def list_tokens(user: User | None = None, *, search: str = "") -> QuerySet[ApiToken]:
    """Tokens, newest first; words of `search` stand in the token's name or its user's."""
    tokens = ApiToken.objects.select_related("user", "user__branch")
    for word in search.split():
        tokens = tokens.filter(has_word(word, "name", "user__name", "user__login"))
    return tokens if user is None else tokens.filter(user=user)


def revoke_token(token_id: int, *, user: User | None = None) -> ApiToken:
    """With `user`, only one of theirs. Raises NotFoundError."""
    token = list_tokens(user).filter(pk=token_id).first()
    if token is None:
        raise NotFoundError(translate("There is no token {token_id}.", token_id=token_id))
    with configuration_change():
        before = token_state(token)
        keep_change(ChangeSubject.TOKEN, token.pk, _label(token), before=before, after=None)
        ApiToken.objects.filter(pk=token_id).delete()
    return token


def scopes_of(token: ApiToken) -> tuple[str, ...]:
    holds = {PLACE_CALLS: token.places_calls, READ_CALLS: token.reads_calls}
    return tuple(scope for scope in SCOPES if holds[scope])


def is_lapsed(token: ApiToken) -> bool:
    return token.expires_at is not None and token.expires_at <= timezone.now()


def end_of_day(day: date) -> datetime:
    """When a token lapses that is good until the end of this day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def last_day(token: ApiToken) -> date | None:
    """The last day on which the token is taken, in UTC."""
    return None if token.expires_at is None else (token.expires_at - timedelta(seconds=1)).date()


def token_state(row: ApiToken) -> dict[str, Any]:
    """How a token looks in the history of changes: without what opens the door."""
    return {
        "user": row.user.login,
        "name": row.name,
        "places_calls": row.places_calls,
        "reads_calls": row.reads_calls,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def _label(row: ApiToken) -> str:
    return f"{row.name} of {row.user.name}"


def _checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(scopes)
    if unknown := sorted(wanted - frozenset(SCOPES)):
        raise InvalidValueError(
            translate("A token cannot be for {unknown}.", unknown=f"{unknown[0]!r}"),
            field="scopes",
            hint=" or ".join(SCOPES),
        )
    if not wanted:
        raise InvalidValueError(translate("Choose what the token is for."), field="scopes")
    return wanted
