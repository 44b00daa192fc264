"""An emergency number in a real Chromium: one press dials nothing, the second one rings."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

PASSWORD = "plum tractor seven"


@pytest.fixture(scope="module")
def installed(sqlite_installation: Installation) -> Installation:
    """In Great Britain; Carl may sign in."""
    sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    sqlite_installation.run("setting", "set", "Number Country", "GB")
    return sqlite_installation


@pytest.fixture(scope="module")
def server(installed: Installation) -> Iterator[Server]:
    with installed.serving() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def phone_system() -> AsyncIterator[FaultServer]:
    async with FaultServer() as phone_system:
        yield phone_system


async def open_dial(page: Page, installed: Installation, server: Server, dial_string: str) -> None:
    await asyncio.to_thread(installed.dial_by, dial_string)
    await page.goto(f"{server.address}/sign-in")
    await page.get_by_label("Sign-in name").fill("Carl")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_label("Number to dial")).to_be_visible()


async def test_emergency_number_is_rung_by_a_second_press(
    page: Page, installed: Installation, server: Server, phone_system: FaultServer
) -> None:
    await open_dial(page, installed, server, phone_system.url("", "?to=#"))
    await page.get_by_label("Number to dial").fill("999")
    await page.keyboard.press("Enter")
    latest = page.get_by_role("region", name="Latest call")
    await expect(latest).to_contain_text("This is an emergency number. Ring 999?")
    assert phone_system.requests_seen == 0
    second = latest.get_by_role("button", name="Ring 999 now")
    # Until it has settled, the form is not htmx's yet and leads to another page.
    await expect(latest).not_to_have_class(re.compile("htmx-settling"))
    await second.focus()
    await page.keyboard.press("Enter")
    await expect(latest).to_contain_text("Sent to the phone system")
    assert phone_system.requests_seen == 1


async def test_without_script_a_page_asks(
    browser: Browser, installed: Installation, server: Server, phone_system: FaultServer
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await open_dial(page, installed, server, phone_system.url("", "?to=#"))
    await page.get_by_label("Number to dial").fill("112")
    await page.get_by_role("button", name="Dial", exact=True).first.click()
    await expect(page.get_by_role("heading", name="Emergency number", exact=True)).to_be_visible()
    await expect(page.get_by_text("This is an emergency number. Ring 112?")).to_be_visible()
    assert phone_system.requests_seen == 0
    await page.get_by_role("button", name="Ring 112 now").click()
    await expect(page.get_by_text("Sent to the phone system").first).to_be_visible()
    assert phone_system.requests_seen == 1
    await context.close()


async def test_blocked_call_is_told_where_it_was_dialled(
    page: Page, installed: Installation, server: Server, phone_system: FaultServer
) -> None:
    await open_dial(page, installed, server, phone_system.url("", "?to=#"))
    await page.get_by_label("Number to dial").fill("+49 30 1234567")
    await page.keyboard.press("Enter")
    latest = page.get_by_role("region", name="Latest call")
    await expect(latest).to_contain_text("You may not ring numbers abroad. Nothing was dialled.")
    await expect(latest).to_contain_text("An administrator can give you the right to ring abroad")
    assert phone_system.requests_seen == 0
