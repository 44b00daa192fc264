"""What people and companies are found by: words folded, numbers as digits. Pure.

A word that was typed is found at the beginning of a word, digits anywhere within a number. Letters count
without accents and case: `muller` finds Müller, and `Müller` finds Muller.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from webdial.numbers import clean_number
from webdial.numbers.cleaning import NumberError
from webdial.numbers.forms import dialled_number, forms_of
from webdial.numbers.matching import split_country_code

MAX_TEXT_BYTES: Final = 2_000
"""Of a line's text: name, company and some 80 numbers. PostgreSQL indexes no more than 2,704 bytes."""

MAX_SORT_NAME: Final = 60
MAX_TERMS: Final = 12
"""Words of a search that are looked for; nobody is told apart by more."""

SPECIAL: Final = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"
}  # fmt: skip
"""Letters that no normal form takes apart."""

GERMAN: Final = {"ä": "ae", "ö": "oe", "ü": "ue"}
"""How these are written where they cannot be typed."""

APOSTROPHES: Final = "'’ʼ`´"

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(rf"(?<=\w)[{APOSTROPHES}](?=\w)")
# Digits in groups, with a plus and brackets as people write them, and no letter right beside.
_NUMBER = re.compile(r"(?<![^\W_])\+? ?\(?\d[\d ().\-/\u2010-\u2015]*(?![^\W_])")
_TRUNK_ZERO = re.compile(r"(?<=\d)[ ]*\( *0 *\)")


_SPECIAL_TABLE: Final = str.maketrans(SPECIAL)
_GERMAN_TABLE: Final = str.maketrans(GERMAN)


def fold(text: str) -> str:
    """Small letters without accents (Unicode NFKD), blanks and signs as they were."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(_ascii_digit(each) for each in decomposed if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare.translate(_SPECIAL_TABLE))


def _ascii_digit(character: str) -> str:
    is_foreign = not character.isascii() and unicodedata.category(character) == "Nd"
    return str(unicodedata.decimal(character)) if is_foreign else character


def in_german(text: str) -> str:
    """The text with umlauts written as two letters; the same text where none stands."""
    return unicodedata.normalize("NFC", text).casefold().translate(_GERMAN_TABLE)


def words_of(text: str) -> list[str]:
    """The folded words of a name; `O’Sullivan` is one, and `Penrose & Vale` are two."""
    return _WORD.findall(_APOSTROPHES.sub("", fold(text)))


def number_words(number: str) -> list[str]:
    """A number's digits as it may be typed: as written, and national where a country code is."""
    try:
        main = dialled_number(clean_number(number), country="", internal="").main
    except NumberError:
        return []
    digits = re.sub(r"\D", "", main)
    if not main.startswith(("+", "00")):
        return [digits]
    digits = digits.removeprefix("00") if main.startswith("00") else digits
    forms = forms_of(f"+{digits}", "")
    return [digits, forms.national] if forms else [digits]


def found_text(names: Iterable[str], numbers: Iterable[str]) -> str:
    """The text of a line: every word between blanks, cut where an index has its end."""
    words = [word for name in names for word in _spelt(name)]
    words += [word for number in numbers for word in number_words(number)]
    text = f" {' '.join(dict.fromkeys(words))} "
    return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _spelt(name: str) -> list[str]:
    """The words of a name; `O’Sullivan` also as two, `Müller` also as `mueller`."""
    return [*words_of(name), *_WORD.findall(fold(name)), *words_of(in_german(name))]


def sort_name(name: str) -> str:
    return " ".join(words_of(name))[:MAX_SORT_NAME]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that was typed; one of its spellings must stand in the text."""

    spellings: tuple[str, ...]


def terms_of(search: str) -> tuple[Term, ...]:
    """What a search looks for, every term of it; empty when nothing in it can be looked for."""
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", search))
    numbers = [match[0] for match in _NUMBER.finditer(fold(text))]
    words = _WORD.findall(_NUMBER.sub(" ", text))
    terms = [Term(_word_spellings(word)) for word in words]
    terms += [Term(number_spellings(number)) for number in numbers]
    return tuple(dict.fromkeys(terms))[:MAX_TERMS]


def _word_spellings(word: str) -> tuple[str, ...]:
    """Beginnings of words; of scripts such as Chinese, which part no words by blanks, any part."""
    spellings = dict.fromkeys((fold(word), fold(in_german(word))))
    return tuple(f" {each}" if each.isascii() else each for each in spellings if each)


def number_spellings(typed: str) -> tuple[str, ...]:
    """How a typed number, or the part of it that has been typed, may stand in the text.

    A number kept without its country code may be of any country, and is found by each.
    """
    digits = re.sub(r"\D", "", _TRUNK_ZERO.sub("", typed))
    is_international = typed.lstrip().startswith("+") or digits.startswith("00")
    if not is_international:
        return (digits,)
    digits = digits.removeprefix("00")
    code, national = split_country_code(digits)
    if not code or not national:
        return (digits,)
    return (digits, f" 0{national}", f" {national}")
