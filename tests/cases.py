"""Reads the languages' cases, which are data."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"


def cases_of(language: str) -> list[dict[str, Any]]:
    """Every `[[case]]` of the files in tests/cases/<language>, in the order of the files' names."""
    found: list[dict[str, Any]] = []
    for file in sorted((FOLDER / language).glob("*.toml")):
        found += tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    assert found, f"no cases in {language}"
    return found


def named(case: dict[str, Any]) -> str:
    """A case's name as pytest shows it."""
    return str(case["name"])
