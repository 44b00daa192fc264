"""Finds texts of ours that a page in another language tells in English."""

import re
from functools import cache
from typing import Final

from tests.language.catalogue import read_catalogue
from tests.language.messages import catalogue_of

_PLACE: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]*>|%%")
_WORDS: Final = re.compile(r"[A-Za-z']{2,} [A-Za-z']{2,}")
_SHORTEST: Final = 10
"""Characters by which a text is known; shorter ones stand in other texts by chance."""


def english_in(page: str) -> list[str]:
    """The texts of the catalogue that stand in `page`, of which blanks have been made single."""
    return [text for piece, text in _pieces().items() if piece in page]


@cache
def _pieces() -> dict[str, str]:
    """By the longest piece of each text in which no value stands: the text.

    What is the same in German, or a part of something there, is no sign of English.
    """
    entries = [
        each for each in read_catalogue(catalogue_of("de")).entries if all(each.translations)
    ]
    german = "\n".join(_single(text) for each in entries for text in each.translations)
    texts = [_single(text) for each in entries for text in (each.text, each.plural) if text]
    pieces = {max(_PLACE.split(text), key=len).strip(" .:"): text for text in texts}
    return {
        piece: text
        for piece, text in pieces.items()
        if len(piece) >= _SHORTEST and _WORDS.search(piece) and piece not in german
    }


def _single(text: str) -> str:
    return " ".join(text.split())
