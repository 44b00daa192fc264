"""Every page in a language that puts each text into brackets: what stands without them is not marked.

In short it is looked for in what the server sends, in full in what the browser shows. What people wrote themselves, and the files of phone systems, is in no catalogue: UNTOLD names it.
"""

import ast
import os
import re
import tomllib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.pages.addresses import Who
from tests.pages.site import FilledSite, empty_site, fill, new_page
from webdial.exchange.general_settings import SETTINGS
from webdial.site.function_tables import SCHEMA
from webdial.site.pages.maintenance.function_source import sample_source
from webdial.watcom import DELIVERED_FUNCTION

ROOT = Path(__file__).parents[2]
ENGLISH = {"api", "manual", "manual-page"}
"""Pages that are English, as what they describe and the manual are."""

PSEUDO = Path(__file__).parent / "pseudo"
SHOWN = """document => {
  const code = "code, pre, kbd, samp, textarea, script, noscript, style, template, datalist, option[lang], .num, .code";
  const found = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!element.closest(code) && !element.closest("time")) found.push([element, walk.currentNode.data]);
  }
  for (const name of ["aria-label", "placeholder", "alt", "title"])
    for (const element of document.querySelectorAll(`[${name}]:not(time)`))
      if (!element.matches(code)) found.push([element, element.getAttribute(name)]);
  const whole = new Map();
  for (const [element, text] of found) {
    const key = element.closest("p, h1, h2, h3, li, td, th, dt, dd, option, title, text") ?? element.closest("div, form, nav, summary") ?? element;
    whole.set(key, (whole.get(key) ?? "") + " " + text);
  }
  return [...whole.values()];
}"""
OF_PAGE = f"() => ({SHOWN})(document)"
OF_ANSWER = f"""async path => {{
  const answer = await fetch(path);
  return ({SHOWN})(new DOMParser().parseFromString(await answer.text(), "text/html"));
}}"""
ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
"""A call's own."""

WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = [
    "Webdial",
    "StaffID",
    "AgencyID",
    "UTC",
    "CSV",
    "Excel",
    "UTF",
    "Windows",
    "Linux",
    "macOS",
    "Chrome",
    "Chromium",
    "Edge",
    "Firefox",
    "ext",
    "SYNETY",
]
"""Words that are the same in every language."""

LETTERS = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"]
"""On the keys of a telephone (ITU-T E.161)."""

ENCODED = ["of", "for"]
"""Between two names in what a change was about, which is kept as it was written."""

SOURCES = ["tests/pages/filling.py", "src/webdial/cli/demo_data.py", "tests/pages/site.py"]
"""Where the rows of the pages come from."""


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from value.splitlines()
        case dict():
            for each in value.values():
                yield from strings(each)
        case list() | tuple():
            for each in value:
                yield from strings(each)


def untold() -> Iterator[str]:
    """What people, phone systems' files and the old system wrote: in no catalogue."""
    yield from (*NAMES, *LETTERS, *ENCODED)
    yield from (definition.name for definition in SETTINGS)
    for table in SCHEMA.tables:
        yield table.name
    yield from (*strings(DELIVERED_FUNCTION), *strings(sample_source()), "Generate Web Dial URL")
    for name in SOURCES:
        source = (ROOT / name).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant):
                yield from strings(node.value)
                yield from (cell for line in strings(node.value) for cell in line.split(","))
    for file in (ROOT / "src/webdial/phonesystems/catalogue").glob("*.toml"):
        yield from strings(tomllib.loads(file.read_text(encoding="utf-8")))


def pattern_of_untold() -> re.Pattern[str]:
    found = {" ".join(text.split()) for text in untold()}
    longest = sorted(filter(WORD.search, found), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + rf")(?!\w)|{ID}")


UNTOLD = pattern_of_untold()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledSite]:
    before = os.environ.get("PYTHONPATH", "")
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(PSEUDO), before))))
    with empty_site(tmp_path_factory.mktemp("pseudo")) as parts:
        patch.undo()
        yield fill(*parts)


def without_brackets(text: str) -> str:
    """What is left when all that was told is taken away, from within."""
    while True:
        left = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
        if left == text:
            return " ".join(left.split())
        text = left


def bare_texts(shown: Sequence[str]) -> list[str]:
    left = map(without_brackets, shown)
    return [text for text in left if WORD.search(UNTOLD.sub(" ", text))]


async def sent(page: Page, path: str) -> list[str]:
    return await page.evaluate(OF_ANSWER, path)


async def seen(page: Page, path: str) -> list[str]:
    await page.goto(path)
    return await page.evaluate(OF_PAGE)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("texts", [sent, pytest.param(seen, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("who", Who)
async def test_every_text_is_told(
    browser: Browser,
    site: FilledSite,
    who: Who,
    texts: Callable[[Page, str], Awaitable[list[str]]],
) -> None:
    signed_in = (await site.person(browser, who)).context
    page = await new_page(browser, site.address, "de", await signed_in.storage_state())
    await page.goto("/")
    found: dict[str, list[str]] = {}
    for visit in site.visits(who):
        if visit.name in ENGLISH:
            continue
        for text in bare_texts(await texts(page, visit.path)):
            found.setdefault(text, []).append(visit.name)
    await page.context.close()
    await signed_in.close()
    assert found == {}
