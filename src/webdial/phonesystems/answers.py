"""What a phone system answered, and what can be read out of it."""

import codecs
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import field
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, Final

from webdial.values import value_class

_JSON_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,4})\]")
_MISSING: Final = object()

_AT_ONCE: Final = re.compile(r"-\d+|0+")
"""A Max-Age that is over when it arrives (RFC 6265 section 5.2.2)."""

_YEAR: Final = re.compile(r"[- ](\d{4})\b")
_YEAR_OF_COOKIES: Final = 2000
"""Whoever takes a cookie back lets it expire in 1970 or soon after. A date of these years is looked at
without a clock, since that of the phone system may be wrong."""


_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
)
"""Python's codecs that are no character set of any answer. Some take ever longer, the longer a body is:
punycode a fifth of a second for 64 KiB, in which no other call goes on."""


def _charset_of(name: str | None) -> str:
    """The codec for an answer. Raises LookupError when there is none of that name."""
    if name is None:
        return "utf-8"
    found = codecs.lookup(name).name.replace("_", "-")
    return "utf-8" if found in _NO_CHARSETS else found


@value_class(frozen=True)
class Answer:
    """An HTTP answer. `body` is as much of it as was read; `repr` shows the status alone."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    charset: str | None = field(default=None, repr=False)

    @cached_property
    def text(self) -> str:
        try:
            return self.body.decode(_charset_of(self.charset), errors="replace")
        except (LookupError, ValueError):  # it names a charset that is none for text
            return self.body.decode("utf-8", errors="replace")

    @cached_property
    def json(self) -> Any:
        """The JSON of the body; None when it is none. A lone JSON null is no different."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def xml(self) -> ET.Element | None:
        """The root of an XML body. None when it is none, and for one with a document type."""
        # Entities, which can make a short text endless, are declared in a document type alone.
        if "<!DOCTYPE" in self.text.upper():
            return None
        try:
            return ET.fromstring(self.text.removeprefix("\ufeff").lstrip())  # noqa: S314 - see above
        except (ET.ParseError, ValueError):
            return None

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        wanted = name.lower()
        return next((value for known, value in self.headers if known.lower() == wanted), None)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets, without those that it takes back."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            if name.lower() == "set-cookie":
                key, text, is_kept = _cookie(value)
                if key and is_kept:
                    found[key] = text
                else:
                    found.pop(key, None)
        return found


def _cookie(header: str) -> tuple[str, str, bool]:
    """Name and value of a Set-Cookie, and whether it is to be kept, read as browsers read it
    (RFC 6265 section 5.2): attributes that nobody knows count for nothing. Quotation marks around the
    value are left out.
    """
    pair, *attributes = header.split(";")
    name, _, value = pair.partition("=")
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return name.strip(), value, not any(map(_takes_back, attributes))


def _takes_back(attribute: str) -> bool:
    """Whether an attribute of a cookie says that it is over."""
    name, _, value = attribute.partition("=")
    match name.strip().lower():
        case "max-age":
            return _AT_ONCE.fullmatch(value.strip()) is not None
        case "expires":
            year = _YEAR.search(value)
            return year is not None and int(year[1]) < _YEAR_OF_COOKIES
    return False


class Subject(Enum):
    """What a rule or reading looks at."""

    STATUS = "status"
    TEXT = "text"
    JSON = "json"
    XML = "xml"
    HEADER = "header"
    COOKIE = "cookie"


def find(answer: Answer, subject: Subject, path: str) -> str | None:
    """The text at `path`; None when nothing is there. JSON scalars other than text as JSON."""
    match subject:
        case Subject.JSON:
            return _in_json(answer.json, path)
        case Subject.STATUS:
            return str(answer.status)
        case Subject.TEXT:
            return answer.text
        case Subject.XML:
            return _in_xml(answer.xml, path)
        case Subject.HEADER:
            return answer.header(path)
        case Subject.COOKIE:
            return answer.cookies.get(path)


def _in_json(found: Any, path: str) -> str | None:
    for step in _steps(path):
        found = _step(found, step)
        if found is _MISSING:
            return None
    if isinstance(found, str):
        return found
    if type(found) is int:
        return str(found)
    return json.dumps(found, ensure_ascii=False)


@lru_cache(maxsize=1_000)
def _steps(path: str) -> tuple[str | int, ...]:
    """Names and indexes: `data.calls[0].id` as data, calls, 0, id."""
    matches = _JSON_STEP.finditer(path)
    return tuple(match[1] if match[2] is None else int(match[2]) for match in matches)


def _step(found: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return found[step] if isinstance(found, list) and step < len(found) else _MISSING
    return found.get(step, _MISSING) if isinstance(found, dict) else _MISSING


def _in_xml(root: ET.Element | None, path: str) -> str | None:
    """The first element by local names, anywhere in the document; its text or attribute."""
    if root is None:
        return None
    names, _, attribute = path.partition("@")
    steps = names.strip("/").split("/")
    for element in root.iter():
        found = _descend(element, steps)
        if found is None:
            continue
        if not attribute:
            return (found.text or "").strip()
        for name, value in found.attrib.items():
            if _local(name) == attribute:
                return value
    return None


def _descend(element: ET.Element, steps: list[str]) -> ET.Element | None:
    if _local(element.tag) != steps[0]:
        return None
    if len(steps) == 1:
        return element
    for child in element:
        if (found := _descend(child, steps[1:])) is not None:
            return found
    return None


def _local(name: str) -> str:
    return name.rpartition("}")[2]
