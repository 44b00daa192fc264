"""The history of changes as personal data: which changes tell of a user, and which the user made.

What a change that somebody made tells of others stays out of their data: who that was, and what stood
there before and after.
"""

from collections.abc import Iterator
from typing import Any, Final

from webdial.site.domain.changes import changes_of
from webdial.site.models import Change, ChangeSubject, User

_THINGS: Final = frozenset(
    {
        ChangeSubject.SETTING,
        ChangeSubject.BRANCH,
        ChangeSubject.PHONE_SYSTEM,
        ChangeSubject.CREDENTIAL,
        ChangeSubject.FUNCTION,
    }
)
"""What is no person's and no company's: its name is told."""


class ChangesAbout:
    """The changes that tell of a user and of what is theirs.

    Phones, computers and tokens name whose they are by the sign-in name of that time, which may have been
    another than today's, and may be somebody else's today.
    """

    def __init__(self, user: User) -> None:
        self._user = user
        self._logins = list(_logins_of(user))

    def __contains__(self, change: Change) -> bool:
        if change.subject == ChangeSubject.USER:
            return change.key == str(self._user.pk)
        if change.subject == ChangeSubject.FILLED_IN:
            return change.key.split("|")[1] == str(self._user.pk)
        owner = (change.after or change.before or {}).get("user")
        return owner is not None and owner == self._login_at(change.pk)

    def _login_at(self, change_id: int) -> str:
        """The sign-in name in the moment of a change; today's where nothing is known."""
        before = [login for pk, login in self._logins if pk <= change_id]
        return before[-1] if before else self._user.login


def _logins_of(user: User) -> Iterator[tuple[int, str]]:
    """From which change on the user had which sign-in name."""
    for change in changes_of(ChangeSubject.USER, user.pk).order_by("pk"):
        if login := (change.after or {}).get("login"):
            yield change.pk, login


def told_changes(user: User) -> Iterator[dict[str, Any]]:
    """What the user changed, in that order; one at a time, since an import makes many."""
    about = ChangesAbout(user)
    for change in Change.objects.filter(user_id=user.pk).order_by("pk").iterator(chunk_size=500):
        is_named = change.subject in _THINGS or change in about
        yield {
            "change": change.pk,
            "at": change.at,
            "action": change.action,
            "subject": change.subject,
            "name": change.label if is_named else None,
        }
