"""docs/reference/pages.md shows the pictures that `dev.py screenshots` takes, and names every tab."""

import re

from tests.docs.manual import ROOT, page
from tests.pages.screenshots import MANUAL, SHOWN

PAGE = page("docs/reference/pages.md")
MENU = ROOT / "src/webdial/site/pages/maintenance/menu.py"
MOST_BYTES = 2_000_000


def test_pictures_shown_are_those_that_are_taken() -> None:
    shown = {link.rpartition("/")[2] for link in PAGE.links if link.endswith(".png")}
    taken = {f"{name}.png" for name in SHOWN}
    assert shown == taken
    assert {file.name for file in MANUAL.iterdir()} == taken


def test_pictures_are_small_enough_to_be_kept() -> None:
    assert sum(file.stat().st_size for file in MANUAL.iterdir()) < MOST_BYTES


def test_every_maintenance_tab_is_told() -> None:
    tabs = set(
        re.findall(r'Subject\.\w+,\s*translatable\(\s*"([\w ]+)"', MENU.read_text(encoding="utf-8"))
    )
    told = {row[0] for row in PAGE.sections(2)["Maintenance"].table("tab", "what it is for")}
    assert tabs
    assert told == tabs
