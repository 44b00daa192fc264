"""Sign-in names as they are kept and compared: one way of writing each, and none that only looks like another."""

import unicodedata
from typing import Final

from webdial.errors import InvalidValueError
from webdial.language import translate

_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Alphabets that share the look of many letters (Unicode Technical Standard 39)."""


def sign_in_name(typed: str) -> str:
    """Any case and any width may be typed: `Ａda` is `ada` (Unicode's form NFKC)."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def check_alphabet(name: str) -> None:
    """Raises InvalidValueError for a name that is written in two alphabets: a Cyrillic а among Latin letters."""
    words = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    if len(words & _ALIKE) > 1:
        raise InvalidValueError(
            translate("The sign-in name mixes letters of several alphabets, which look alike."),
            field="login",
            hint=translate("Type it anew, without changing the keyboard's language."),
        )
