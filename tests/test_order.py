"""The order in which files are handed out names files that exist."""

from pathlib import Path

from tests.order import patterns_of_nothing

ROOT = Path(__file__).parent.parent


def test_every_pattern_finds_files() -> None:
    assert patterns_of_nothing(ROOT) == []
