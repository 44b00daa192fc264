"""From a person's click in a real browser to the program that the desktop has for the link.

What Chromium allows is measured here, as the site's pages rely on it: a form whose POST is answered
by a redirect to a link starts the program and leaves the page as it was.
"""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.async_api import Page

from .addresses import Slot
from .desktop import Desktop
from .linkpages import BUTTON, LINK, NOTE, LinkPage, LinkSite, serve_links

LINKS = ("tel://02071234567", "tel:+442071234567", "dial:02071234567")
FORM_ONLY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
FORM_TO_LINK = f"{FORM_ONLY} tel: dial:"
FRAME_TO_LINK = f"{FORM_TO_LINK}; frame-src 'self' tel: dial:"
FENCE = "dial:fence"


@pytest.fixture
def site(trusted_origin: str) -> Iterator[LinkSite]:
    with serve_links(trusted_origin) as site:
        yield site


@pytest.fixture
def strange_site(slot: Slot) -> Iterator[LinkSite]:
    """A site that has never been allowed to start anything."""
    with serve_links(f"http://{slot.host(81)}:8000") as site:
        yield site


async def started(desktop: Desktop) -> tuple[str, ...]:
    return await asyncio.to_thread(desktop.wait_started)


async def assert_nothing_started(desktop: Desktop) -> None:
    """Start the program by hand, after all that was to be refused: it is the first start."""
    assert await asyncio.to_thread(desktop.open_link, FENCE) == 0
    assert await started(desktop) == (FENCE,)


@pytest.mark.parametrize(
    "link", [*LINKS, "tel:1;ext=2", "tel:*21*1#", "tel:020%207123", "tel:$(id)", "tel:a'b\"c"]
)
def test_xdg_open_hands_the_link_on_unchanged(desktop: Desktop, link: str) -> None:
    assert desktop.open_link(link) == 0
    assert desktop.wait_started() == (link,)


@pytest.mark.parametrize("link", ["nosuch:1", "TEL:1"])
def test_xdg_open_knows_schemes_by_their_exact_name(desktop: Desktop, link: str) -> None:
    assert desktop.open_link(link) != 0


@pytest.mark.parametrize("link", [*LINKS, "tel:1;ext=2", "tel:020%207123"])
async def test_click_on_a_link_starts_the_program(
    page: Page, desktop: Desktop, site: LinkSite, link: str
) -> None:
    site.page = LinkPage(link)
    await page.goto(site.origin)
    await page.mouse.click(*LINK)
    assert await started(desktop) == (link,)


@pytest.mark.parametrize(
    ("link", "status", "target", "policy"),
    [
        ("tel://02071234567", HTTPStatus.SEE_OTHER, "", ""),
        ("tel:+442071234567", HTTPStatus.FOUND, "", ""),
        ("tel://02071234567", HTTPStatus.SEE_OTHER, "", FORM_TO_LINK),
        ("tel:+442071234567", HTTPStatus.SEE_OTHER, "aside", ""),
        ("tel://02071234567", HTTPStatus.FOUND, "aside", FRAME_TO_LINK),
        ("dial:02071234567", HTTPStatus.FOUND, "", ""),
        ("dial:02071234567", HTTPStatus.SEE_OTHER, "", FORM_TO_LINK),
        ("dial:02071234567", HTTPStatus.SEE_OTHER, "aside", FRAME_TO_LINK),
    ],
)
async def test_form_answered_by_a_redirect_starts_the_program_and_leaves_the_page(
    *,
    page: Page,
    desktop: Desktop,
    site: LinkSite,
    link: str,
    target: str,
    policy: str,
    status: HTTPStatus,
) -> None:
    site.page = LinkPage(link, status, target, policy)
    await page.goto(site.origin)
    await page.mouse.click(*NOTE)
    await page.keyboard.type("kept")
    await page.mouse.click(*BUTTON)
    assert await started(desktop) == (link,)
    assert site.requests == ["GET /", "POST /call"]
    assert await page.input_value("#note") == "kept"
    assert page.url == f"{site.origin}/"
    assert page.context.pages == [page]


async def test_each_click_starts_the_program_once(
    page: Page, desktop: Desktop, site: LinkSite
) -> None:
    site.page = LinkPage(LINKS[0], policy=FORM_TO_LINK)
    await page.goto(site.origin)
    for _ in range(3):
        await page.mouse.click(*BUTTON)
        assert await started(desktop) == (LINKS[0],)
    await assert_nothing_started(desktop)


async def test_redirect_to_a_link_that_the_policy_lacks_is_refused(
    page: Page, desktop: Desktop, site: LinkSite
) -> None:
    """Only in the page itself: in an iframe, Chromium 156 dies of this refusal (SIGTRAP)."""
    site.page = LinkPage(LINKS[0], policy=FORM_ONLY)
    await page.goto(site.origin)
    async with page.expect_console_message(lambda said: "form-action" in said.text):
        await page.mouse.click(*BUTTON)
    assert site.requests == ["GET /", "POST /call"]
    await assert_nothing_started(desktop)


async def test_second_start_without_another_click_is_refused(
    page: Page, desktop: Desktop, site: LinkSite
) -> None:
    """So the starts above are the click's doing."""
    site.page = LinkPage(LINKS[0])
    await page.goto(site.origin)
    await page.mouse.click(*NOTE)
    submit = "setTimeout(() => document.forms[0].submit(), 0)"
    await page.add_script_tag(content=submit)
    assert await started(desktop) == (LINKS[0],)
    async with page.expect_console_message(lambda said: "user gesture is required" in said.text):
        await page.add_script_tag(content=submit)
    await assert_nothing_started(desktop)


async def test_origin_that_was_never_allowed_starts_nothing(
    page: Page, desktop: Desktop, strange_site: LinkSite
) -> None:
    strange_site.page = LinkPage(LINKS[0])
    await page.goto(strange_site.origin)
    async with page.expect_event("requestfailed", lambda request: request.url == LINKS[0]):
        await page.mouse.click(*BUTTON)
    await assert_nothing_started(desktop)
