"""Reads a link that stands for a telephone number, as it was clicked on any page (RFC 3966).

What it says besides the number is told apart here; the number itself is cut by `clean_number` like any
other. Nothing is put together: a number that holds somewhere else alone is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import phonenumbers

from webdial.errors import Fault
from webdial.language import translate
from webdial.numbers.cleaning import MAX_TYPED, CleanNumber, NumberError, clean_number

_TEL: Final = re.compile(r"\s*(?:web\+)?tel:(?://)?", re.IGNORECASE)
_OTHER: Final = re.compile(
    r"\s*(?!(?:callto|sips?|phone|dial):)[a-z][a-z0-9+.-]*://", re.IGNORECASE
)
_FORM_BLANK: Final = re.compile(r"(?<=[0-9)])\+(?=[0-9(])")
"""RFC 3966 knows a plus at the beginning alone. Programs that encode a number as forms do (PHP's
urlencode, Dolibarr among them) write a blank so."""

_SEPARATORS: Final = re.compile(r"[-.() ]")
_EXTENSION: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_AFTER_ANSWER: Final = re.compile(r"[0-9*#pP]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class LinkedNumber:
    """The number of a link, as `clean_number` takes it, and what it comes to.

    `context` is the place where the number means something, when it is told by a name. `not_dialled` are
    digits for after the answer that cannot be sent.
    """

    number: str
    clean: CleanNumber
    context: str = ""
    not_dialled: str = ""


def read_link(text: str, *, country: str = "") -> LinkedNumber:
    """The number of a link, or of a text that is none. Raises NumberError.

    `country` is the branch's: a number that holds in one country alone can be dialled there alone.
    """
    match = _TEL.match(text)
    if match is None and _OTHER.match(text):
        raise _unclear(
            text[:MAX_TYPED], translate("This is a link, but not for a telephone number.")
        )
    if match is None or len(text) > MAX_TYPED:
        clean = clean_number(text)
        return LinkedNumber(clean.typed.strip(), clean)
    written, *parts = text[match.end() :].strip().split(";")
    given = _parameters(text, parts)
    context = _context(text, given.get("phone-context", ""), country)
    number = unquote(_FORM_BLANK.sub(" ", written))
    after, not_dialled = _after_answer(given.get("postd", ""))
    if extension := _extension(text, given):
        extension = f";ext={extension}"
    clean = clean_number(number + after + extension)
    return LinkedNumber(clean.typed, clean, context, not_dialled)


def _parameters(text: str, parts: list[str]) -> Mapping[str, str]:
    """By name. One that must be understood and is not, or stands there twice, makes the link useless.

    RFC 3966 section 3 (no name appears twice) and 5.4 (names that begin with m-).
    """
    found: dict[str, str] = {}
    for part in filter(None, parts):
        name, _, value = part.partition("=")
        name = name.strip().lower()
        if name in found or name.startswith("m-"):
            raise _unclear(text, translate("This link says more than is understood here."))
        found[name] = unquote(value).strip()
    return found


def _context(text: str, context: str, country: str) -> str:
    """A name is handed on. Digits say where alone the number holds, and are never put before it.

    RFC 3966 section 5.1.5: what that gives need not be a number.
    """
    if not context.startswith("+"):
        return context
    place = _SEPARATORS.sub("", context)
    code = phonenumbers.country_code_for_region(country) if country else 0
    if place != f"+{code}":
        message = translate("This number can be dialled within {place} alone.", place=place)
        raise _unclear(text, message)
    return ""


def _extension(text: str, given: Mapping[str, str]) -> str:
    extension = _SEPARATORS.sub("", given.get("ext", ""))
    if extension and not _EXTENSION.fullmatch(extension):
        raise _unclear(text, translate("The extension in this link is none."))
    return extension


def _after_answer(digits: str) -> tuple[str, str]:
    """What is dialled after the answer, and what cannot be (RFC 2806 section 2.2: p is a pause).

    Nobody here can wait for a dial tone, w, or send the tones A to D.
    """
    plain = _SEPARATORS.sub("", digits)
    if not _AFTER_ANSWER.fullmatch(plain):
        return "", plain
    dialled = plain.lower().replace("p", ",")
    return dialled if dialled.startswith(",") else f",{dialled}", ""


def _unclear(text: str, message: str) -> NumberError:
    hint = translate("Dial the number by hand, with + and the code of its country.")
    return NumberError(text, [Fault("number_unclear", message, 0, len(text), hint)])
