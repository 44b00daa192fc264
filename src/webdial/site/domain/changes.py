"""Every change of what is kept, with who, when, before and after. Added to, never rewritten.

`keep_change` is called by each act within its own transaction: the change and its record are kept
together or not at all. What the content looks like is for the act to say; secrets are told by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webdial.errors import NotFoundError
from webdial.language import translatable, translate
from webdial.site.audit.change_digests import (
    EMPTIED_OF_CHANGE,
    empty_change,
    record_changes,
    record_erased_changes,
)
from webdial.site.audit.digests import new_salt
from webdial.site.domain.acting import actor, note
from webdial.site.domain.folded_names import has_word
from webdial.site.models import Change, ChangeSubject

State = Mapping[str, Any]
"""A thing as it stands, as JSON: texts, truths, null, and lists of them."""

ADDED: Final = translatable("added")
CHANGED: Final = translatable("changed")
REMOVED: Final = translatable("removed")


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One difference. A value is None where there was none; `is_secret` says that it is not kept."""

    name: str
    before: Any = None
    after: Any = None
    is_secret: bool = False


def keep_change(
    subject: ChangeSubject,
    key: object,
    label: str,
    *,
    before: State | None,
    after: State | None,
    secrets: Iterable[str] = (),
    action: str = "",
    note: str = "",
) -> Change | None:
    """Write a change down; None when nothing differs. To be called within the act's transaction."""
    change = new_change(
        subject, key, label, before=before, after=after, secrets=secrets, action=action, note=note
    )
    if change is not None:
        change.save(force_insert=True)
        record_changes([change])
    return change


def keep_act(
    subject: ChangeSubject, key: object, label: str, action: str, *, secrets: Iterable[str] = ()
) -> Change:
    """Write an act down that has no before and after, such as a lock-out that was lifted."""
    change = _row(subject, key, label, action, None, None, secrets, "")
    change.save(force_insert=True)
    record_changes([change])
    return change


def new_change(
    subject: ChangeSubject,
    key: object,
    label: str,
    *,
    before: State | None,
    after: State | None,
    secrets: Iterable[str] = (),
    action: str = "",
    note: str = "",
) -> Change | None:
    """The row of a change, not kept yet: many are kept together by `keep_changes`."""
    named = sorted(secrets)
    if before == after and not named:
        return None
    kind = ADDED if before is None else REMOVED if after is None else CHANGED
    return _row(subject, key, label, action or kind, before, after, named, note)


def keep_changes(changes: Iterable[Change | None]) -> None:
    """Write many down at once."""
    kept = [each for each in changes if each is not None]
    Change.objects.bulk_create(kept, batch_size=100)
    for start in range(0, len(kept), 1_000):
        record_changes(kept[start : start + 1_000])


def find_changes(
    *,
    subject: str = "",
    key: str = "",
    who: str = "",
    search: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Change]:
    """Changes, newest first. `until` itself is left out; words of `search` stand in the label."""
    found = Change.objects.all()
    if subject:
        found = found.filter(subject=subject)
    if key:
        found = found.filter(key=key)
    for word in who.split():
        found = found.filter(has_word(word, "user_name"))
    for word in search.split():
        found = found.filter(has_word(word, "label"))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found


def changes_of(subject: str, key: object) -> QuerySet[Change]:
    return Change.objects.filter(subject=subject, key=str(key))


def change_by_id(change_id: int) -> Change:
    """Raises NotFoundError."""
    change = Change.objects.filter(pk=change_id).first()
    if change is None:
        raise NotFoundError(translate("There is no change {change_id}.", change_id=change_id))
    return change


def changed_fields(change: Change) -> Iterator[ChangedField]:
    """What differs, in the order in which the database has kept the fields."""
    before, after = change.before or {}, change.after or {}
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield ChangedField(name, before.get(name), after.get(name))
    for name in change.secrets:
        yield ChangedField(name, is_secret=True)


def erase_content(is_meant: Callable[[Change], bool], subjects: Iterable[ChangeSubject]) -> int:
    """Empty what changes of these subjects hold, where `is_meant`; how many those were.

    For personal data alone, and the one thing that is ever done to a row: that there was a change, when,
    by whom and of what kind stays.
    """
    rows = Change.objects.filter(subject__in=list(subjects), erased_at=None).order_by("pk")
    meant = [row.pk for row in rows.iterator(chunk_size=500) if is_meant(row)]
    now = timezone.now()
    for start in range(0, len(meant), 500):
        with transaction.atomic():
            erased = list(
                Change.objects.select_for_update().filter(pk__in=meant[start : start + 500])
            )
            for change in erased:
                empty_change(change, now)
            Change.objects.bulk_update(erased, EMPTIED_OF_CHANGE, batch_size=50)
            record_erased_changes(erased)
    return len(meant)


def numbers_in(change: Change) -> Iterator[str]:
    """The telephone numbers that stand in a change."""
    for state in (change.before, change.after):
        for phone in (state or {}).get("phones", ()):
            yield phone[1]


def _row(
    subject: ChangeSubject,
    key: object,
    label: str,
    action: str,
    before: State | None,
    after: State | None,
    secrets: Iterable[str],
    why: str,
) -> Change:
    who = actor()
    return Change(
        at=timezone.now(),
        user_id=who.user_id,
        user_name=who.name[:120],
        subject=subject,
        key=str(key)[:200],
        label=label[:300],
        action=action[:60],
        before=before,
        after=after,
        secrets=list(secrets),
        note=(why or note())[:300],
        salt=new_salt(),
    )
