"""One way to check and keep what people type into a field."""

from collections.abc import Mapping
from typing import Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import key_of
from webdial.language import grouped, translate

_Row = TypeVar("_Row", bound=models.Model)

_BLANKS: Final = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_MARKS: Final = (
    0xAD,
    0x200B,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
)
_PASTED: Final = dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_MARKS, "")
"""What comes along when text is copied from a web page or an address book: blanks of other widths, and marks such as
those for the direction. Nobody sees them, so nobody could take them out."""

_ID_DIGITS: Final = 18
"""Of any more the databases' integers of 64 bits may be too small."""


def id_in(text: str) -> int | None:
    """The id of a row that a form or an address holds; None for what can be none."""
    is_id = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
    return int(text) if is_id else None


def searched_text(text: str) -> str:
    """What is looked for: nobody looks for what cannot be seen, and PostgreSQL takes no NUL."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def kept_text(value: str, *, field: str, label: str, most: int, required: bool = True) -> str:
    """`value` without blanks around it and what is pasted unseen. Raises InvalidValueError when it cannot be kept."""
    text = value.translate(_PASTED).strip()
    if required and not text:
        raise InvalidValueError(translate("{label} is missing.", label=label), field=field)
    if len(text) > most:
        raise InvalidValueError(
            translate("{label} has more than {most} characters.", label=label, most=most),
            field=field,
        )
    if not text.isprintable():
        raise InvalidValueError(
            translate("{label} holds characters that cannot be seen.", label=label), field=field
        )
    return text


def kept_lines(value: str, *, field: str, label: str, most: int) -> str:
    """A text of several lines, often empty. Raises InvalidValueError when it cannot be kept."""
    lines = [line.rstrip() for line in value.translate(_PASTED).replace("\t", " ").splitlines()]
    text = "\n".join(lines).strip()
    if len(text) > most:
        raise InvalidValueError(
            translate("{label} has more than {most} characters.", label=label, most=grouped(most)),
            field=field,
        )
    if not text.replace("\n", "").isprintable():
        raise InvalidValueError(
            translate("{label} holds characters that cannot be seen.", label=label), field=field
        )
    return text


def row_named(name: str, rows: models.QuerySet[_Row]) -> _Row | None:
    """The one of a few rows that has this name, as the exchange tells names apart.

    A database has capitals outside ASCII of its own: SQLite none, PostgreSQL those of its locale.
    """
    known = {key_of(each): key for key, each in rows.values_list("pk", "name")}
    key = known.get(key_of(name))
    return None if key is None else rows.get(pk=key)


def check_constraints(row: models.Model, *, fields: Mapping[str, str]) -> None:
    """Raise InvalidValueError in the words of the model's constraint that `row` would break.

    `fields` has the field to blame by the constraint's name.
    """
    for model, constraints in row.get_constraints():
        for constraint in constraints:
            try:
                constraint.validate(model, row)
            except ValidationError as error:
                field = fields.get(constraint.name, "")
                raise InvalidValueError(" ".join(error.messages), field=field) from error
