"""The whole way: a person's click in a real browser, until real phones hear each other."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests import signed_in
from tests.real.baresip import BaresipPhone
from tests.real.desktop import Desktop
from tests.real.fixtures import Softphones
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer
from tests.real.softphone import Softphone
from tests.server import Installation, Server

PASSWORD = "amber-fjord-72"
NUMBER = "+44 20 7946 0123"
DIALLED = "+442079460123"
DESK, OUTSIDE = "1001", "1009"

ADD_PERSON = f"""
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
save_person(name="Agatha Penrose", company="Penrose & Vale", phones=[LabelledNumber("work", "{NUMBER}")])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("webdial"))
    installation.prepare()
    installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD + "\n")
    installation.execute(ADD_PERSON)
    return installation


@pytest.fixture
def two_phones(sip_server: SipServer, softphones: Softphones) -> tuple[Softphone, Softphone]:
    """Carl's desk phone, and the phone that the number belongs to."""
    sip_server.assign_number(DIALLED, OUTSIDE)
    return softphones(DESK, tone_hz=440), softphones(OUTSIDE, tone_hz=880)


@pytest.fixture
def serve(installed: Installation, trusted_origin: str) -> Iterator["Serve"]:
    with Serve(installed, trusted_origin) as serve:
        yield serve


class Serve:
    """Starts the server by a dial string, where the browser trusts links."""

    def __init__(self, installation: Installation, origin: str) -> None:
        self._installation = installation
        self._origin = urlsplit(origin)
        self._server: Server | None = None

    def __enter__(self) -> "Serve":
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.stop()

    async def __call__(self, dial_string: str) -> str:
        host, port = self._origin.hostname, self._origin.port
        assert host is not None
        assert port is not None
        self._installation.extra_environment["WEBDIAL_HOSTS"] = host
        await asyncio.to_thread(self._installation.dial_by, dial_string)
        self._server = await asyncio.to_thread(Server, self._installation, host=host, port=port)
        return self._server.address


async def sign_in(page: Page, address: str) -> None:
    await signed_in.type_in(page, address, "carl", PASSWORD)


async def hear_each_other(phones: tuple[Softphone, Softphone]) -> None:
    desk, outside = phones
    await asyncio.to_thread(desk.wait, Happening.RINGS)
    await asyncio.to_thread(outside.wait, Happening.RINGS)
    await asyncio.to_thread(desk.wait_tone, 880)
    await asyncio.to_thread(outside.wait_tone, 440)


@pytest.mark.parametrize(
    "dial_string",
    ["{dial_page}?from=^&to=#", "{{POST}}{dial_page}<&>from=^<&>to=#"],
    ids=["GET", "POST"],
)
async def test_click_on_dial_until_two_phones_hear_each_other(
    page: Page,
    serve: Serve,
    sip_server: SipServer,
    two_phones: tuple[Softphone, Softphone],
    dial_string: str,
) -> None:
    await sign_in(page, await serve(dial_string.format(dial_page=sip_server.dial_page)))
    await page.get_by_role("button", name=f"Dial Agatha Penrose, {NUMBER}").click()
    await hear_each_other(two_phones)
    await expect(page.get_by_text("Sent to the phone system, not confirmed.")).to_be_visible()

    await page.get_by_role("link", name="Calls").click()
    row = page.get_by_role("listitem").filter(has_text=NUMBER).first
    await expect(row).to_contain_text("Sent")


async def test_typed_number_with_a_plus_rings(
    page: Page, serve: Serve, sip_server: SipServer, two_phones: tuple[Softphone, Softphone]
) -> None:
    await sign_in(page, await serve(f"{sip_server.dial_page}?from=^&to=#"))
    await page.get_by_label("Number to dial").fill("+44 (0)20 7946-0123")
    await page.keyboard.press("Enter")
    await hear_each_other(two_phones)


async def test_dial_url_of_a_desk_phone_itself(
    page: Page, serve: Serve, baresip: BaresipPhone, sip_server: SipServer, softphones: Softphones
) -> None:
    sip_server.assign_number(DIALLED, OUTSIDE)
    outside = softphones(OUTSIDE, tone_hz=880)
    await sign_in(page, await serve(baresip.dial_template))
    await page.get_by_role("button", name=f"Dial Agatha Penrose, {NUMBER}").click()
    await asyncio.to_thread(outside.wait, Happening.RINGS)
    await asyncio.to_thread(outside.wait_tone, 660)


@pytest.mark.parametrize(
    ("dial_string", "link"), [("tel://#", f"tel://{DIALLED}"), ("dial:#", f"dial:{DIALLED}")]
)
async def test_link_is_opened_by_the_persons_click_and_journalled(
    page: Page, serve: Serve, desktop: Desktop, dial_string: str, link: str
) -> None:
    await sign_in(page, await serve(dial_string))
    await page.get_by_role("button", name=f"Dial Agatha Penrose, {NUMBER}").click()
    assert await asyncio.to_thread(desktop.wait_started) == (link,)
    await expect(page.get_by_text("Handed to the phone program on your machine.")).to_be_visible()
    await page.get_by_role("link", name="Calls").click()
    row = page.get_by_role("listitem").filter(has_text=NUMBER).first
    await expect(row).to_contain_text("Handed over")


async def test_phone_system_that_is_gone_is_told_in_a_sentence(page: Page, serve: Serve) -> None:
    await sign_in(page, await serve("http://127.0.0.1:9/dial?from=^&to=#"))
    await page.get_by_role("button", name=f"Dial Agatha Penrose, {NUMBER}").click()
    await expect(
        page.get_by_text("The phone system is not listening at its address.")
    ).to_be_visible()


@pytest.fixture(autouse=True)
async def _no_errors_in_the_browser(page: Page) -> AsyncIterator[None]:
    """Whatever the browser complains of (the content security policy above all) fails the test."""
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert said == []
