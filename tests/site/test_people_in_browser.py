"""People and numbers in a real Chromium: stars, search, links and the keyboard; both themes by axe."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from tests import signed_in
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

PASSWORD = "plum tractor seven"
NUMBER = "020 7946 0123"

PEOPLE = """
from webdial.site.domain.companies import save_company
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
numbers = [LabelledNumber("work", "020 7946 0123"), LabelledNumber("mobile", "07700 900223")]
person = save_person(name="Agatha Penrose", company="Penrose & Vale", phones=numbers, notes="Rings back.")
save_company(name="Penrose & Vale", company=person.company, phones=[LabelledNumber("desk", "020 7946 0100")],
             notes="Quay 3")
save_person(name="Jürgen Müller", phones=[LabelledNumber("", "0113 496 0187")])
"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def pbx() -> AsyncIterator[FaultServer]:
    async with FaultServer() as pbx:
        yield pbx


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation, pbx: FaultServer) -> Iterator[Server]:
    sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    sqlite_installation.execute(PEOPLE)
    sqlite_installation.dial_by(pbx.url("", "?to=#"))
    with sqlite_installation.serving() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def dial_page(page: Page, server: Server) -> AsyncIterator[Page]:
    """Carl's Dial page; the browser must have nothing to complain of."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: said.append(message.text) if "Policy" in message.text else None,
    )
    await sign_in(page, server)
    yield page
    assert said == []


async def sign_in(page: Page, server: Server) -> None:
    await signed_in.sign_in(page, server.address, "carl", PASSWORD)
    await expect(page.get_by_label("Number to dial")).to_be_visible()


async def test_search_favourite_and_call_by_keyboard_alone(
    dial_page: Page, server: Server, pbx: FaultServer
) -> None:
    page = dial_page
    await page.get_by_role("searchbox").focus()
    await page.keyboard.type("penro 0223")
    await expect(page.locator("#directory .entry__name")).to_have_text(["Agatha Penrose"])
    await expect(page.get_by_role("searchbox")).to_be_focused()

    mobile = page.get_by_role("button", name="Favourite: Agatha Penrose, 07700 900223")
    await mobile.focus()
    await page.keyboard.press("Enter")
    await expect(mobile).to_have_attribute("aria-pressed", "true")
    await expect(mobile).to_be_focused()

    await page.locator("#tab-favourites").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#directory .entry__name")).to_have_text(["Agatha Penrose"])
    await expect(page.locator("#tab-favourites")).to_be_focused()
    await expect(page.locator("#directory")).not_to_have_class(re.compile("htmx-"))
    await page.get_by_role("button", name="Dial Agatha Penrose, 07700 900223").focus()
    before = pbx.requests_seen
    await page.keyboard.press("Enter")
    await pbx.wait_for_requests(before + 1)
    await expect(page.get_by_label("Latest call")).to_contain_text("Sent to the phone system")

    await page.locator("#tab-recent").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#directory .entry__name")).to_have_text(["Agatha Penrose"])
    await page.get_by_role("searchbox").focus()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("muller")
    await expect(page.locator("#directory .entry__name")).to_have_text(["Jürgen Müller"])


async def test_number_is_a_link_that_dials_by_the_button_and_tells_at_once(
    dial_page: Page, server: Server, pbx: FaultServer
) -> None:
    page = dial_page
    held = asyncio.Event()
    methods: list[str] = []

    async def hold(route: Route) -> None:
        methods.append(route.request.method)
        await held.wait()
        await route.continue_()

    await page.goto(f"{server.address}/people/1")
    panel = page.get_by_role("region", name="Latest call")
    await expect(panel).to_have_attribute("aria-live", "polite")  # there before anything is said
    await page.route("**/calls", hold)
    link = page.get_by_role("link", name=NUMBER)
    assert (await link.get_attribute("href") or "").startswith("tel:02079460123;phone-context=")
    before = pbx.requests_seen
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(panel).to_contain_text("Ringing your phone …")
    await expect(panel).to_contain_text(NUMBER)
    assert (pbx.requests_seen, methods) == (before, ["POST"])
    held.set()
    await expect(panel).to_contain_text("Sent to the phone system")
    await expect(panel).not_to_contain_text("Ringing your phone …")
    await page.reload()
    await expect(page.locator(".told-call").first).to_contain_text(NUMBER)


KEEP_WHAT_IS_SAID = """
const panel = document.getElementById("latest-call");
new MutationObserver(() => sessionStorage.setItem("said", panel.textContent))
  .observe(panel, {childList: true});
"""


async def test_pasted_number_is_told_at_once_anywhere(dial_page: Page, server: Server) -> None:
    page = dial_page
    await page.goto(f"{server.address}/companies/1")
    await page.evaluate(KEEP_WHAT_IS_SAID)
    await page.get_by_label("Number to dial").fill("Tel.: 0113 496 0187")
    await page.get_by_label("Number to dial").press("Enter")
    # The call's own page comes next; what was said before it came is looked up there.
    await expect(page.get_by_role("heading", level=1)).to_contain_text("0113 496 0187")
    said = await page.evaluate("sessionStorage.getItem('said')")
    assert "Ringing your phone …" in said
    assert "Tel.: 0113 496 0187" in said


async def test_star_without_script(browser: Browser, server: Server) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, server)
    await page.goto(f"{server.address}/companies/1")
    desk = page.get_by_role("button", name="Favourite: Penrose & Vale, 020 7946 0100")
    await desk.click()
    await expect(desk).to_have_attribute("aria-pressed", "true")
    assert page.url == f"{server.address}/companies/1"
    await desk.click()
    await expect(desk).to_have_attribute("aria-pressed", "false")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    ["/dial", "/dial?list=favourites", "/dial?list=recent", "/people/1", "/companies/1"],
)
async def test_axe_finds_nothing(
    dial_page: Page, server: Server, address: str, scheme: str
) -> None:
    page = dial_page
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(server.address + address)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
