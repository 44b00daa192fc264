"""The finder alone, by Node.js: how many numbers it finds, and how many that are none."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.extension.corpus import Item, Score, items_of, pages
from tests.real import presence
from tests.real.presence import require

FINDER = Path(__file__).with_name("find.mjs")


def find(items: Iterable[Item]) -> list[list[dict[str, Any]]]:
    require("nodejs")
    asked = json.dumps([{"text": item.text, "country": item.country} for item in items])
    done = subprocess.run(
        [presence.program("nodejs"), str(FINDER)],
        input=asked, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def found_in(text: str, country: str = "GB") -> list[str]:
    """What is found, as it is written."""
    return [text[each["start"] : each["end"]] for each in find([Item(text, (), country)])[0]]


def test_numbers_and_look_alikes() -> None:
    numbers = [item for page in pages("numbers") for item in items_of(page)]
    look_alikes = [item for page in pages("look-alikes") for item in items_of(page)]
    score, told = Score(), []
    items = numbers + look_alikes
    for item, found in zip(items, find(items), strict=True):
        got = tuple(each["number"] for each in found)
        score.add(item, got)
        if got != item.numbers:
            told.append(f"{item.country}: {item.text}\n    {got} instead of {item.numbers}")
    print(f"\n{score}", *told, sep="\n")
    assert sum(len(item.numbers) for item in numbers) >= 200
    assert len(look_alikes) >= 200
    assert score.precision >= 0.98
    assert score.recall >= 0.95


@pytest.mark.parametrize(
    ("text", "country", "found"),
    [
        ("Ring 020 7946 0123", "", []),
        ("Ring +44 20 7946 0123", "", ["+44 20 7946 0123"]),
        ("Ring 020 7946 0123", "US", []),
        ("(Tel. 020 7946 0123)", "GB", ["020 7946 0123"]),
        ("Tel.020 7946 0123", "GB", ["020 7946 0123"]),
        ("020 7946 0123, 020 7946 0124", "GB", ["020 7946 0123", "020 7946 0124"]),
        ("+999 20 7946 0123", "GB", []),
        ("999", "GB", []),
        ("112", "GB", []),
        ("", "GB", []),
        ("٠٢٠ ٧٩٤٦ ٠١٢٣", "GB", []),
    ],
)
def test_what_is_found(text: str, country: str, found: list[str]) -> None:
    assert found_in(text, country) == found


def test_time_grows_with_the_text_alone() -> None:
    """What would be slow for a careless pattern; a second is a hundred times what it takes."""
    hostile = [
        "1 " * 5_000,
        "(" * 10_000 + "020 7946 0123",
        "Tel. " * 5_000 + "020 7946 0123",
        "+" * 10_000,
    ]
    done = find([Item(text, (), "GB") for text in hostile])
    assert len(done) == len(hostile)
