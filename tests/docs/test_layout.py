"""The layout that docs/explanation/architecture.md shows is that of the folders."""

import re
from collections.abc import Iterator

from tests.docs.manual import ROOT, page

PAGE = page("docs/explanation/architecture.md")


def paths_of(layout: str) -> Iterator[str]:
    """Every path of a tree that is drawn by indenting; two blanks end the names of a line."""
    above: list[tuple[int, str]] = []
    for line in layout.splitlines():
        depth = len(line) - len(line.lstrip())
        above = [(each, folder) for each, folder in above if each < depth]
        parent = above[-1][1] if above else ""
        names = line.strip().partition("  ")[0].split()
        yield from (parent + name for name in names)
        if names[-1].endswith("/"):
            above.append((depth, parent + names[-1]))


def test_layout_names_what_is_there() -> None:
    paths = list(paths_of(PAGE.sections(2)["Layout"].fences[0].text))
    assert "src/webdial/site/domain/" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_places_of_the_next_change_exist() -> None:
    rows = PAGE.table("you want", "it belongs in")
    places = [
        place for row in rows for place in re.findall(r"`(\w+\.py|[\w./]+/[\w./-]*)`", row[1])
    ]
    assert len(places) > 10
    assert [
        place
        for place in places
        if not (ROOT / "src/webdial" / place).exists() and not (ROOT / place).exists()
    ] == []


def test_layers_are_those_that_the_tool_holds() -> None:
    shown = PAGE.sections(2)["Layers"].fences[-1].text
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contract = project.partition('name = "Imports point inwards"')[2].partition("]\n")[0]
    kept = [
        sorted(re.findall(r"webdial\.([\w.]+)", line))
        for line in contract.splitlines()
        if "webdial." in line
    ]
    assert [sorted(line.split(", ")) for line in shown.splitlines()] == kept
