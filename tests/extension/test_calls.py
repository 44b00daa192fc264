"""The extension with a real server and real phones: paired, a number clicked until two phones hear each other, revoked."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.desktop.machine import make_code
from tests.extension.browser import Person
from tests.extension.sites import Sites
from tests.real.fixtures import Softphones
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer
from tests.server import Installation, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIALLED = "+442079460123"
DESK, OUTSIDE = "1001", "1009"
WHEN_IT_LISTENS = """new Promise((done) => {
    const look = () => (performance.now() > 700 ? done() : requestAnimationFrame(look));
    look();
})"""
REVOKE = """
from webdial.site.domain.browsers import browsers_of
from webdial.site.domain.tokens import revoke_token
from webdial.site.models import User
for token in browsers_of(User.objects.get(login="carl")):
    revoke_token(token.pk)
"""


@pytest.fixture(scope="module")
def installed(sqlite_installation: Installation) -> Installation:
    sqlite_installation.run_all(
        ["setting", "set", "Number Country", "GB"], ["setting", "set", "Same Call Within", "60"]
    )
    return sqlite_installation


@pytest_asyncio.fixture(loop_scope="module")
async def server(installed: Installation) -> AsyncIterator[Server]:
    """Takes each call for the phone program of the user's own machine, unless the test sets something else."""
    await asyncio.to_thread(installed.dial_by, "tel:#")
    server = await asyncio.to_thread(Server, installed)
    yield server
    await asyncio.to_thread(server.stop)


async def pair(reader: Person, server: Server, installed: Installation) -> Page:
    """As a person does on the options page."""
    code = await asyncio.to_thread(make_code, installed)
    options = await reader.page("options.html")
    await options.get_by_label("Address of your Webdial").fill(server.address)
    await options.get_by_label("Code").fill(code)
    await options.get_by_role("button", name="Pair", exact=True).click()
    await expect(options.get_by_role("status")).to_have_text(
        "Paired. Calls are placed for Carl Osei."
    )
    return options


async def stored(reader: Person) -> Any:
    return await reader.worker.evaluate("chrome.storage.local.get()")


async def test_paired_by_code_with_the_users_country(
    reader: Person, server: Server, installed: Installation
) -> None:
    await reader.settle(country="")
    options = await pair(reader, server, installed)
    await expect(options.get_by_label("Numbers without + are at home in")).to_have_value("GB")
    kept = await stored(reader)
    assert kept["site"]["address"] == server.address
    assert kept["site"]["token"].startswith("wd_")
    assert kept["site"]["extension"] == "1001"


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("http://dial.example", "abcd-efgh", "The address must begin with https://"),
        ("::", "abcd-efgh", "This is no address."),
        ("", "zzzz-zzzz", "This code is not known, or it has lapsed. My account | Computers shows another one."),
        ("http://127.0.0.1:9", "abcd-efgh", "Your Webdial was not reached. Look under Calls before you dial again."),
    ],
)  # fmt: skip
async def test_pairing_that_fails_is_told(
    reader: Person, server: Server, address: str, code: str, said: str
) -> None:
    options = await reader.page("options.html")
    await options.get_by_label("Address of your Webdial").fill(address or server.address)
    await options.get_by_label("Code").fill(code)
    await options.get_by_role("button", name="Pair", exact=True).click()
    await expect(options.get_by_role("status")).to_have_text(said)
    assert (await stored(reader)).get("site") is None


async def test_click_in_a_page_until_two_phones_hear_each_other(
    reader: Person,
    installed: Installation,
    sites: Sites,
    sip_server: SipServer,
    softphones: Softphones,
) -> None:
    sip_server.assign_number(DIALLED, OUTSIDE)
    desk, outside = softphones(DESK, tone_hz=440), softphones(OUTSIDE, tone_hz=880)
    await asyncio.to_thread(installed.dial_by, f"{sip_server.dial_page}?from=^&to=#")
    server = await asyncio.to_thread(Server, installed)
    try:
        await pair(reader, server, installed)
        page = await reader.read(sites.serve("<p>Ring us: <b id=number>020 7946 0123</b></p>"))
        await reader.click_text(page, "#number")
        window = await reader.window()
        await expect(window.get_by_label("Number to dial")).to_have_value(DIALLED)
        await expect(window.get_by_text("Your phone 1001 rings first.")).to_be_visible()
        dial = window.get_by_role("button", name="Dial", exact=True)
        await expect(dial).to_be_focused()
        await window.evaluate(WHEN_IT_LISTENS)
        await window.keyboard.press("Enter")
        # What is said until the phone system has answered, and after: it may be quick.
        told = re.compile("Ringing your phone|Pick up your phone")
        await expect(window.get_by_role("status")).to_contain_text(told)
        await asyncio.to_thread(desk.wait, Happening.RINGS)
        await asyncio.to_thread(outside.wait, Happening.RINGS)
        await asyncio.to_thread(desk.wait_tone, 880)
        await asyncio.to_thread(outside.wait_tone, 440)
        await expect(window.get_by_role("status")).to_contain_text("Sent to the phone system")
        await expect(window.get_by_role("button", name=f"Choose {DIALLED}")).to_be_visible()
    finally:
        await asyncio.to_thread(server.stop)


