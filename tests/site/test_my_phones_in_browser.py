"""My phones in a real Chromium: out to a sign-in page and back, and a phone chosen while dialling."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests import signed_in
from tests.server import Installation, Server
from tests.site.oauth_provider import OAuthProvider
from webdial.simulator.faults import FaultServer

PASSWORD = "plum tractor seven"
NUMBER = "020 7946 0123"

SET_UP = """
from tests.site.small_systems import add_desk, add_sign_in
from webdial.site.domain.personal_values import fill_in_personally
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import User
carl = User.objects.get(login="carl")
add_sign_in(port={provider})
desk = add_desk(port={pbx})
home = save_phone(carl, label="Home", extension="441", setup=desk)
fill_in_personally(desk, {{"login": "carl", "password": "p", "device": "D1", "pin": "1"}}, user=carl,
                   as_administrator=True)
fill_in_personally(desk, {{"device": "D2", "pin": "2"}}, user=carl, phone=home, as_administrator=True)
"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def provider() -> AsyncIterator[OAuthProvider]:
    async with OAuthProvider() as provider:
        yield provider


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def pbx() -> AsyncIterator[FaultServer]:
    async with FaultServer() as pbx:
        yield pbx


@pytest.fixture(scope="module")
def server(
    sqlite_installation: Installation, provider: OAuthProvider, pbx: FaultServer
) -> Iterator[Server]:
    sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    sqlite_installation.execute(SET_UP.format(provider=provider.port, pbx=pbx.port))
    sqlite_installation.dial_by("Cloud")
    sqlite_installation.run_all(["setting", "set", "Same Call Within", "0"])
    with sqlite_installation.serving() as server:
        yield server


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


async def sign_in(page: Page, server: Server) -> None:
    await signed_in.sign_in(page, server.address, "carl", PASSWORD)
    await expect(page.get_by_label("Number to dial")).to_be_visible()


async def dial(page: Page, number: str = NUMBER) -> None:
    await page.get_by_label("Number to dial").fill(number)
    await page.get_by_label("Number to dial").press("Enter")


async def test_from_sign_in_over_a_lapsed_token_to_the_second_call(
    page: Page, complaints: list[str], server: Server, provider: OAuthProvider
) -> None:
    await sign_in(page, server)
    await expect(page.get_by_text("You are not signed in to Cloud")).to_be_visible()
    await page.get_by_role("link", name="Sign in under My phones").click()
    await page.get_by_role("button", name="Sign in to Cloud").click()
    await page.get_by_role("button", name="Refuse").click()
    await expect(page.get_by_role("status")).to_contain_text(
        "You are not signed in to Cloud: it was called off"
    )

    await page.get_by_role("button", name="Sign in to Cloud").click()
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_role("status")).to_contain_text("You are signed in to Cloud.")
    assert page.url == f"{server.address}/phones"

    await page.goto(f"{server.address}/dial")
    panel = page.get_by_label("Latest call")
    await dial(page)
    await expect(panel).to_contain_text("The phone system has accepted the call.")
    assert (provider.calls, provider.refreshes) == (["02079460123"], 0)

    provider.let_tokens_lapse()
    provider.dialled.clear()
    await dial(page, "020 7946 0124")
    await asyncio.wait_for(provider.dialled.wait(), timeout=20)
    await expect(panel).to_contain_text("The phone system has accepted the call.")
    assert (len(provider.calls), provider.refreshes) == (2, 1)

    await page.goto(f"{server.address}/phones")
    await page.get_by_role("button", name="Sign out of Cloud").click()
    await expect(page.get_by_role("status")).to_contain_text("You are signed out of Cloud.")
    await page.goto(f"{server.address}/dial")
    await expect(page.get_by_text("You are not signed in to Cloud")).to_be_visible()


async def test_phone_is_chosen_and_rings(
    page: Page, complaints: list[str], server: Server, pbx: FaultServer
) -> None:
    await sign_in(page, server)
    await page.get_by_label("Number to dial").fill(NUMBER)
    await page.get_by_label("Ring").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_text("Home: extension 441")).to_be_visible()
    await expect(page.get_by_label("Number to dial")).to_have_value(NUMBER)
    await expect(page.get_by_label("Ring")).to_be_focused()
    await page.get_by_label("Number to dial").press("Enter")
    await expect(page.get_by_label("Latest call")).to_contain_text("accepted the call")
    assert pbx.requests[-1].body == b"to=02079460123&device=D2&pin=2"

    await page.goto(f"{server.address}/calls")  # the header's field rings the same phone
    before = pbx.requests_seen
    await dial(page)
    await expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
    await pbx.wait_for_requests(before + 1)
    assert pbx.requests[-1].body == b"to=02079460123&device=D2&pin=2"
    await expect(page.get_by_text("Phone system", exact=True)).to_be_visible()


async def test_phone_is_chosen_and_rings_without_script(
    browser: Browser, server: Server, pbx: FaultServer
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, server)
    await page.get_by_label("Ring").select_option("Home, extension 441")
    await page.get_by_role("button", name="Choose").click()
    await expect(page.get_by_text("Home: extension 441")).to_be_visible()
    before = pbx.requests_seen
    await dial(page)
    await expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
    await pbx.wait_for_requests(before + 1)
    assert pbx.requests[-1].body == b"to=02079460123&device=D2&pin=2"
    await context.close()


async def test_secret_is_filled_in_by_keyboard_alone(
    page: Page, complaints: list[str], server: Server
) -> None:
    await sign_in(page, server)
    await page.goto(f"{server.address}/phones")
    await page.get_by_label("Password").first.focus()
    await page.keyboard.type("another password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Saved for the phone system Desk.")
    await expect(page.get_by_label("Password").first).to_have_value("")
