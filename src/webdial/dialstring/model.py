"""A dial string that has been read: templates with slots, ready to take values."""

import base64
import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import unquote

from webdial.dialstring.encoding import Place, encode_value
from webdial.dialstring.plan import HttpRequest, Link, Plan
from webdial.errors import Fault, SourceError

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"

_HOST_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class DialStringError(SourceError):
    """The text is no dial string, or the values at hand cannot be put into it."""

    code = "dial_string"


class Method(Enum):
    GET = "GET"
    POST = "POST"
    PUT = "PUT"


class Name(Enum):
    """The values a dial string can take."""

    EXTENSION = "extension"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Values:
    """What is put into a dial string. `number` is cleaned already (webdial.numbers)."""

    number: str
    extension: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value; `start` to `end` is where it stands in the source."""

    name: Name
    place: Place
    start: int
    end: int


Template = tuple[str | Slot, ...]
"""Literal text, encoded when it was read, with slots between."""


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """Where an HTTP dial string goes. `path` and `query` hold the text from the first slash on.

    A phone system may take its secret anywhere in them, so `repr` shows neither.
    """

    scheme: str
    user_info: Template | None = field(repr=False)
    host: Template
    port: int | None
    path: Template = field(repr=False)
    query: Template | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DialString:
    """A text in the dial-string language, without faults.

    `method` is None for a link. `variables` are the post variables of a POST or PUT, written as
    one form body.
    """

    source: str = field(repr=False)
    method: Method | None
    target: HttpTarget | Template = field(repr=False)
    variables: Template | None = field(default=None, repr=False)

    @property
    def is_link(self) -> bool:
        return not isinstance(self.target, HttpTarget)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot in the order of the source."""
        target = self.target
        parts: list[Template | None] = (
            [target.user_info, target.host, target.path, target.query]
            if isinstance(target, HttpTarget)
            else [target]
        )
        parts.append(self.variables)
        return tuple(
            part for template in parts for part in template or () if isinstance(part, Slot)
        )

    def uses(self, name: Name) -> bool:
        return any(slot.name is name for slot in self.slots)

    def plan(self, values: Values) -> Plan:
        """The one request or link that these values make.

        Raises DialStringError when a value is missing or cannot stand where the string wants it.
        """
        filling = _Filling(self, values)
        target = self.target
        if not isinstance(target, HttpTarget):
            plan: Plan = Link(filling.render(target))
        else:
            assert self.method is not None
            plan = HttpRequest(
                method=self.method.value,
                url=filling.url(target),
                headers=filling.headers(target, self.variables),
                body=None if self.variables is None else filling.render(self.variables),
            )
        filling.raise_faults()
        return plan


class _Filling:
    """One pass of values through a dial string's templates, gathering faults on the way."""

    __slots__ = ("_faults", "_source", "_values")

    def __init__(self, string: DialString, values: Values) -> None:
        self._source = string.source
        self._values = values
        self._faults: list[Fault] = []

    def render(self, template: Template) -> str:
        return "".join(part if isinstance(part, str) else self._fill(part) for part in template)

    def url(self, target: HttpTarget) -> str:
        port = "" if target.port is None else f":{target.port}"
        path = self._path(target.path)
        query = "" if target.query is None else "?" + self.render(target.query)
        return f"{target.scheme}://{self.render(target.host)}{port}{path}{query}"

    def headers(
        self, target: HttpTarget, variables: Template | None
    ) -> tuple[tuple[str, str], ...]:
        headers: list[tuple[str, str]] = []
        if target.user_info is not None:
            user, _, password = unquote(self.render(target.user_info)).partition(":")
            credentials = f"{user}:{password}"
            token = base64.b64encode(credentials.encode()).decode("ascii")
            headers.append(("Authorization", f"Basic {token}"))
        if variables is not None:
            headers.append(("Content-Type", FORM_CONTENT_TYPE))
        return tuple(headers)

    def raise_faults(self) -> None:
        if self._faults:
            raise DialStringError(self._source, self._faults)

    def _path(self, template: Template) -> str:
        """A path in which no value has become a step up or down (RFC 3986 section 5.2.4)."""
        path = self.render(template)
        slots = [part for part in template if isinstance(part, Slot)]
        as_written = "".join(part if isinstance(part, str) else "x" for part in template)
        if slots and _dot_segments(path) != _dot_segments(as_written):
            self._misfit(slots[0], "would change the path of the URL")
        return path

    def _fill(self, slot: Slot) -> str:
        if slot.name is Name.NUMBER:
            return encode_value(self._values.number, slot.place)
        extension = self._values.extension
        if not extension:
            self._faults.append(
                Fault(
                    "extension_missing",
                    "The dial string needs the caller's extension, and none is set up.",
                    slot.start,
                    slot.end,
                    "Set up the extension in Maintenance | Users.",
                )
            )
            return ""
        if slot.place is Place.HOST:
            if not _HOST_VALUE.fullmatch(extension):
                self._misfit(slot, "is no part of a host name")
            return extension.lower()
        if slot.place is Place.USER_INFO and ":" in extension:
            self._misfit(slot, "holds a colon, which a user name cannot")
        return encode_value(extension, slot.place)

    def _misfit(self, slot: Slot, why: str) -> None:
        self._faults.append(
            Fault(
                "value_misfit",
                f"The {slot.name.value} cannot stand here: it {why}.",
                slot.start,
                slot.end,
            )
        )


def _dot_segments(path: str) -> int:
    return sum(segment in {".", ".."} for segment in path.split("/"))
