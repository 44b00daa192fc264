"""Every page in a real Chromium, as administrator and as caller: for everybody, light and dark, at every width.

axe-core looks for what WCAG 2.2 asks on the levels A and AA as far as a program can tell. In short each
page has one look, and is as narrow as a phone for a moment; in full it has all looks as everybody who has
it, and every language.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Final, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from django.conf import settings
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from tests.pages.addresses import FIRST_START, NO_PAGE, Visit, Who, path_of
from tests.pages.site import (
    HEIGHT,
    NARROW,
    WIDE,
    ZOOMED,
    FilledSite,
    empty_site,
    fill,
    named,
    new_page,
)
from tests.server import Installation, Server
from tests.site.accounts.openid_provider import CLIENT, OpenIdProvider

AXE = Axe().axe_script
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
OF_THE_LOOK = ["color-contrast", "target-size"]
"""The rules whose answer changes with theme and width; the others hold for all."""

BROKEN = """async wanted => (await axe.run(document, wanted)).violations.map(
  ({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes[0].html} ${nodes[0].failureSummary}`)"""
SETTLE = """async () => {
  do await new Promise(requestAnimationFrame);
  while (document.getAnimations().map(each => each.finish()).length);
}"""
"""Ends what moves, and what moves then because of it: else colours and places are read on their way."""
STRUCTURE = """() => {
  const faults = [];
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) faults.push(`has ${headings} h1`);
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) faults.push(`has ids twice: ${twice}`);
  const first = document.querySelector("a[href], button, input:not([type=hidden]), [tabindex]");
  if (!first.matches(".skip-link")) faults.push("does not begin with the link to the content");
  return faults;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WAIT_FOR_FOCUS = """async () => {
  const wanted = document.querySelector("[autofocus]");
  while (wanted && document.activeElement !== wanted) await new Promise(requestAnimationFrame);
}"""
"""A field that asks for it has it only once the page has been drawn; a Tab before that leads to another one."""
IS_SKIP_LINK_SEEN = """() => {
  const link = document.activeElement;
  return link.matches(".skip-link") && link.getBoundingClientRect().top >= 0;
}"""
CSRF = "input[name=csrfmiddlewaretoken] >> nth=0"
Theme = Literal["light", "dark"]
Look = tuple[int, Theme]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
LOOKS: Final[tuple[Look, ...]] = tuple(product((WIDE, ZOOMED, NARROW), THEMES))
REFUSED = "Failed to load resource: the server responded with a status of {}"
"""What Chromium says of a page that tells of a fault."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Server]]:
    with empty_site(tmp_path_factory.mktemp("webdial")) as parts:
        yield parts


@pytest.fixture(scope="module")
def site(empty: tuple[Installation, Server]) -> FilledSite:
    return fill(*empty)


async def test_first_page_of_all(browser: Browser, empty: tuple[Installation, Server]) -> None:
    page = await new_page(browser, named(empty[1]))
    assert await faults_of(page, [FIRST_START]) == {}
    await page.context.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", Who)
async def test_every_page(browser: Browser, site: FilledSite, who: Who) -> None:
    page = await site.person(browser, who)
    visits = once(site, who)
    half = len(visits) // 2
    # To change the look takes as long as to look.
    found = await faults_of(page, visits[:half], [(NARROW, "dark")])
    assert found | await faults_of(page, visits[half:], [(WIDE, "light")]) == {}
    await page.context.close()


def once(site: FilledSite, who: Who) -> list[Visit]:
    """Every page of an administrator, and what others have beside."""
    visits = site.visits(who)
    if who is Who.ADMINISTRATOR:
        return visits
    seen = {visit.name for visit in site.visits(Who.ADMINISTRATOR)}
    return [visit for visit in visits if visit.name == "dial" or visit.name not in seen]


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", Who)
async def test_every_page_in_every_look(browser: Browser, site: FilledSite, who: Who) -> None:
    page = await site.person(browser, who)
    assert await faults_of(page, site.visits(who)) == {}
    await page.context.close()


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES[1:]])
@pytest.mark.parametrize("who", Who)
async def test_no_page_is_too_wide_in_any_language(
    browser: Browser, site: FilledSite, who: Who, language: str
) -> None:
    """Other languages have longer words."""
    signed_in = (await site.person(browser, who)).context
    page = await new_page(browser, site.address, language, await signed_in.storage_state())
    found = {}
    for visit in site.visits(who):
        await page.goto(visit.path)
        if faults := [fault async for fault in _too_wide(page, (ZOOMED, NARROW))]:
            found[visit.path] = faults
    assert found == {}
    await page.context.close()
    await signed_in.close()


async def test_pages_of_the_companys_provider(browser: Browser, tmp_path: Path) -> None:
    """The way out, being turned back, and what a profile and Maintenance then tell."""
    fay = {"sub": "1", "email": "fay@example.com", "email_verified": True, "name": "Fay Moreau"}
    async with OpenIdProvider({"fay": fay}) as company:
        with provided_site(tmp_path, company.issuer) as server:
            page = await new_page(browser, named(server))
            assert await faults_of(page, [Visit("sign-in", "/sign-in")]) == {}
            await page.goto("/sign-in?next=/account")
            # Its page leads on by itself, at once: it is looked at as it came.
            way_out = await page.request.post(
                "/sign-in/provider",
                form={"csrfmiddlewaretoken": await page.input_value(CSRF)},
                headers={"Referer": page.url},
            )
            assert await faults_of_text(page, await way_out.text()) == []
            await page.goto("/sign-in?next=/account")
            await page.get_by_role("button", name="Sign in with Company").click()
            await page.get_by_label("Who are you?").fill("fay")
            await page.get_by_role("button", name="Sign in", exact=True).click()
            await page.wait_for_url("**/account")
            assert await faults_of(page, [Visit("account", "/account")]) == {}
            company.is_away = True
            await page.context.clear_cookies()
            await page.goto("/sign-in")
            await page.get_by_role("button", name="Sign in with Company").click()
            await expect(page.get_by_text("Company does not answer as it should.")).to_be_visible()
            assert [fault async for fault in faults_as_it_stands(page)] == []
            await page.context.close()


@contextmanager
def provided_site(folder: Path, issuer: str) -> Iterator[Server]:
    """A running server that adds whoever the company's provider knows."""
    installation = Installation(folder)
    installation.extra_environment = {
        "WEBDIAL_OIDC_ISSUER": issuer,
        "WEBDIAL_OIDC_CLIENT_ID": CLIENT[0],
        "WEBDIAL_OIDC_CLIENT_SECRET": CLIENT[1],
        "WEBDIAL_OIDC_NAME": "Company",
        "WEBDIAL_OIDC_NEW_USERS": "yes",
    }
    installation.run("user", "add", "ada", "--name", "Ada Byrne", "--administrator")
    with installation.serving() as server:
        yield server


async def faults_of_text(page: Page, text: str) -> list[str]:
    """What is wrong with a page that would lead on before it can be looked at."""
    still = re.sub(r'<meta http-equiv="refresh"[^>]*>', "", text)
    assert still != text
    await page.route(
        "**/as-it-came", lambda route: route.fulfill(body=still, content_type="text/html")
    )
    await page.goto("/as-it-came")
    return [fault async for fault in faults_as_it_stands(page)]


async def faults_as_it_stands(page: Page) -> AsyncIterator[str]:
    await page.evaluate(SETTLE)
    for fault in await page.evaluate(STRUCTURE):
        yield fault
    await page.evaluate(AXE)
    for fault in await _faults_by_axe(page):
        yield fault


async def test_what_is_no_page_shows_none(browser: Browser, site: FilledSite) -> None:
    page = await site.person(browser, Who.ADMINISTRATOR)
    shown = []
    for name in NO_PAGE:
        answer = await page.request.get(path_of(name, site.filled), max_redirects=0)
        if answer.ok and "<!doctype html" in (await answer.text())[:100]:
            shown.append(name)
    assert shown == []
    await page.context.close()


async def faults_of(
    page: Page, visits: Sequence[Visit], looks: Sequence[Look] = LOOKS
) -> dict[str, list[str]]:
    """What is wrong with each page, in words, by its path."""
    said: list[str] = []
    page.on("console", lambda message: _note(message, said))
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    found = {}
    for visit in visits:
        said.clear()
        faults = [fault async for fault in _faults_of(page, visit, looks)]
        refused = REFUSED.format(visit.status)
        if faults := faults + [each for each in said if refused not in each]:
            found[visit.path] = faults
    return found


def _note(message: ConsoleMessage, said: list[str]) -> None:
    if message.type in {"error", "warning"}:
        said.append(f"console: {message.text}")


async def _faults_of(page: Page, visit: Visit, looks: Sequence[Look]) -> AsyncIterator[str]:
    await _look(page, looks[0])
    answer = await page.goto(visit.path)
    assert answer is not None
    if answer.status != visit.status or answer.request.redirected_from is not None:
        yield f"answers {answer.status} as {page.url}"
    for fault in await page.evaluate(STRUCTURE):
        yield fault
    await page.evaluate(WAIT_FOR_FOCUS)
    if await page.evaluate("document.activeElement === document.body"):
        await page.keyboard.press("Tab")
        await page.evaluate(SETTLE)
        if not await page.evaluate(IS_SKIP_LINK_SEEN):
            yield "the Tab key does not lead to the link to the content first"
    await page.evaluate(AXE)
    for fault in await _faults_by_axe(page):
        yield f"{looks[0]}: {fault}"
    for look in looks[1:]:
        await _look(page, look)
        for fault in await _faults_by_axe(page, OF_THE_LOOK):
            yield f"{look}: {fault}"
    async for fault in _too_wide(page, {width for width, _ in looks} | {NARROW}):
        yield fault


async def _too_wide(page: Page, widths: Iterable[int]) -> AsyncIterator[str]:
    for width in widths:
        await _have_width(page, width)
        if over := await page.evaluate(TOO_WIDE):
            yield f"is {over} px wider than {width} px"


async def _look(page: Page, look: Look) -> None:
    width, theme = look
    await _have_width(page, width)
    await page.emulate_media(color_scheme=theme)
    await page.evaluate(SETTLE)


async def _have_width(page: Page, width: int) -> None:
    if page.viewport_size != (size := ViewportSize(width=width, height=HEIGHT)):
        await page.set_viewport_size(size)


async def _faults_by_axe(page: Page, only: Sequence[str] = ()) -> list[str]:
    """A line for each rule that is broken, with the first place where. `page` has axe."""
    wanted = {"type": "rule", "values": only} if only else {"type": "tag", "values": WCAG}
    options = {"runOnly": wanted, "resultTypes": ["violations"], "preload": False}
    return await page.evaluate(BROKEN, options)
