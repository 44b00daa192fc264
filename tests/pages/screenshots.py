"""Pictures of every page, light and dark, wide and narrow: `python3 dev.py screenshots [FOLDER]`.

Without a folder only those are taken that the manual shows, into docs/pictures/pages/. With one, every
page goes there, about 500 pictures.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from tests.pages.addresses import Visit, Who
from tests.pages.site import HEIGHT, NARROW, WIDE
from tests.pages.walk import opened_pages

MANUAL: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "pages"
TALL_HEIGHT: Final = 1200
THEMES: Final = ("light", "dark")
WIDTHS: Final = {"wide": WIDE, "narrow": NARROW}
SHOWN: Final = frozenset(
    {
        "administrator-call-figures-wide-light",
        "administrator-maintenance-changes-wide-light",
        "administrator-maintenance-edit-setting-wide-light",
        "administrator-maintenance-explain-wide-light",
        "administrator-maintenance-function-wide-dark",
        "administrator-maintenance-import-preview-wide-light",
        "administrator-maintenance-system-catalogue-wide-light",
        "administrator-maintenance-users-wide-light",
        "administrator-mfa-index-wide-light",
        "caller-call-rejected-wide-light",
        "caller-calls-wide-light",
        "caller-dial-narrow-dark",
    }
)
"""The pictures that the manual shows (docs/reference/pages.md)."""

TALL: Final = frozenset(
    {
        "administrator-call-figures-wide-light",
        "administrator-maintenance-edit-setting-wide-light",
        "administrator-maintenance-explain-wide-light",
    }
)
"""Those whose point stands further down: the manual shows more of them."""


async def take(folder: Path, wanted: frozenset[str] | None) -> int:
    """Take the pictures named in `wanted`, or all of them; how many there are."""
    count = 0
    async for who, visit, page in opened_pages():
        for width in WIDTHS:
            for theme in THEMES:
                name = picture_name(who, visit, width, theme)
                if wanted is None or name in wanted:
                    await _take_one(page, folder / f"{name}.png", WIDTHS[width], theme)
                    count += 1
    return count


def picture_name(who: Who, visit: Visit, width: str, theme: str) -> str:
    return f"{who.value}-{visit.name}-{width}-{theme}"


async def _take_one(page: Page, file: Path, width: int, theme: str) -> None:
    height = TALL_HEIGHT if file.stem in TALL else HEIGHT
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await page.screenshot(path=file, animations="disabled", full_page=_is_whole(file))


def _is_whole(file: Path) -> bool:
    """The manual shows what a person sees at first; whoever looks at all pages wants all of them."""
    return file.parent != MANUAL


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="for every page; else the manual's")
    folder = parser.parse_args().folder
    wanted = SHOWN if folder is None else None
    (folder or MANUAL).mkdir(parents=True, exist_ok=True)
    count = asyncio.run(take(folder or MANUAL, wanted))
    print(f"{count} pictures are in {folder or MANUAL}")
    return 0 if wanted is None or count == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
