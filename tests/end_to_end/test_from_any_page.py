"""From any page to the phones: the registered site, <webdial-number> and the bookmarklet in a real Chromium.

The other pages stand on another origin, which is another site as well. That none of them dials by itself is
tried in test_nobody_else_dials.py.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.end_to_end.strange_site import StrangeSite
from tests.end_to_end.test_click_to_ring import (
    DIALLED,
    NUMBER,
    hear_each_other,
    installed,
    sign_in,
    two_phones,
)
from tests.real.browser import start_browser
from tests.real.desktop import Desktop
from tests.real.presence import require
from tests.real.sipserver import SipServer
from tests.real.softphone import Softphone
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

__all__ = ["installed", "two_phones"]  # fixtures

STRICT = "default-src 'none'; img-src data:; require-trusted-types-for 'script'; script-src {site}"
"""All that a page's policy has to allow for the element, besides the page's own empty icon."""


@pytest_asyncio.fixture(loop_scope="session")
async def own_browser(desktop: Desktop, tmp_path: Path) -> AsyncIterator[Browser]:
    """With a profile of its own: what is registered there holds for no other test."""
    require("chromium")
    async with start_browser(desktop, trusted_origin="http://127.0.0.1:1", folder=tmp_path) as own:
        yield own


async def dial_by_enter(page: Page) -> None:
    """As somebody does who looks at it first: the button has the focus, and takes a key after a moment."""
    button = page.get_by_role("button", name="Dial", exact=True)
    await expect(button).to_be_focused()
    await expect(button).to_be_enabled()
    await page.keyboard.press("Enter")


async def test_click_on_a_tel_link_of_another_page_until_two_phones_hear_each_other(
    browser: Browser,
    own_browser: Browser,
    installed: Installation,
    server: Server,
    sip_server: SipServer,
    two_phones: tuple[Softphone, Softphone],
    elsewhere: StrangeSite,
) -> None:
    await asyncio.to_thread(installed.dial_by, f"{sip_server.dial_page}?from=^&to=#")
    page = await own_browser.contexts[0].new_page()
    await sign_in(page, server.address)
    await page.goto(f"{server.address}/account/any-page")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Page.setRPHRegistrationMode", {"mode": "autoAccept"})
    await page.get_by_role("button", name="Open telephone links with Webdial").click()
    await expect(page.get_by_role("status")).to_contain_text("The browser asks you now")

    await page.goto(elsewhere.show(f'<a href="tel:+44-20-7946-0123;ext=7">{NUMBER}</a>'))
    await page.get_by_role("link", name=NUMBER).click()
    await page.wait_for_url("**/dial/link?to=tel*")
    await expect(page.get_by_role("heading", name="Dial this number?")).to_be_visible()
    await expect(page.get_by_text("Extension 7 is not dialled; ask for it.")).to_be_visible()
    await expect(page.get_by_text("Your phone: extension 1001")).to_be_visible()
    await dial_by_enter(page)
    await hear_each_other(two_phones)
    await expect(page.get_by_role("region", name="Latest call")).to_contain_text("Sent")


async def test_site_can_be_installed_and_is_then_offered_for_tel_links(
    page: Page, server: Server
) -> None:
    await page.goto(f"{server.address}/sign-in")
    devtools = await page.context.new_cdp_session(page)
    told = await devtools.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = told["manifest"]
    assert manifest["protocolHandlers"] == [
        {"protocol": "tel", "url": f"{server.address}/dial/link?to=%s"}
    ]
    errors = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # A context of a test is what people call incognito, where nothing is installed.
    assert [error["errorId"] for error in errors] in ([], ["in-incognito"])


async def embedding(
    page: Page, server: Server, site: StrangeSite, html: str, *, awaited: str = "webdial-number"
) -> None:
    """Open a page of somebody else that holds the element, under the strictest policy."""
    tag = f'<script src="{server.address}/static/embed/webdial.js" async></script>'
    policy = STRICT.format(site=server.address)
    await page.goto(site.show(tag + html, Content_Security_Policy=policy))
    await page.evaluate("name => customElements.whenDefined(name)", awaited)


async def small_page(page: Page, act: str) -> Page:
    """What opens in a window of its own when the link is activated by mouse or key."""
    link = page.get_by_role("link", name=f"Dial {NUMBER}")
    async with page.context.expect_page() as opened:
        if act == "click":
            await link.click()
        else:
            await page.keyboard.press("Tab")
            await expect(link).to_be_focused()
            await page.keyboard.press("Enter")
    return await opened.value


@pytest.mark.parametrize("act", ["click", "key"])
async def test_element_of_another_page_dials_through_the_user(
    page: Page,
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
    elsewhere: StrangeSite,
    act: str,
) -> None:
    await asyncio.to_thread(installed.dial_by, phone_system.url("", "?from=^&to=#"))
    await sign_in(page, server.address)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await embedding(page, server, elsewhere, f"<webdial-number>{NUMBER}</webdial-number>")
    small = await small_page(page, act)
    await expect(small.get_by_text(f"A page of {host_of(elsewhere)} led here.")).to_be_visible()
    assert await small.evaluate("opener") is None
    assert phone_system.requests_seen == 0
    await dial_by_enter(small)
    await expect(small.get_by_role("region", name="Latest call")).to_contain_text("Sent")
    assert phone_system.requests_seen == 1
    await expect(page.get_by_role("status")).to_have_text("Webdial was opened.")
    assert said == []


async def test_signed_out_one_signs_in_first_and_comes_back(
    page: Page, server: Server, elsewhere: StrangeSite
) -> None:
    await embedding(page, server, elsewhere, f"<webdial-number>{NUMBER}</webdial-number>")
    small = await small_page(page, "click")
    await small.get_by_label("Sign-in name").fill("carl")
    await small.get_by_label("Password", exact=True).fill("amber-fjord-72")
    await small.get_by_role("button", name="Sign in", exact=True).click()
    await expect(small.get_by_role("heading", name="Dial this number?")).to_be_visible()
    await expect(small.get_by_text(DIALLED, exact=True)).to_be_visible()


async def test_element_follows_its_page(page: Page, server: Server, elsewhere: StrangeSite) -> None:
    html = '<p lang=de><webdial-number number="7042">Agatha</webdial-number></p><webdial-number></webdial-number>'
    await embedding(page, server, elsewhere, html)
    await expect(page.get_by_role("link", name="Agatha, 7042 wählen")).to_be_visible()
    await expect(page.get_by_role("link")).to_have_count(1)
    await page.evaluate(
        "document.querySelectorAll('webdial-number')[1].textContent = '020 7946 0999'"
    )
    link = page.get_by_role("link", name="Dial 020 7946 0999")
    await expect(link).to_have_attribute("href", f"{server.address}/dial/link?to=020%207946%200999")


async def test_element_is_for_everybody(page: Page, server: Server, elsewhere: StrangeSite) -> None:
    html = f"<title>CRM</title><main><h1>CRM</h1><webdial-number>{NUMBER}</webdial-number></main>"
    tag = f'<script src="{server.address}/static/embed/webdial.js"></script>'
    await page.goto(elsewhere.show(tag + html))
    found = await Axe().run(page)
    assert found.response["violations"] == []


async def test_script_is_the_same_address_for_ever_and_open_to_all(
    page: Page, server: Server, elsewhere: StrangeSite
) -> None:
    """Also for a page that isolates itself, or checks what it loads."""
    tag = f'<script src="{server.address}/static/embed/webdial.js" crossorigin></script>'
    isolated = {
        "Cross_Origin_Embedder_Policy": "require-corp",
        "Cross_Origin_Opener_Policy": "same-origin",
    }
    await page.goto(elsewhere.show(tag + "<webdial-number>7</webdial-number>", **isolated))
    await page.evaluate("customElements.whenDefined('webdial-number')")
    answer = await page.request.get(f"{server.address}/static/embed/webdial.js")
    assert answer.headers["cache-control"] == "public, max-age=3600"


SELECT_IN_TEXT = f"""() => {{
  const text = document.querySelector("p").firstChild;
  getSelection().setBaseAndExtent(text, 5, text, {5 + len(NUMBER)});
}}"""
SELECT_IN_FIELD = """() => {
  document.querySelector("input").focus();
  document.activeElement.setSelectionRange(2, 99);
}"""


async def test_bookmarklet_opens_the_small_page_with_what_is_selected(
    page: Page, server: Server, elsewhere: StrangeSite
) -> None:
    """Its text is run as the browser runs a bookmark's: in the page, after a person's key."""
    await sign_in(page, server.address)
    await page.goto(f"{server.address}/account/any-page")
    address = await page.get_by_role("link", name="Dial selection").get_attribute("href")
    assert address is not None
    await page.goto(elsewhere.show(f"<p>Call {NUMBER} now</p><input value='x 020 7946 0999'>"))
    for select, number in ((SELECT_IN_TEXT, DIALLED), (SELECT_IN_FIELD, "02079460999")):
        await page.evaluate(select)
        async with page.context.expect_page() as opened:
            await page.evaluate(address.removeprefix("javascript:"))
        small = await opened.value
        await expect(small.locator("#linked-number")).to_have_text(number)
        await small.close()


async def test_links_as_two_crms_write_them(
    page: Page, server: Server, elsewhere: StrangeSite
) -> None:
    """Dolibarr with a ClickToDial URL of ours, and EspoCRM, by the markup in their sources."""
    dolibarr = f"{server.address}/dial/link?to=%2B44+20+7946+0123"
    await sign_in(page, server.address)
    await page.goto(elsewhere.show(f'<a href="{dolibarr}">+44 20 7946 0123</a>'))
    await page.get_by_role("link").click()
    await expect(page.locator("#linked-number")).to_have_text(DIALLED)
    for link in ("tel:%2B44+20+7946+0123", f"tel:{DIALLED}"):
        await page.goto(f"{server.address}/dial/link")
        await page.evaluate("link => location.assign('?to=' + encodeURIComponent(link))", link)
        await expect(page.locator("#linked-number")).to_have_text(DIALLED)


def host_of(site: StrangeSite) -> str:
    return site.origin.removeprefix("http://").partition(":")[0]
