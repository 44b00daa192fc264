"""Labelled numbers as rows of a form, which grow and shrink without script."""

from collections.abc import Iterable
from itertools import zip_longest

from django.http import QueryDict

from webdial.site.domain.phones import LabelledNumber, first_faulty
from webdial.site.models import Phone
from webdial.site.pages.shown_errors import ShownError

PhoneRows = tuple[LabelledNumber, ...]

_BLANK = LabelledNumber("", "")


def kept_rows(phones: Iterable[Phone]) -> PhoneRows:
    return tuple(LabelledNumber(phone.label, phone.number) for phone in phones)


def typed_rows(post: QueryDict) -> PhoneRows:
    """Every row as typed, blank ones too."""
    labels, numbers = post.getlist("phone_label"), post.getlist("phone_number")
    return tuple(
        LabelledNumber(label, number)
        for label, number in zip_longest(labels, numbers, fillvalue="")
    )


def shown_rows(rows: PhoneRows) -> PhoneRows:
    """Rows to show: at least one to type into."""
    return rows or (_BLANK,)


def faulty_row(rows: PhoneRows, error: ShownError | None) -> int | None:
    """Counted from 0: the row that was refused, where typing goes on."""
    return first_faulty(rows) if error is not None and error.field == "phones" else None


def focus_of(post: QueryDict) -> str:
    """Where typing goes on after the rows were altered; a button that is gone keeps no focus."""
    if "add_number" in post:
        return "new_row"
    return "add_button" if "remove_number" in post else ""


def altered_rows(post: QueryDict, rows: PhoneRows) -> PhoneRows | None:
    """The rows after "Add another number" or "Remove"; None when the form is to be saved."""
    if "add_number" in post:
        return (*rows, _BLANK)
    if "remove_number" in post:
        removed = post["remove_number"]
        return tuple(row for index, row in enumerate(rows) if str(index) != removed)
    return None
