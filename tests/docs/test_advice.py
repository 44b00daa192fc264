"""docs/how-to/when-a-call-fails.md has a way out of every failure, in the words that people read."""

import re
from pathlib import Path

import webdial
from tests.docs.manual import page
from webdial.exchange.outcome import Outcome

PAGE = page("docs/how-to/when-a-call-fails.md")


def test_each_outcome_has_advice() -> None:
    advised = {
        match[1]: heading for heading in PAGE.headings if (match := re.match("`(.+?)`", heading))
    }
    assert set(advised) == {outcome.value for outcome in Outcome if outcome.is_final}
    for outcome in Outcome:
        if outcome.is_final and not outcome.is_success:
            assert advised[outcome.value] == f"`{outcome.value}`: {outcome.label}"


def test_sentences_of_stopped_calls_are_the_programs_own() -> None:
    """Every part of them that is the same each time: `…` stands for what differs."""
    source = "\n".join(
        file.read_text(encoding="utf-8") for file in Path(webdial.__file__).parent.rglob("*.py")
    )
    rows = PAGE.sections(2)["Nothing was sent"].table("the page says", "what to do")
    assert len(rows) > 4
    assert [
        says
        for says, _ in rows
        if any(part.strip(" .:“”") not in source for part in says.split("…"))
    ] == []
