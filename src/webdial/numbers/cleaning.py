"""Cuts a number as people write it down to what can be dialled, and never guesses.

Digits, `+`, `*`, `#` and `,` (a pause) are dialled. Blanks, brackets, dots, hyphens and one slash
are how people group digits. Words before the number (`Tel.:`) or after it (`(mobile)`) are left
out, and so is an extension to ask for (`ext 12`), which is told apart and kept. Whatever would
run two numbers, or a number and something else, together into one is refused: `webdial.numbers.doubts`
says when.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from webdial.errors import Fault, SourceError
from webdial.language import grouped, translate
from webdial.numbers.doubts import LEAST_DIGITS, count_digits, is_doubtful
from webdial.values import value_class

MAX_TYPED: Final = 200
"""Characters looked at: a number with its label and a note; anything longer was pasted by mistake."""

MAX_DIALLED: Final = 40
"""Characters dialled: 15 digits (ITU-T E.164), a prefix for the outside line, menu digits after."""

_DIALLED = "0-9+*#,"
_GROUPING = " ().\\-/\u2010-\u2015\u2212"
_LINK = re.compile(r"\s*(?:tel|callto|sip|sips|phone|dial):(?://)?", re.IGNORECASE)
# The code to dial abroad, the code of the country, and the zero that is only dialled inside it.
_TRUNK_ZERO = re.compile(r"((?:\+|(?<!\d)(?:00|011)) ?\d[\d ]{0,5})\( *0 *\) *")
_CANDIDATE = re.compile(rf"[{_DIALLED}{_GROUPING}]*[{_DIALLED}][{_DIALLED}{_GROUPING}]*")
_EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|(?<=\d\s)#|(?<![^\W\d_])(?:extension|extn|ext|x|durchwahl|dw|poste)[.:]?)"
    r"\s*(\d{1,11})\s*\)?\s*$",
    re.IGNORECASE,
)
# Up to 15 digits in groups: nothing of what makes a number doubtful.
_PLAIN = re.compile(r"\+?(?:[0-9] ?){1,14}[0-9]")
# From the first sign of a number to the last one that can end it.
_WRITTEN = re.compile(r"[(\d+*#\uff0b].*[\d*#]|\d", re.DOTALL)
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_GROUPING_CHARACTER = re.compile(rf"[{_GROUPING}]")


class NumberError(SourceError):
    """The text is no number that can be dialled, or not clearly one."""

    code = "number"


@value_class(frozen=True, slots=True)
class CleanNumber:
    """`dialled` is what goes out; `extension` is one that was written behind it and is not dialled.

    `typed` is as it was given but for marks of no width: one that turns the direction would show other digits.
    """

    typed: str
    dialled: str
    extension: str | None = None


def clean_number(typed: str) -> CleanNumber:
    """What can be dialled of `typed`. Raises NumberError when that is nothing, or not clear."""
    if _PLAIN.fullmatch(typed):
        return CleanNumber(typed, typed.replace(" ", ""))
    if len(typed) > MAX_TYPED:
        message = translate(
            "This is too long for a telephone number: {typed} characters.",
            typed=grouped(len(typed)),
        )
        raise _error(typed[:MAX_TYPED], "number_too_long", message)
    if any(_is_no_text(character) for character in typed):
        raise _error(
            typed, "number_unclear", translate("A control character stands in this number.")
        )
    text = _plain(typed)
    if not text:
        raise _error(typed, "number_missing", translate("No number was given."))
    if "\n" in text:
        raise _error(
            typed, "number_unclear", translate("This is more than one line, not one number.")
        )
    text, extension = _without_extension(_without_link(text))
    return CleanNumber(without_marks(typed), _dialled(typed, text), extension)


def number_in(text: str) -> str:
    """The number as it is written in a text that was selected, without the words around it.

    It means the same number. A text that is no number, or not clearly one, stays as it is.
    """
    text = text.strip()
    found = _WRITTEN.search(text) if len(text) <= MAX_TYPED else None  # a page of signs took 30 s
    if found is None:
        return text
    number = found[0] if found[0].count("(") == found[0].count(")") else found[0].lstrip("(")
    try:
        is_same = _meant(number) == _meant(text)
    except NumberError:
        return text
    return number if is_same else text


def _meant(text: str) -> tuple[str, str | None]:
    cleaned = clean_number(text)
    return cleaned.dialled, cleaned.extension


def _is_no_text(character: str) -> bool:
    """Control characters and halves of characters: databases refuse to keep them."""
    return character not in f"\t{_BREAKS}" and unicodedata.category(character) in {"Cc", "Cs"}


def without_marks(text: str) -> str:
    """`text` without those of no width, such as come along from address books: U+202A before a number, U+202C behind."""
    if text.isascii():  # every call's number comes by here
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _plain(typed: str) -> str:
    """Digits of every script as ASCII, line breaks as `\\n`, every blank as one of ASCII but the
    tab, which parts the cells of a table; characters of no width left out.
    """
    out: list[str] = []
    for character in typed.strip():
        category = unicodedata.category(character)
        if category == "Nd":
            out.append(str(unicodedata.decimal(character)))
        elif character in _BREAKS:
            out.append("\n")
        elif character == "\N{FULLWIDTH PLUS SIGN}":
            out.append("+")
        elif category == "Zs":
            out.append(" ")
        elif category != "Cf":
            out.append(character)
    return "".join(out).strip()


def _without_link(text: str) -> str:
    """The number of a link such as `tel:+44-20-7946-0123;ext=12` (RFC 3966)."""
    match = _LINK.match(text)
    if match is None:
        return text
    number, semicolon, parameters = unquote(text[match.end() :]).partition(";")
    extension = re.search(r"(?:^|;)ext=(\d+)", parameters, re.IGNORECASE) if semicolon else None
    return number.partition("@")[0] + (f";ext={extension[1]}" if extension else "")


def _without_extension(text: str) -> tuple[str, str | None]:
    match = _EXTENSION.search(text)
    before = text[: match.start()] if match else ""
    # A hash is dialled; only behind a whole number, `020 7946 0123 #12`, does it mean an extension.
    least = LEAST_DIGITS if match and "#" in match[0] else 1
    if match is None or count_digits(before) < least:
        return text, None
    return text[: match.start()].rstrip(" ,;("), match[1]


def _dialled(typed: str, text: str) -> str:
    text = _TRUNK_ZERO.sub(r"\1 ", text)
    candidates = [match for match in _CANDIDATE.finditer(text) if count_digits(match[0])]
    if not candidates:
        raise _error(
            typed, "number_missing", translate("There is no number in this that could be dialled.")
        )
    found, *others = candidates
    number, before, after = found[0], text[: found.start()], text[found.end() :]
    if others or _is_part_of_a_word(before, number):
        raise _error(typed, "number_unclear", translate("It is not clear which number to dial."))
    if _goes_on_in_letters(number, after):
        message = translate("Letters are part of this number; only digits can be dialled.")
        raise _error(typed, "number_with_letters", message)
    dialled = _GROUPING_CHARACTER.sub("", number).strip(",")
    if "+" in dialled[1:]:
        raise _error(
            typed,
            "number_unclear",
            translate("A plus can only stand at the beginning of a number."),
        )
    if len(dialled) > MAX_DIALLED:
        message = translate(
            "This is too long for one number: {dialled} characters to dial.", dialled=len(dialled)
        )
        raise _error(typed, "number_too_long", message)
    if is_doubtful(number, before=before, after=after):
        raise _error(typed, "number_unclear", translate("It is not clear which number to dial."))
    return dialled


def _is_part_of_a_word(before: str, number: str) -> bool:
    """A few digits right behind letters: `room12`, `alert(1)`; not `Tel(020) 7946 0123`."""
    return (
        bool(before)
        and before[-1].isalpha()
        and not number[0].isspace()
        and count_digits(number) < LEAST_DIGITS
    )


def _goes_on_in_letters(number: str, rest: str) -> bool:
    """`1-800-555-CALL` and `0800 FLOWERS` go on in letters, `020 7946 0000 home` does not."""
    if not rest or not rest[0].isalpha():
        return False
    return number[-1] not in " (" or count_digits(number) < LEAST_DIGITS


def _error(typed: str, code: str, message: str) -> NumberError:
    hint = translate("Give one number, such as 020 7946 0123 or +44 20 7946 0123.")
    return NumberError(typed, [Fault(code, message, 0, len(typed), hint)])
