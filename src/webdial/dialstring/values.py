"""What a dial string takes: names of values, functions on them, and the values themselves."""

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from webdial.dialstring.encoding import Place
from webdial.language import translatable
from webdial.values import value_class

NUMBER: Final = "number"
EXTENSION: Final = "extension"

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that a dial string may use: what people call it, and how its value is treated.

    `kind` is "path" for a value that keeps its slashes in a path, else "text".
    """

    label: str
    is_secret: bool = False
    kind: str = "text"


CALL_NAMES: Final[Mapping[str, Declared]] = MappingProxyType(
    {
        NUMBER: Declared(translatable("number")),
        "number.e164": Declared(translatable("number in the form +442079460123")),
        "number.digits": Declared(translatable("number in the form 442079460123")),
        "number.international": Declared(translatable("number in the form 00442079460123")),
        "number.national": Declared(translatable("number in the form 02079460123")),
        "number.typed": Declared(translatable("number as it was typed")),
        "number.after_answer": Declared(translatable("digits to be dialled after the answer")),
        "outside_line": Declared(translatable("prefix of the outside line")),
        EXTENSION: Declared(translatable("caller's extension")),
        "user.name": Declared(translatable("caller's name")),
        "user.login": Declared(translatable("name by which the caller signs in")),
        "user.staff_id": Declared(translatable("caller's StaffID")),
        "branch.name": Declared(translatable("name of the caller's branch")),
        "branch.agency_id": Declared(translatable("AgencyID of the caller's branch")),
        "unix_time": Declared(translatable("seconds since 1970")),
        "unix_time_ms": Declared(translatable("milliseconds since 1970")),
        "date_time": Declared(translatable("date and time in UTC")),
        "uuid": Declared(translatable("random UUID")),
        "random": Declared(translatable("32 random hexadecimal digits")),
    }
)
"""The names of every call. docs/reference/dial-strings.md is checked against them."""

REQUEST_NAMES: Final[Mapping[str, Declared]] = MappingProxyType(
    {
        "request.method": Declared(translatable("method of the request")),
        "request.url": Declared(translatable("URL of the request")),
        "request.path": Declared(translatable("path of the request")),
        "request.query": Declared(translatable("query of the request")),
        "request.body": Declared(translatable("body of the request")),
    }
)
"""Parts of the finished request, for headers that sign it."""

MADE_BY_THE_PLAN: Final = frozenset(
    {"unix_time", "unix_time_ms", "date_time", "uuid", "random", *REQUEST_NAMES}
)
MAY_BE_EMPTY: Final = frozenset(
    {"number.after_answer", "outside_line", "user.name", "branch.name", *REQUEST_NAMES}
)
IN_NUMBER: Final = frozenset(name for name in CALL_NAMES if name.partition(".")[0] == NUMBER)


@dataclass(frozen=True, slots=True)
class Field:
    """A value by its name, in small letters."""

    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`name=text` or `name:=value` inside a function that makes a token of claims."""

    name: str
    is_json: bool
    text: "Template"


@dataclass(frozen=True, slots=True)
class Apply:
    """A function on texts; `claims` are those of a signed token."""

    function: str
    arguments: "tuple[Template, ...]"
    claims: tuple[Claim, ...] = ()

    @property
    def templates(self) -> "tuple[Template, ...]":
        return (*self.arguments, *(claim.text for claim in self.claims))


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value; `start` to `end` is where it stands in the source.

    `is_secret` when anything that its text is made of is a secret.
    """

    value: Field | Apply
    place: Place
    start: int
    end: int
    is_secret: bool = False


Template = tuple[str | Slot, ...]
"""Literal text, encoded when it was read, with slots between."""


def names_in(template: Template) -> frozenset[str]:
    """The names that a template uses, those inside functions too."""
    return frozenset().union(*(names_of(part.value) for part in template if isinstance(part, Slot)))


def names_of(value: Field | Apply) -> frozenset[str]:
    if isinstance(value, Field):
        return frozenset({value.name})
    # A time that is moved is another one in every request, as the time itself is.
    own = {value.function} & MADE_BY_THE_PLAN
    return frozenset(own).union(*map(names_in, value.templates))


def has_secret(template: Template) -> bool:
    return any(isinstance(part, Slot) and part.is_secret for part in template)


def nearest(name: str, known: Mapping[str, Declared]) -> str:
    """The known name that was probably meant; empty when none is near."""
    matches = get_close_matches(name, known, n=1)
    return matches[0] if matches else ""


@value_class(frozen=True, slots=True)
class Values:
    """What is put into a dial string. `number` is cleaned already (webdial.numbers).

    `more` holds the value of every other name; `optional` names those that may be empty.
    """

    number: str
    extension: str | None
    more: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    optional: frozenset[str] = frozenset()
    clock: Callable[[], float] = field(default=time.time, repr=False)


class Moment:
    """What is made anew for each request and is the same throughout it."""

    __slots__ = ("_made", "_now")

    def __init__(self, now: float) -> None:
        self._now = now
        self._made: dict[str, str] = {}

    def value(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def shifted(self, seconds: int) -> str:
        """`{unix_time +300}`"""
        return str(int(self._now) + seconds)

    def _make(self, name: str) -> str:
        match name:
            case "unix_time":
                return str(int(self._now))
            case "unix_time_ms":
                return str(int(self._now * 1000))
            case "date_time":
                return datetime.fromtimestamp(self._now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            case "uuid":
                return str(uuid.uuid4())
            case _:
                return secrets.token_hex(16)
