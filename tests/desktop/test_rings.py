"""The whole way through the helper on the user's machine, until real phones hear each other."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.desktop.machine import Calling, Helper, make_code
from tests.end_to_end.test_click_to_ring import (
    DIALLED,
    NUMBER,
    OUTSIDE,
    hear_each_other,
    installed,
    sign_in,
    two_phones,
)
from tests.real.baresip import BaresipPhone
from tests.real.desktop import Desktop
from tests.real.fixtures import Softphones
from tests.real.linkpages import LINK, LinkPage, LinkSite, serve_links
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer
from tests.real.softphone import Softphone
from tests.server import Installation, Server

__all__ = ["installed", "two_phones"]  # fixtures

# Of baresip: it answers 200 whatever becomes of the call, and only the body tells.
SOFTPHONE = """
title = "Softphone"
vendor = "Nobody"
about = "A softphone with a dial URL on the user's own machine"
kind = "program"
confidence = "own"
sources = ["https://softphone.example/manual"]
notes = []
unknown = []
sent_from = "user's machine"
rings_first = "nobody"

[number]
format = "as dialled"

[fields.port]
label = "Port"
kind = "port"

[dial]
request = 'http://127.0.0.1:{port}/?d%20#'
success = ["status = 200", "text contains </pre>"]
"""


@pytest.fixture
def helper(desktop: Desktop) -> Iterator[Helper]:
    """On the same desktop as the browser; what it changed there is taken back."""
    with Helper(desktop.home, desktop.environment) as helper:
        yield helper
        helper.run("unregister")


def set_up_softphone(installed: Installation, folder: Path, port: int | None) -> None:
    file = folder / "softphone.toml"
    file.write_text(SOFTPHONE, encoding="utf-8")
    installed.run_all(
        ["system", "set-up", "My softphone", "--file", str(file), "--field", f"port={port}"]
    )


def test_call_by_the_api_is_started_by_the_helper_at_a_softphone(
    installed: Installation,
    helper: Helper,
    baresip: BaresipPhone,
    sip_server: SipServer,
    softphones: Softphones,
    tmp_path: Path,
) -> None:
    sip_server.assign_number(DIALLED, OUTSIDE)
    outside = softphones(OUTSIDE, tone_hz=880)
    set_up_softphone(installed, tmp_path, urlsplit(baresip.dial_template).port)
    installed.dial_by("My softphone")
    with installed.serving() as server:
        assert server.place_call(NUMBER).content["code"] == "no_computer"
        helper.pair(server.address, make_code(installed))
        helper.start()
        answer = server.place_call(NUMBER).content
    assert answer["outcome"] == "accepted", answer
    outside.wait(Happening.RINGS)
    baresip.wait_connected()
    outside.wait_tone(660)


def test_address_that_a_link_opens_on_the_machine_is_asked_for_there(
    installed: Installation,
    helper: Helper,
    baresip: BaresipPhone,
    sip_server: SipServer,
    softphones: Softphones,
) -> None:
    """The file of the catalogue, which without a helper opens the address in the browser."""
    sip_server.assign_number(DIALLED, OUTSIDE)
    outside = softphones(OUTSIDE, tone_hz=880)
    port = urlsplit(baresip.dial_template).port
    installed.run_all(
        ["system", "set-up", "baresip", "--file", "baresip-httpd", "--field", f"port={port}"]
    )
    installed.dial_by("baresip")
    with installed.serving() as server:
        helper.pair(server.address, make_code(installed))
        helper.start()
        answer = server.place_call(NUMBER).content
        assert answer["outcome"] == "sent", answer
        assert "Your phone should be dialling now." in answer["sentence"]
    outside.wait(Happening.RINGS)
    outside.wait_tone(660)


def test_helper_that_was_killed_never_dials_the_old_number(
    installed: Installation,
    helper: Helper,
    desktop: Desktop,
) -> None:
    installed.dial_by("dial:#")
    with installed.serving() as server:
        helper.pair(server.address, make_code(installed))
        helper.start()
        helper.kill()
        assert server.place_call("020 7946 0001").content["outcome"] == "computer_away"
        helper.start()
        assert server.place_call("020 7946 0002").content["outcome"] == "handed_over"
        assert desktop.wait_started() == ("dial:02079460002",)
        # In the middle: the program is started and the helper dies before it can tell.
        calling = Calling(server, "020 7946 0003")
        assert desktop.wait_started() == ("dial:02079460003",)
        helper.kill()
        helper.start()
        assert calling.reply()["outcome"] in {"handed_over", "interrupted"}
        assert server.place_call("020 7946 0004").content["outcome"] == "handed_over"
        assert desktop.wait_started() == ("dial:02079460004",)


def test_server_that_is_started_again_finds_its_helper(
    installed: Installation, helper: Helper, desktop: Desktop, trusted_origin: str
) -> None:
    installed.dial_by("dial:#")
    installed.run_all(["setting", "set", "Same Call Within", "0"])
    host, port = urlsplit(trusted_origin).hostname or "", urlsplit(trusted_origin).port or 0
    for number in ("02079460005", "02079460006"):
        with Server(installed, host=host, port=port) as server:
            if number.endswith("5"):
                helper.pair(server.address, make_code(installed))
                helper.start()
            else:
                helper.wait_said("connected again")
            # Until its request waits there, the server hands the link to whoever asked.
            while "link" in (answer := server.place_call(number).content):
                pass
            assert answer["outcome"] == "handed_over"
            assert desktop.wait_started() == (f"dial:{number}",)
        if number.endswith("5"):
            helper.wait_said("Trying again")


def test_helper_that_is_started_again_takes_the_place_of_the_one_that_runs(
    installed: Installation, helper: Helper
) -> None:
    installed.dial_by("dial:#")
    with installed.serving() as server:
        helper.pair(server.address, make_code(installed))
        helper.start()
        with Helper(helper.home, helper.environment) as newer:
            newer.start()
            assert helper.wait_ended() == -signal.SIGTERM
            assert "The helper is connected" in newer.run("status").stdout


def test_revoked_helper_stops_at_once(installed: Installation, helper: Helper) -> None:
    installed.dial_by("dial:#")
    with installed.serving() as server:
        helper.pair(server.address, make_code(installed))
        helper.start()
        installed.execute(
            "from webdial.site.domain.computers import revoke_computer\n"
            "from webdial.site.models import Computer\n"
            "for row in Computer.objects.select_related('user'): revoke_computer(row)\n"
        )
        assert helper.wait_ended() == 1
        assert "link" in server.place_call(NUMBER).content


@pytest.fixture
def strange_site(trusted_origin: str) -> Iterator[LinkSite]:
    """A page of somebody else, whose links may start programs."""
    with serve_links(trusted_origin) as site:
        site.page = LinkPage(f"tel:{DIALLED}")
        yield site


@pytest.mark.parametrize("dials_at_once", [False, True], ids=["asks", "dials at once"])
async def test_link_that_is_clicked_in_a_strange_page_rings(
    page: Page,
    installed: Installation,
    desktop: Desktop,
    helper: Helper,
    sip_server: SipServer,
    two_phones: tuple[Softphone, Softphone],
    strange_site: LinkSite,
    *,
    dials_at_once: bool,
) -> None:
    """Through xdg-open and the helper: to the small page and a person's press, or straight to the phones."""
    await asyncio.to_thread(installed.dial_by, f"{sip_server.dial_page}?from=^&to=#")
    server = await asyncio.to_thread(Server, installed)
    try:
        code = await asyncio.to_thread(make_code, installed)
        await asyncio.to_thread(helper.pair, server.address, code)
        await asyncio.to_thread(helper.run, "register")
        if dials_at_once:
            await asyncio.to_thread(installed.execute, DIAL_AT_ONCE)
            await asyncio.to_thread(until_it_dials_at_once, helper)
        desktop.register("http")
        await page.goto(strange_site.origin)
        await page.mouse.click(*LINK)
        if not dials_at_once:
            [shown] = await asyncio.to_thread(desktop.wait_started)
            await sign_in(page, server.address)
            await page.goto(shown)
            button = page.get_by_role("button", name="Dial", exact=True)
            await expect(button).to_be_focused()
            await expect(button).to_be_enabled()
            await expect(page.locator("#linked-number")).to_have_text(DIALLED)
            await page.keyboard.press("Enter")
        await hear_each_other(two_phones)
    finally:
        await asyncio.to_thread(server.stop)


DIAL_AT_ONCE = """
from webdial.site.domain.computers import set_dials_without_asking
from webdial.site.models import Computer
set_dials_without_asking(Computer.objects.select_related("user").latest("paired_at"), True)
"""


def until_it_dials_at_once(helper: Helper) -> None:
    for _ in range(100):
        if "without asking" in helper.run("status").stdout:
            return
    raise AssertionError("the server does not know of the choice")
