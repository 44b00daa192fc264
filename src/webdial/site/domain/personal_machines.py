"""A user's paired computers and browsers as personal data: told, and erased with a user who is deactivated.

While a user is active their machines are in use, and theirs to revoke.
"""

from typing import Any

from django.db import transaction

from webdial.site.domain.browsers import NAME_BEGINS, browsers_of
from webdial.site.domain.changes import erase_content
from webdial.site.domain.computer_lines import lines_of
from webdial.site.domain.computers import computers_of, revoke_computer
from webdial.site.domain.personal_changes import ChangesAbout
from webdial.site.domain.tokens import revoke_token
from webdial.site.models import ApiToken, Change, ChangeSubject, Computer, User


def machine_names(user: User) -> tuple[str, ...]:
    """Computers first; as the user knows them."""
    computers = computers_of(user).values_list("name", flat=True)
    return (*computers, *browsers_of(user).values_list("browser", flat=True))


def told_machines(user: User) -> dict[str, list[dict[str, Any]]]:
    """All that is held of them, but for what opens the door."""
    return {
        "computers": [_told_computer(row) for row in computers_of(user)],
        "browsers": [_told_browser(row) for row in browsers_of(user)],
    }


def erase_machines(user: User) -> None:
    """Revoke them, and empty what the history of changes holds of them, earlier ones too."""
    about = ChangesAbout(user)
    with transaction.atomic():
        for computer in computers_of(user):
            revoke_computer(computer)
        for token in browsers_of(user):
            revoke_token(token.pk, user=user)
        erase_content(
            lambda change: change in about and _is_of_machine(change),
            (ChangeSubject.COMPUTER, ChangeSubject.TOKEN),
        )


def _is_of_machine(change: Change) -> bool:
    name = (change.after or change.before or {}).get("name", "")
    return change.subject == ChangeSubject.COMPUTER or name.startswith(NAME_BEGINS)


def _told_computer(row: Computer) -> dict[str, Any]:
    return {
        "name": row.name,
        "platform": row.platform,
        "paired_at": row.paired_at,
        "used_at": row.used_at,
        "seen_at": row.seen_at,
        "dials_without_asking": row.dials_without_asking,
        "can": row.can.split(),
        "lines": [line.name for line in lines_of(row)],
        "line": row.line,
    }


def _told_browser(row: ApiToken) -> dict[str, Any]:
    return {
        "name": row.browser,
        "paired_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_on": row.last_used_on,
    }
