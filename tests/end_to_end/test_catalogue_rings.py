"""Files of the catalogue, from a click in a real browser to phones that ring for real."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import pytest
from playwright.async_api import ConsoleMessage, Page, expect

from tests.end_to_end.test_click_to_ring import (
    DIALLED,
    NUMBER,
    OUTSIDE,
    Serve,
    hear_each_other,
    installed,
    serve,
    sign_in,
    two_phones,
)
from tests.real.baresip import BaresipPhone
from tests.real.desktop import Desktop
from tests.real.fixtures import Softphones
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer
from tests.real.softphone import Softphone
from tests.server import Installation

__all__ = ["installed", "serve", "two_phones"]  # fixtures


def set_up(
    installation: Installation, system: str, fields: Mapping[str, str], secrets: str = ""
) -> str:
    """Set the phone system up as an administrator does by commands; its name."""
    options = [option for pair in fields.items() for option in ("--field", "=".join(pair))]
    options += ["--secret", secrets] if secrets else []
    name = f"Phones by {system}"
    installation.run_all(["system", "set-up", name, "--file", system, *options])
    return name


async def dial_agatha(page: Page) -> None:
    await page.get_by_role("button", name=f"Dial Agatha Penrose, {NUMBER}").click()


@pytest.mark.parametrize(
    ("system", "fields", "secrets", "sentence"),
    [
        (
            "kamailio-jsonrpcs",
            ("scheme", "domain"),
            "",
            "The phone system has put the call into its queue.",
        ),
        ("seed-makecall-path", (), "", "Sent to the phone system, not confirmed."),
        (
            "asterisk-ari",
            ("user",),
            "password=s3cr3t-of-ari",
            "The phone system has accepted the call.",
        ),
    ],
    ids=["JSON-RPC", "GET", "POST"],
)
async def test_sip_server_connects_two_phones(
    page: Page,
    installed: Installation,
    serve: Serve,
    sip_server: SipServer,
    two_phones: tuple[Softphone, Softphone],
    system: str,
    fields: tuple[str, ...],
    secrets: str,
    sentence: str,
) -> None:
    port = urlsplit(sip_server.dial_page).port
    known = {"scheme": "http", "domain": sip_server.host, "user": "webdial"}
    values = {"host": sip_server.host, "port": str(port), **{name: known[name] for name in fields}}
    name = await asyncio.to_thread(set_up, installed, system, values, secrets)
    await sign_in(page, await serve(name))
    await dial_agatha(page)
    await hear_each_other(two_phones)
    await expect(page.get_by_text(sentence)).to_be_visible()


async def test_softphones_own_dial_url(
    page: Page,
    installed: Installation,
    serve: Serve,
    baresip: BaresipPhone,
    sip_server: SipServer,
    softphones: Softphones,
) -> None:
    """The address is opened in the person's own browser, since the program is on their machine."""
    sip_server.assign_number(DIALLED, OUTSIDE)
    outside = softphones(OUTSIDE, tone_hz=880)
    port = urlsplit(baresip.dial_template).port
    fields = {"port": str(port)}
    name = await asyncio.to_thread(set_up, installed, "baresip-httpd", fields)
    await sign_in(page, await serve(name))
    await dial_agatha(page)
    await asyncio.to_thread(outside.wait, Happening.RINGS)
    await asyncio.to_thread(outside.wait_tone, 660)


async def test_link_through_the_desktops_handler(
    page: Page, installed: Installation, serve: Serve, desktop: Desktop
) -> None:
    name = await asyncio.to_thread(set_up, installed, "tel-scheme", {})
    await sign_in(page, await serve(name))
    await dial_agatha(page)
    assert await asyncio.to_thread(desktop.wait_started) == (f"tel:{DIALLED}",)
    await expect(page.get_by_text("Handed to the phone program on your machine.")).to_be_visible()


@pytest.fixture(autouse=True)
async def _no_errors_on_our_pages(page: Page, trusted_origin: str) -> AsyncIterator[None]:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and message.location["url"].startswith(trusted_origin):
            said.append(message.text)

    page.on("console", note)
    yield
    assert said == []