async def test_press_in_the_first_moment_is_not_taken(
    reader: Person, server: Server, installed: Installation
) -> None:
    await pair(reader, server, installed)
    window = await reader.page("dial.html?number=%2B442079460177")
    await expect(window.get_by_role("button", name="Dial", exact=True)).to_be_focused()
    early = await window.evaluate(
        """() => {
            const now = performance.now;
            performance.now = () => 0;  // as if the window had just come up
            document.getElementById("dial").requestSubmit();
            performance.now = now;
            return document.getElementById("state").textContent;
        }"""
    )
    assert early == ""
    await window.evaluate(WHEN_IT_LISTENS)
    await window.keyboard.press("Enter")
    await expect(window.get_by_role("status")).to_contain_text("Handed to the phone program")
    await expect(
        window.get_by_role("link", name="Start the call on this computer")
    ).to_have_attribute("href", "tel:+442079460177")


async def test_second_press_dials_nothing_until_it_is_meant(
    reader: Person, server: Server, installed: Installation
) -> None:
    await pair(reader, server, installed)
    window = await reader.page("dial.html")
    await window.get_by_label("Number to dial").fill("020 7946 0188")
    dial = window.get_by_role("button", name="Dial", exact=True)
    await dial.click()
    await expect(window.get_by_role("status")).to_contain_text("Handed to")
    await dial.click()
    await expect(window.get_by_role("status")).to_contain_text("nothing was dialled again")
    await window.get_by_role("button", name="Dial once more").click()
    await expect(window.get_by_role("link", name="Start the call on this computer")).to_be_visible()
    calls = window.locator("#calls li")
    await expect(calls.filter(has_text="020 7946 0188")).to_have_count(2)


async def test_emergency_number_wants_a_second_press(
    reader: Person, server: Server, installed: Installation
) -> None:
    await pair(reader, server, installed)
    window = await reader.page("dial.html")
    await window.get_by_label("Number to dial").fill("999")
    await window.get_by_role("button", name="Dial", exact=True).click()
    await window.get_by_role("button", name="Ring the emergency number").click()
    await expect(window.get_by_role("status")).to_contain_text("Handed to")


async def test_request_without_an_answer_is_sent_once_more_with_its_key(
    reader: Person, server: Server, installed: Installation
) -> None:
    await pair(reader, server, installed)
    window = await reader.page("dial.html")
    keys: list[str | None] = []

    async def lose_the_first(route: Any) -> None:
        keys.append(await route.request.header_value("idempotency-key"))
        if len(keys) == 1:
            await route.fetch()  # it arrives, its answer does not
            await route.abort()
        else:
            await route.continue_()

    await window.route("**/api/v1/calls", lose_the_first)
    await window.get_by_label("Number to dial").fill("020 7946 0199")
    await window.get_by_role("button", name="Dial", exact=True).click()
    await expect(window.get_by_role("status")).to_contain_text("Handed to")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    await expect(window.locator("#calls li").filter(has_text="020 7946 0199")).to_have_count(1)


async def test_revoked_browser_is_told_and_dials_nothing(
    reader: Person, server: Server, installed: Installation
) -> None:
    await pair(reader, server, installed)
    await asyncio.to_thread(installed.execute, REVOKE)
    window = await reader.page("dial.html")
    await window.get_by_label("Number to dial").fill("020 7946 0144")
    status = window.get_by_role("status")
    while "not paired any more" not in (await status.text_content() or ""):
        await window.reload()  # a server notices within a second
        await window.wait_for_load_state("networkidle")
    await window.get_by_label("Number to dial").fill("020 7946 0144")
    await window.get_by_role("button", name="Dial", exact=True).click()
    await expect(status).to_have_text("This browser is not paired any more.")
    await expect(window.get_by_role("button", name="Pair it")).to_be_visible()


async def test_unpairing_revokes_the_token(
    reader: Person, server: Server, installed: Installation
) -> None:
    options = await pair(reader, server, installed)
    token = (await stored(reader))["site"]["token"]
    await options.get_by_role("button", name="Unpair").click()
    await expect(options.get_by_role("status")).to_have_text("Unpaired. The token is revoked.")
    bearer: dict[str, Any] = {"Authorization": f"Bearer {token}"}
    while (await asyncio.to_thread(server.ask, "/api/v1/browser", **bearer)).status != 401:
        pass
    assert (await stored(reader))["site"] is None


async def test_pages_process_cannot_read_the_token(
    reader: Person, server: Server, installed: Installation, sites: Sites
) -> None:
    await pair(reader, server, installed)
    page = await reader.read(sites.serve(""))
    told = await reader.worker.evaluate(
        """async address => {
            const tab = (await chrome.tabs.query({})).find((each) => each.url === address);
            const [{ result }] = await chrome.scripting.executeScript({
                target: { tabId: tab.id },
                func: () => chrome.storage.local.get().then(JSON.stringify, String),
            });
            return result;
        }""",
        page.url,
    )
    assert "not allowed" in told
    assert "wd_" not in told
