"""How text is written at each place of a request, so that it never becomes syntax there.

Two kinds of text meet in a dial string. What the administrator wrote goes out as written: it is
already a URL, so only characters that cannot stand at their place are percent-encoded and a
finished `%2B` is left alone. What a value brings (a number, an extension) is data: everything in
it that could mean something at its place is encoded.
"""

import re
from enum import Enum
from urllib.parse import quote

_UNRESERVED = r"A-Za-z0-9._~\-"
_TRIPLET = "%[0-9A-Fa-f]{2}"


class Place(Enum):
    """Where in a request a piece of text stands."""

    USER_INFO = "user_info"
    HOST = "host"
    PATH = "path"
    QUERY = "query"
    FORM = "form"
    LINK = "link"


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
_VALUE_KEPT = {
    Place.USER_INFO: "",
    Place.HOST: "",
    Place.PATH: "",
    Place.QUERY: "",
    Place.FORM: "",
    Place.LINK: "+*,",
}


def encode_literal(text: str, place: Place) -> str:
    """`text` as the administrator wrote it, made fit for `place`."""
    kept = _LITERAL_KEPT[place]
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
    return _encode(value, place, _VALUE_KEPT[place])


def _encode(text: str, place: Place, safe: str) -> str:
    if not text:
        return ""
    encoded = quote(text, safe=safe)
    return encoded.replace("%20", "+") if place is Place.FORM else encoded
