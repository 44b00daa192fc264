"""THREAT_MODEL.md numbers its promises, and each has its file here."""

import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
MODEL: Final = FOLDER.parents[1] / "THREAT_MODEL.md"


def promised() -> list[str]:
    """The beginning of each promise: `**12. Requests go where an administrator said.`"""
    text = MODEL.read_text(encoding="utf-8")
    section = text.partition("\n## What is protected")[2].partition("\n## ")[0]
    return re.findall(r"^- (.*)$", section, re.MULTILINE)


def test_promises_are_numbered_in_order() -> None:
    numbers = [re.match(r"\*\*(\d+)\. ", promise) for promise in promised()]
    assert [int(found[1]) if found else None for found in numbers] == list(
        range(1, len(numbers) + 1)
    )


def test_every_promise_has_its_file_and_every_file_its_promise() -> None:
    numbers = sorted(int(file.name[5:7]) for file in FOLDER.glob("test_[0-9][0-9]_*.py"))
    assert numbers == list(range(1, len(promised()) + 1))


def test_every_file_says_what_is_promised_and_tests_it() -> None:
    for file in FOLDER.glob("test_[0-9][0-9]_*.py"):
        text = file.read_text(encoding="utf-8")
        assert text.startswith('"""'), file.name
        assert re.search(r"^(async )?def test_", text, re.MULTILINE), file.name
