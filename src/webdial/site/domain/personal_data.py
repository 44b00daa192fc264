"""What the call log and the directory hold of one person: shown, exported, erased.

A person is a user, or whoever has a number. Erasing empties what names people in a call; that it
was placed, when, through what and with which outcome stays, under its id (docs/decisions/0016).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils import timezone

from webdial.errors import InvalidValueError
from webdial.exchange.outcome import Outcome
from webdial.language import translate
from webdial.numbers import NumberError, clean_number
from webdial.site.audit.call_digests import commitments_of
from webdial.site.audit.log_acts import record_erased, record_note
from webdial.site.domain.call_filters import needle_of
from webdial.site.domain.call_records import record_of
from webdial.site.domain.changes import erase_content, numbers_in
from webdial.site.domain.personal_account import erase_account, told_account
from webdial.site.domain.personal_changes import told_changes
from webdial.site.domain.personal_machines import erase_machines, machine_names, told_machines
from webdial.site.models import Call, CallLogNote, ChangeSubject, Phone, User

_BATCH: Final = 500
_SHORT: Final = 7
"""Below this many digits a number is an extension or a service, and is compared as a whole."""

_EMPTIED: Final = (
    "extension", "phone", "typed", "dialled", "number_story", "request", "answer", "message",
    "remote_id", "next_step",
)  # fmt: skip
"""Columns of a call that can name somebody."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data is meant: a user's, or that of whoever has a number. One of both is set."""

    user: User | None = None
    number: str = ""

    @property
    def erases_account(self) -> bool:
        """Whether it is a user who is deactivated: account and machines are erased with the calls.

        While users are active they dial and sign in with these.
        """
        return self.user is not None and not self.user.is_active

    @property
    def noted(self) -> str:
        """How a note names it: a number that was erased must not stand in the note."""
        if self.user is not None:
            return f"user {self.user.staff_id}"
        return f"a number that ends in {needle_of(self.number)[-2:]}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is held of a subject. `numbers` tells how the number was dialled, and how often."""

    calls: tuple[UUID, ...]
    placing: int
    first_at: datetime | None
    last_at: datetime | None
    numbers: tuple[tuple[str, int], ...]
    owners: tuple[str, ...]
    """Who has this number in the directory; it is deleted there."""
    machines: tuple[str, ...] = ()
    """The user's paired computers and browsers."""
    erases_account: bool = False

    @property
    def is_erasable(self) -> bool:
        return bool(self.calls or self.erases_account)


def subject_of_number(typed: str) -> Subject:
    """Raises InvalidValueError when it is no number."""
    digits = re.sub(r"[^\d*#+]", "", typed)
    if len(needle_of(digits)) < 2:
        raise InvalidValueError(translate("Type the whole number."), field="number")
    return Subject(number=digits)


def find_personal_data(subject: Subject) -> Found:
    """What there is. Calls that were erased before are not counted again."""
    rows = _rows_of(subject)
    numbers: dict[str, int] = {}
    for row in rows:
        numbers[row["dialled"]] = numbers.get(row["dialled"], 0) + 1
    times = [row["placed_at"] for row in rows]
    placing = sum(row["outcome"] == Outcome.PLACING.value for row in rows)
    return Found(
        calls=tuple(row["pk"] for row in rows),
        placing=placing,
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        numbers=tuple(sorted(numbers.items(), key=lambda each: -each[1])) if subject.number else (),
        owners=tuple(_owners(subject.number)) if subject.number else (),
        machines=machine_names(subject.user) if subject.user else (),
        erases_account=subject.erases_account,
    )


def erase_personal_data(subject: Subject, *, cuts_user: bool, actor: str) -> int:
    """Empty what names people in the subject's calls; how many calls that were.

    `cuts_user` takes away who placed them as well. A call that is being placed is left alone.
    """
    rows = [row for row in _rows_of(subject) if row["outcome"] != Outcome.PLACING.value]
    ids = [row["pk"] for row in rows]
    count = sum(_erase(chunk, cuts_user=cuts_user) for chunk in _chunks(ids))
    _erase_history(subject)
    if subject.user is not None and subject.erases_account:
        erase_machines(subject.user)
        erase_account(subject.user)
    _note(CallLogNote.Act.ERASED, subject, ids, actor)
    return count


