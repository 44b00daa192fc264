"""Dialling in a real Chromium: what the page's script adds to what the server says."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

PASSWORD = "plum tractor seven"
NUMBER = "020 7946 0123"


@pytest.fixture(scope="module")
def installed(sqlite_installation: Installation) -> Installation:
    """Carl may sign in, and has a colleague in another branch."""
    sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    sqlite_installation.run_all(
        ["setting", "set", "Same Call Within", "0"],
        ["branch", "add", "LDS", "--name", "Leeds"],
        [
            "user",
            "add",
            "dora",
            "--name",
            "Dora Lindqvist",
            "--branch",
            "LDS",
            "--extension",
            "301",
        ],
    )
    return sqlite_installation


@pytest.fixture(scope="module")
def server(installed: Installation) -> Iterator[Server]:
    with installed.serving() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def phone_system() -> AsyncIterator[FaultServer]:
    async with FaultServer() as phone_system:
        yield phone_system


@pytest_asyncio.fixture(loop_scope="session")
async def complaints(page: Page) -> AsyncIterator[list[str]]:
    """What the browser complains of, among it whatever the content security policy forbids."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: said.append(message.text) if "Policy" in message.text else None,
    )
    yield said
    assert said == []


async def open_dial(page: Page, installed: Installation, server: Server, dial_string: str) -> None:
    """Sign in as Carl, with this dial string in force, and wait for the page's script."""
    await asyncio.to_thread(installed.dial_by, dial_string)
    await page.goto(f"{server.address}/sign-in")
    await page.get_by_label("Sign-in name").fill("Carl")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_label("Number to dial")).to_be_focused()


async def test_call_is_told_from_the_first_instant_and_a_double_click_is_one(
    page: Page,
    complaints: list[str],
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
) -> None:
    await open_dial(page, installed, server, phone_system.url("never", "?to=#"))
    panel = page.get_by_label("Latest call")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/calls", hold)
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.locator(".dialler [type=submit]").dblclick()
    await expect(panel).to_contain_text("Asking the phone system to ring your phone …")
    await expect(panel).to_contain_text(NUMBER)
    held.set()
    await phone_system.wait_for_requests(1)
    await expect(panel.locator("[data-call]")).to_contain_text("Asking the phone system")
    assert phone_system.requests_seen == 1


async def test_outcome_appears_by_itself_and_can_be_dialled_again(
    page: Page,
    complaints: list[str],
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
) -> None:
    await open_dial(page, installed, server, phone_system.url("error", "?to=#"))
    panel = page.get_by_label("Latest call")
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(panel).to_contain_text("answered with an error (500)")
    await expect(panel.locator("time")).to_have_text("just now")
    await expect(page.get_by_label("Number to dial")).to_be_focused()
    await panel.get_by_role("button", name="Dial again").click()
    await phone_system.wait_for_requests(2)
    await expect(panel).to_contain_text("answered with an error (500)")
    assert phone_system.requests_seen == 2


async def test_refusal_is_told_and_nothing_is_sent(
    page: Page,
    complaints: list[str],
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
) -> None:
    await open_dial(page, installed, server, phone_system.url("", "/?to=#"))
    await page.get_by_label("Number to dial").fill("0800 FLOWERS")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Latest call")).to_contain_text(
        "Letters are part of this number"
    )
    assert phone_system.requests_seen == 0


async def test_keypad(
    page: Page, complaints: list[str], installed: Installation, server: Server
) -> None:
    await open_dial(page, installed, server, "http://pbx.invalid/#")
    await page.set_viewport_size({"width": 1280, "height": 900})
    field = page.get_by_label("Number to dial")
    zero = page.get_by_role("button", name="0", exact=True)
    await zero.hover()
    await page.mouse.down()
    await expect(field).to_have_value("+")  # held
    await page.mouse.up()
    for key in ("4", "4", "0", "#"):
        await page.get_by_role("button", name=key, exact=True).click()
    await expect(field).to_have_value("+440#")
    await page.get_by_role("button", name="Delete the last digit").click()
    await expect(field).to_have_value("+440")
    await field.press("Home")
    await page.get_by_role("button", name="9", exact=True).click()
    await expect(field).to_have_value("9+440")


async def test_search_as_you_type_keeps_the_focus(
    page: Page, complaints: list[str], installed: Installation, server: Server
) -> None:
    await open_dial(page, installed, server, "http://pbx.invalid/#")
    await page.get_by_role("link", name="Colleagues").click()
    await expect(page.get_by_text("Dora Lindqvist", exact=True)).to_be_visible()
    search = page.get_by_role("searchbox")
    await search.press_sequentially("lond")
    await expect(page.get_by_text("Nobody found for “lond”")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Nobody found")).to_have_count(1)
    await expect(search).to_be_focused()
    assert page.url.endswith("/dial?q=lond&list=colleagues")


async def test_link_leaves_the_page_as_it_is_and_is_told(
    page: Page, complaints: list[str], installed: Installation, server: Server
) -> None:
    await open_dial(page, installed, server, "tel:#")
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.locator(".dialler [type=submit]").click()
    panel = page.get_by_label("Latest call")
    await expect(panel).to_contain_text("Handed to the phone program on your machine.")
    await expect(page.get_by_label("Number to dial")).to_have_value(NUMBER)
    assert page.url.endswith("/dial")


async def test_number_is_dialled_from_the_header_of_any_page(
    page: Page,
    complaints: list[str],
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
) -> None:
    await open_dial(page, installed, server, phone_system.url("", "/?to=#"))
    await page.goto(f"{server.address}/account/password")
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
    await expect(page.get_by_text("Sent to the phone system, not confirmed.")).to_be_visible()
    await page.reload()
    assert phone_system.requests_seen == 1


async def test_page_of_another_session_says_to_load_it_again(
    page: Page, installed: Installation, server: Server, phone_system: FaultServer
) -> None:
    await open_dial(page, installed, server, phone_system.url("", "/?to=#"))
    await page.context.clear_cookies()
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Latest call")).to_contain_text("This page is too old.")
    assert phone_system.requests_seen == 0


async def test_server_out_of_reach_is_told_as_what_it_is(
    page: Page, installed: Installation, server: Server
) -> None:
    await open_dial(page, installed, server, "http://pbx.invalid/#")
    await page.context.set_offline(True)
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.keyboard.press("Enter")
    panel = page.get_by_label("Latest call")
    await expect(panel).to_contain_text("nothing is known of this call.")
    await expect(panel).to_contain_text("Look in Calls before you dial again.")
