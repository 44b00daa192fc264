"""Which tests begin: those of the files that take longest, so that no core waits for one at the end.

pytest-xdist hands files out in the order in which they were collected (`--no-loadscope-reorder`). By
itself it goes by their number of tests, and a file with one test may take two minutes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

LONGEST_FIRST: Final = (
    "tests/test_both_databases.py",
    "tests/site/test_every_page.py",
    "tests/language/test_pseudo_language.py",
    "tests/running/test_*.py",
    "tests/bench/test_*.py",
    "tests/scans/test_*.py",
    "tests/end_to_end/test_*.py",
    "tests/extension/test_*.py",
    "tests/**/test_*in_browser.py",
    "tests/promises/test_*.py",
    "tests/cli/test_*.py",
    "tests/api/test_*.py",
    "tests/desktop/test_*.py",
    "tests/functions/test_*.py",
    "tests/docs/test_*.py",
    "tests/site/test_*.py",
    "tests/site/*/test_*.py",
)
"""Patterns of files; all others take a few seconds each."""


def put_longest_first(items: list[pytest.Item], root: Path) -> None:
    """Each file's own tests stay in their order."""
    places: dict[Path, int] = {}
    for place, pattern in enumerate(LONGEST_FIRST):
        for file in root.glob(pattern):
            places.setdefault(file, place)
    items.sort(key=lambda item: places.get(item.path, len(LONGEST_FIRST)))


def patterns_of_nothing(root: Path) -> Sequence[str]:
    return [pattern for pattern in LONGEST_FIRST if not any(root.glob(pattern))]