def _erase(ids: list[UUID], *, cuts_user: bool) -> int:
    """Empty these calls and write so into the record, both or neither; how many they were.

    Instead of salt and content the commitment to them stays (webdial.site.audit).
    """
    with transaction.atomic():
        calls = list(Call.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        now = timezone.now()
        for call in calls:
            call.commitments = commitments_of(call) if call.begun_salt else ""
            call.begun_salt = call.ended_salt = ""
            call.erased_at = now
            for name in _EMPTIED:
                setattr(call, name, "")
            if cuts_user:
                call.user = None
        changed = ("commitments", "begun_salt", "ended_salt", "erased_at", "user", *_EMPTIED)
        Call.objects.bulk_update(calls, changed, batch_size=50)
        if calls:
            record_erased(calls)
    return len(calls)


def export_personal_data(subject: Subject, *, actor: str) -> Iterator[bytes]:
    """All that is held, as the parts of one JSON text. Secrets are told by name alone."""
    ids = [row["pk"] for row in _rows_of(subject)]
    _note(CallLogNote.Act.EXPORTED, subject, ids, actor)
    head = {"made_at": timezone.now(), **_about(subject)}
    yield orjson.dumps(head, option=orjson.OPT_INDENT_2)[:-2]
    if subject.user is not None:
        yield from _listed(b"changes_made", told_changes(subject.user))
    yield from _listed(b"calls", _told_calls(ids))
    yield b"\n}\n"


def _listed(name: bytes, told: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A list of the JSON text, a line for each."""
    yield b',\n  "' + name + b'": ['
    separator = b"\n    "
    for each in told:
        yield separator + orjson.dumps(each)
        separator = b",\n    "
    yield b"\n  ]"


def _told_calls(ids: list[UUID]) -> Iterator[dict[str, Any]]:
    for chunk in _chunks(ids):
        rows = Call.objects.filter(pk__in=chunk).select_related("user", "branch").order_by("pk")
        for row in rows:
            yield {**record_of(row), "request": row.request, "answer": row.answer}


def _erase_history(subject: Subject) -> None:
    """What the history of changes holds of whoever has the number; a user's goes with the user."""
    if subject.number:
        people = (ChangeSubject.PERSON, ChangeSubject.COMPANY)
        erase_content(
            lambda change: any(_is_same(subject.number, each, "") for each in numbers_in(change)),
            people,
        )


def _rows_of(subject: Subject) -> list[dict[str, Any]]:
    fields = ("pk", "typed", "dialled", "placed_at", "outcome")
    if subject.user is not None:
        rows = Call.objects.filter(user=subject.user, erased_at=None).order_by("pk")
        return list(rows.values(*fields))
    found = _candidates(needle_of(subject.number)).order_by("pk").values(*fields)
    return [row for row in found if _is_same(subject.number, row["typed"], row["dialled"])]


def _candidates(needle: str) -> QuerySet[Call]:
    """Calls in which the digits stand somewhere; what is typed is compared without what parts it."""
    typed: Any = F("typed")
    for parting in " -()./":
        typed = Replace(typed, Value(parting), Value(""))
    calls = Call.objects.filter(erased_at=None).annotate(squeezed=typed)
    return calls.filter(Q(dialled__contains=needle) | Q(squeezed__contains=needle))


def _is_same(number: str, typed: str, dialled: str) -> bool:
    try:
        cleaned = clean_number(typed).dialled
    except NumberError:
        cleaned = ""
    return any(_matches(number, each.partition(",")[0]) for each in (dialled, cleaned) if each)


def _matches(number: str, other: str) -> bool:
    """Whether `other` is this number, maybe behind a country code, a 0 or an outside line's prefix."""
    needle = needle_of(number)
    if len(needle) < _SHORT:
        return other == number
    if number.startswith(("+", "00")) and other.startswith(("+", "00")):
        return _international(number) == _international(other)
    return other.endswith(needle) and len(other) - len(needle) <= 8


def _international(number: str) -> str:
    return number.removeprefix("+") if number.startswith("+") else number.removeprefix("00")


def _owners(number: str) -> Iterator[str]:
    typed: Any = F("number")
    for parting in " -()./":
        typed = Replace(typed, Value(parting), Value(""))
    phones = Phone.objects.select_related("person", "user").annotate(squeezed=typed)
    for phone in phones.filter(squeezed__contains=needle_of(number)):
        if _is_same(number, phone.number, ""):
            yield f"{phone.person or phone.user}"


def _about(subject: Subject) -> dict[str, Any]:
    user = subject.user
    if user is None:
        return {"number": subject.number, "directory": list(_owners(subject.number))}
    return {**told_account(user), **told_machines(user)}


def _note(act: CallLogNote.Act, subject: Subject, ids: list[UUID], actor: str) -> None:
    note = CallLogNote(
        act=act,
        made_at=timezone.now(),
        actor=actor,
        subject=subject.noted,
        count=len(ids),
        first_call=ids[0] if ids else None,
        last_call=ids[-1] if ids else None,
    )
    with transaction.atomic():
        note.save(force_insert=True)
        record_note(note)


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
