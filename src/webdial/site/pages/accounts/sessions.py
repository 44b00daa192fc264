"""Where a user is signed in, in words: allauth keeps a row for each session."""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH, get_client_ip
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone

from webdial.language import translate
from webdial.site.domain.client_addresses import plain_address
from webdial.site.domain.fields import id_in
from webdial.site.pages.requests import PageRequest

SEEN_EVERY_S: Final = 300.0
"""How often it is written down that a session is in use."""

_BROWSERS: Final = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrom(?:e|ium)/|CriOS/"),
    ("Safari", r"Safari/"),
)
"""In this order: each says that it is the ones below it as well."""

_SYSTEMS: Final = (
    ("Android", r"Android"),
    ("iPhone or iPad", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


@dataclass(frozen=True, slots=True)
class ShownSession:
    id: int
    program: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def sessions_of(request: PageRequest) -> list[ShownSession]:
    """The user's sessions, this one first, then the one that was last in use."""
    _keep_own(request)
    rows = UserSession.objects.purge_and_list(request.user)
    key = request.session.session_key
    rows.sort(key=lambda row: (row.session_key == key, row.last_seen_at), reverse=True)
    return [
        ShownSession(
            row.pk,
            program_in_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            is_this=row.session_key == key,
        )
        for row in rows
    ]


def ended_sessions(request: PageRequest, choice: str) -> list[UserSession]:
    """The rows of the user's that `choice` means: `others`, or a session's id."""
    rows = UserSession.objects.filter(user=request.user)
    if choice == "others":
        return list(rows.exclude(session_key=request.session.session_key))
    session_id = id_in(choice)
    return [] if session_id is None else list(rows.filter(pk=session_id))


def program_in_words(user_agent: str) -> str:
    """`Firefox on Windows`, as far as it can be told."""
    browser = _first(_BROWSERS, user_agent) or "A program"
    system = _first(_SYSTEMS, user_agent)
    return translate("{browser} on {system}", browser=browser, system=system) if system else browser


class SeenSessions:
    """Which sessions this process has lately written down as in use."""

    def __init__(self) -> None:
        self._written: dict[str, float] = {}

    def is_due(self, session_key: str) -> bool:
        """Whether to write now; True once in a while for each session."""
        now = time.monotonic()
        if now - self._written.get(session_key, -SEEN_EVERY_S) < SEEN_EVERY_S:
            return False
        if len(self._written) > 10_000:
            self._written.clear()
        self._written[session_key] = now
        return True


def write_seen(request: HttpRequest) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now(), **_client(request)
    )


def is_of_user(request: HttpRequest) -> bool:
    """Whether the request's session, if it was looked at, is a signed-in user's."""
    session = getattr(request, "session", None)
    return bool(session is not None and session.session_key and SESSION_KEY in session)


def _keep_own(request: PageRequest) -> None:
    """A session that began before sessions were kept gets its row now."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)


def _client(request: HttpRequest) -> dict[str, str]:
    agent = request.headers.get("User-Agent", "")[:HTTP_USER_AGENT_MAX_LENGTH]
    ip = get_client_ip(request)
    return {"user_agent": agent, **({"ip": plain_address(ip)} if ip else {})}


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text)), "")
