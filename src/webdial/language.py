"""The language in which people are told something, for all packages, the pure ones included.

Texts stand in English where they are used, marked by the functions below; `python3 dev.py messages`
collects them. The site sets the language of each page (webdial.site.pages.language). Whatever is no
page sets none: the API, the command line, logs and all that is stored stay English.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, Protocol, Self


class Catalogue(Protocol):
    """The texts of one language, as `gettext.GNUTranslations` holds them."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, one: str, many: str, count: int, /) -> str: ...


_spoken: Final[ContextVar[Catalogue | None]] = ContextVar("spoken", default=None)
"""None stands for English: then nothing is looked up."""


def speak(catalogue: Catalogue | None) -> None:
    """Set the language for the rest of this task or thread, and for what it starts."""
    _spoken.set(catalogue)


def translate(message: str, /, **values: object) -> str:
    """`message` in the language of whoever is told, `values` put in where it names them.

    `message` is a literal with named places, never an f-string: `translate("{count} calls", count=3)`.
    With `values`, a brace that is meant is written twice, as for `str.format`.
    """
    catalogue = _spoken.get()
    told = message if catalogue is None or not message else catalogue.gettext(message)
    return told.format_map(values) if values else told


def translate_count(one: str, many: str, /, count: int, **values: object) -> str:
    """`one` or `many` by `count`, which both may name as a place."""
    catalogue = _spoken.get()
    if catalogue is None:
        told = one if count == 1 else many
    else:
        told = catalogue.ngettext(one, many, count)
    return told.format_map({"count": count, **values})


class Kept(str):
    """A text that is written down in English, and told in the language of whoever reads it."""

    __slots__ = ("_message", "_values")
    _message: str
    _values: Mapping[str, object]

    def __new__(cls, message: str, /, **values: object) -> Self:
        kept = super().__new__(cls, message.format_map(values) if values else message)
        kept._message, kept._values = message, values
        return kept

    @property
    def translated(self) -> str:
        values = {
            name: value.translated if isinstance(value, Kept) else value
            for name, value in self._values.items()
        }
        return translate(self._message, **values)


def retold(text: str) -> str:
    """What was kept, in the language of whoever is told now.

    A text that comes from a store is looked up as it is: one that values were put into stays English.
    """
    return text.translated if isinstance(text, Kept) else translate(text)


def grouped(number: int) -> str:
    """`number` with its thousands told apart as the language does."""
    return decimal(number, 0)


def decimal(number: float, places: int | None = None) -> str:
    """`number` with so many places, or with those that it has, written as the language does it."""
    marks = str.maketrans({",": translate("1,000")[1], ".": translate("0.5")[1]})
    return format(number, ",g" if places is None else f",.{places}f").translate(marks)


def waited(seconds: float) -> str:
    """A duration for who waited: under 0.1 s, 0.4 s, 12 s."""
    if seconds < 0.1:
        return translate("under 0.1 s")
    return translate("{seconds} s", seconds=decimal(seconds, 1 if seconds < 10 else 0))


def measured(seconds: float) -> str:
    """A duration for who compares: 0.42 ms, 87 ms, 1.25 s."""
    if seconds >= 1:
        return translate("{seconds} s", seconds=decimal(seconds, 2))
    milliseconds = seconds * 1000
    return translate("{ms} ms", ms=decimal(milliseconds, 2 if milliseconds < 10 else 0))


def translatable(message: str) -> str:
    """`message` as it is: marks a text of a table, for `translate` to look up when it is shown."""
    return message
