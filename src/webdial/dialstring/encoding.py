"""How text is written at each place of a request, so that it never becomes syntax there.

Two kinds of text meet in a dial string. What the administrator wrote goes out as written: it is
already a URL, so only characters that cannot stand at their place are percent-encoded and a
finished `%2B` is left alone. What a value brings (a number, an extension) is data: everything in
it that could mean something at its place is encoded, and what cannot stand there at all is refused.
"""

import json
import re
from enum import Enum
from typing import Final
from urllib.parse import quote

from webdial.language import translatable

_UNRESERVED = r"A-Za-z0-9._~\-"
_TRIPLET = "%[0-9A-Fa-f]{2}"


class Place(Enum):
    """Where in a request a piece of text stands."""

    __hash__ = object.__hash__  # a place is a key several times for each value; Enum's own is slow

    USER_INFO = "user_info"
    HOST = "host"
    PATH = "path"
    QUERY = "query"
    FORM = "form"
    LINK = "link"
    PATHS = "paths"
    """A path of several segments, whose slashes stay."""
    SCHEME = "scheme"
    PORT = "port"
    HEADER = "header"
    COOKIE = "cookie"
    USER = "user"
    PASSWORD = "password"  # noqa: S105 - a place, no password
    JSON = "json"
    """Inside a JSON string."""
    JSON_VALUE = "json_value"
    """In place of a whole JSON value."""
    XML = "xml"
    TEXT = "text"
    RAW = "raw"
    """Inside a function: encoded when the function's result is."""


# What may stay as the administrator wrote it: RFC 3986 section 3.3 (path), 3.4 (query), and
# for form variables the URL Standard's application/x-www-form-urlencoded serialising.
_LITERAL_KEPT = {
    Place.USER_INFO: re.compile(rf"{_TRIPLET}|[{_UNRESERVED}!$&'()*+,;=:]+"),
    Place.HOST: re.compile(r".+", re.DOTALL),
    Place.PATH: re.compile(rf"{_TRIPLET}|[{_UNRESERVED}!$&'()*+,;=:@/]+"),
    Place.QUERY: re.compile(rf"{_TRIPLET}|[{_UNRESERVED}!$&'()*+,;=:@/?]+"),
    Place.FORM: re.compile(rf"{_TRIPLET}|[{_UNRESERVED}]+"),
    Place.LINK: re.compile(rf"{_TRIPLET}|[{_UNRESERVED}!$&'()*+,;=:@/?#\[\]^|]+"),
}

# What may stay of a value. In a link `+`, `*` and `,` are part of a number (RFC 3966 section 3
# and the pause of mobile phones); link programs take them as they are and rarely decode them.
_VALUE_KEPT: Final = {
    Place.USER_INFO: "",
    Place.PATH: "",
    Place.QUERY: "",
    Place.FORM: "",
    Place.LINK: "+*,",
    Place.PATHS: "/",
}

_JSON_SCALAR = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null"
# What cannot stand at a place however it is written, and why; the sentence begins with "it".
_FITTING: Final = {
    Place.USER_INFO: (
        re.compile(r"[^:]*"),
        translatable("holds a colon, which a user name cannot"),
    ),
    Place.HEADER: (
        re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?"),  # RFC 9110 section 5.5
        translatable("holds a character that a header cannot"),
    ),
    Place.COOKIE: (
        re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"),  # RFC 6265 section 4.1.1
        translatable("holds a character that a cookie cannot"),
    ),
    Place.USER: (
        re.compile(r"[^:\x00-\x1f\x7f]*"),  # RFC 7617 section 2
        translatable("holds a colon or a control character, which a user name cannot"),
    ),
    Place.PASSWORD: (re.compile(r"[^\x00-\x1f\x7f]*"), translatable("holds a control character")),
    Place.SCHEME: (re.compile(r"https?"), translatable("is not http or https")),
    Place.PORT: (
        re.compile(r"0*(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"),
        translatable("is no port from 1 to 65,535"),
    ),
    Place.JSON_VALUE: (
        re.compile(_JSON_SCALAR),
        translatable("is not a JSON number, true, false or null"),
    ),
    Place.XML: (
        # XML 1.0 section 2.2
        re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*"),
        translatable("holds a character that XML cannot"),
    ),
    Place.TEXT: (re.compile(r"[^\x00-\x1f\x7f]*"), translatable("holds a control character")),
}
_XML_ENTITIES: Final = str.maketrans(
    {
        "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;",
        "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
    }
)  # fmt: skip


def encode_literal(text: str, place: Place) -> str:
    """`text` as the administrator wrote it, made fit for `place`."""
    kept = _LITERAL_KEPT.get(place)
    if kept is None:  # what is no part of a URL or form goes out as written
        return text
    out: list[str] = []
    position = 0
    for match in kept.finditer(text):
        out.append(_encode(text[position : match.start()], place, ""))
        out.append(match[0])
        position = match.end()
    out.append(_encode(text[position:], place, ""))
    return "".join(out)


def encode_value(value: str, place: Place) -> str:
    """`value` as data at `place`: decoded there, it is `value` again."""
    if value.isalnum() and value.isascii():  # no place has a use of its own for these
        return value
    kept = _VALUE_KEPT.get(place)
    if kept is not None:
        return _encode(value, place, kept)
    if place is Place.JSON:
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if place is Place.XML:
        return value.translate(_XML_ENTITIES)
    return value


def misfit(value: str, place: Place) -> str:
    """Why `value` cannot stand at `place` at all ("it ..."); empty when it can."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return translatable("holds half of a character")
    fitting = _FITTING.get(place)
    return "" if fitting is None or fitting[0].fullmatch(value) else fitting[1]


def _encode(text: str, place: Place, safe: str) -> str:
    if not text:
        return ""
    encoded = quote(text, safe=safe)
    return encoded.replace("%20", "+") if place is Place.FORM else encoded
