"""Built-in functions that encode text for the web, and digests."""

import base64
import binascii
import hashlib
import re
from html.entities import name2codepoint
from urllib.parse import quote, unquote_plus

from webdial.language import Kept
from webdial.watcom.builtins import TEXT, builtin
from webdial.watcom.errors import Kind, RaisedError
from webdial.watcom.values import Value

_HTML_CODES = {
    **{code: f"&#x{code:02x};" for code in range(0x20)},
    **str.maketrans({'"': "&quot;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}),
}
_HTML_REFERENCE = re.compile(
    "&(?:([a-zA-Z][a-zA-Z0-9]{1,7})|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));"
)
_HTML_CHARACTERS = {"apos": ord("'"), **name2codepoint}
"""Names of characters in HTML 4.01, which is what HTML_DECODE knows, and the one of XML."""

HTTP_SAFE = "!$'()*+-./:=?@^_~\x7f"
"""What HTTP_ENCODE leaves alone besides letters and digits: it encodes space " # % & , ; < > [ \\ ] `
{ | }, codes below 0x20 and above 0x7F (SQL Anywhere, HTTP_ENCODE function)."""

DIGESTS = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}
"""Algorithms of HASH, each with its name in the library; a suffix _FIPS changes nothing."""


@builtin("HTML_ENCODE", TEXT)
def html_encode(text: str) -> Value:
    return text.translate(_HTML_CODES)


@builtin("HTML_DECODE", TEXT)
def html_decode(text: str) -> Value:
    return _HTML_REFERENCE.sub(_html_character, text)


def _html_character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return chr(_HTML_CHARACTERS[name]) if name in _HTML_CHARACTERS else match[0]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_character = code < 0xD800 or 0xDFFF < code < 0x110000  # half a pair is none by itself
    return chr(code) if is_character else match[0]


@builtin("HTTP_ENCODE", TEXT)
def http_encode(text: str) -> Value:
    """Percent-encoded for a URL; + / : = ? stay, so +44 needs REPLACE(x, '+', '%2B') as well."""
    return quote(text, safe=HTTP_SAFE, errors="replace")


@builtin("HTTP_DECODE", TEXT)
def http_decode(text: str) -> Value:
    """%nn and + decoded."""
    return unquote_plus(text, errors="replace")


@builtin("BASE64_ENCODE", TEXT)
def base64_encode(text: str) -> Value:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


@builtin("BASE64_DECODE", TEXT)
def base64_decode(text: str) -> Value:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise RaisedError(Kind.CONVERSION, Kept("The text is no Base64.")) from None


@builtin("HASH", TEXT, TEXT, optional=1)
def hash_text(text: str, algorithm: str = "MD5") -> Value:
    """The digest of the text in UTF-8, in small hexadecimal digits; case of the text matters."""
    name = DIGESTS.get(algorithm.strip().upper().removesuffix("_FIPS"))
    if name is None:
        raise RaisedError(
            Kind.OUT_OF_RANGE, Kept("HASH knows {DIGESTS}.", DIGESTS=", ".join(DIGESTS))
        )
    data = text.encode("utf-8", "replace")
    return hashlib.new(name, data, usedforsecurity=False).hexdigest()
