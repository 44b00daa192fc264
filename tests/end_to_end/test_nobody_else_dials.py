"""No dialling without a person's act: what a page of somebody else tries, with Carl signed in beside it.

Each attempt reaches the server or is stopped by the browser; the phone system hears of none.
"""

import asyncio
import json

import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, expect

from tests import signed_in
from tests.end_to_end.strange_site import StrangeSite
from tests.end_to_end.test_click_to_ring import PASSWORD, installed
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer

__all__ = ["installed"]  # a fixture

NUMBER = "020 7946 0123"
LINK = "/dial/link?to=tel%3A%2B442079460123"


@pytest_asyncio.fixture(loop_scope="session")
async def carls(
    page: Page, installed: Installation, server: Server, phone_system: FaultServer
) -> Page:
    """A page in Carl's browser, where he is signed in."""
    await asyncio.to_thread(installed.dial_by, phone_system.url("", "?to=#"))
    await signed_in.sign_in(page, server.address, "carl", PASSWORD)
    return page


class Ended:
    """Tells when a request to the server has ended, however the browser takes its answer.

    Answers that another site's page may not read are failures to the browser; the server has worked on them.
    """

    def __init__(self, page: Page, server: Server) -> None:
        self._server = server
        self._found: asyncio.Queue[Request] = asyncio.Queue()
        page.context.on("requestfinished", self._note)
        page.context.on("requestfailed", self._note)

    def _note(self, request: Request) -> None:
        if request.url.startswith(self._server.address):
            self._found.put_nowait(request)

    async def one(self, method: str = "GET") -> None:
        """Return when one by this method has ended, or was led on from."""
        async with asyncio.timeout(20):
            while method not in _methods(await self._found.get()):
                pass


def _methods(request: Request | None) -> set[str]:
    found = set()
    while request is not None:
        found.add(request.method)
        request = request.redirected_from
    return found


async def still_nothing(page: Page, server: Server, phone_system: FaultServer) -> None:
    """Carl is still signed in, so that what was tried was not refused for that alone; nothing was dialled."""
    answer = await page.request.get(f"{server.address}/calls/latest")
    assert answer.status == 204, await answer.text()
    assert phone_system.requests_seen == 0


AT_REST = {
    "image": '<img src="{link}">',
    "style": '<link rel="stylesheet" href="{link}">',
    "script": '<script src="{link}"></script>',
    "prefetch": '<link rel="prefetch" href="{link}">',
    "prerender": '<script type="speculationrules">{{"prerender": [{{"urls": ["{link}"], "eagerness": "immediate"}}]}}'
    "</script>",
    "preload": '<link rel="preload" as="fetch" href="{link}">',
    "object": '<object data="{link}"></object>',
    "calls as an image": '<img src="{site}/calls?number=020">',
}
"""What is fetched as soon as the page is seen."""


@pytest.mark.parametrize("html", AT_REST.values(), ids=AT_REST)
async def test_what_a_page_fetches_dials_nothing(
    carls: Page, server: Server, phone_system: FaultServer, elsewhere: StrangeSite, html: str
) -> None:
    shown = html.format(link=server.address + LINK, site=server.address)
    ended = Ended(carls, server)
    await carls.goto(elsewhere.show(shown))
    if "prerender" not in html:  # that one the browser does in secret, if it does it
        await ended.one()
    await still_nothing(carls, server, phone_system)


async def test_frame_shows_nothing_to_click(
    carls: Page, server: Server, phone_system: FaultServer, elsewhere: StrangeSite
) -> None:
    await carls.goto(elsewhere.show(f'<iframe src="{server.address}{LINK}"></iframe>'))
    frame = carls.frames[1]
    await frame.wait_for_load_state()
    assert await frame.get_by_role("button").count() == 0
    await still_nothing(carls, server, phone_system)


FORGED = {
    "form": "f.submit()",
    "fetch without cookies": "fetch(f.action, {method: 'POST', body: new FormData(f)}).catch(() => 0)",
    "fetch with cookies": "fetch(f.action, {method: 'POST', body: new FormData(f), credentials: 'include', "
    "mode: 'no-cors'}).catch(() => 0)",
    "beacon": "navigator.sendBeacon(f.action, new FormData(f))",
}


@pytest.mark.parametrize("script", FORGED.values(), ids=FORGED)
async def test_forged_post_dials_nothing(
    carls: Page, server: Server, phone_system: FaultServer, elsewhere: StrangeSite, script: str
) -> None:
    form = f'<form method="post" action="{server.address}/calls"><input name="number" value="{NUMBER}"></form>'
    await carls.goto(elsewhere.show(form))
    ended = Ended(carls, server)
    await carls.evaluate(f"() => {{ const f = document.forms[0]; {script} }}")
    await ended.one("POST")
    await still_nothing(carls, server, phone_system)


async def test_page_of_a_site_that_was_not_named_cannot_use_the_api(
    carls: Page,
    installed: Installation,
    server: Server,
    phone_system: FaultServer,
    elsewhere: StrangeSite,
) -> None:
    """Even with Carl's token in its hands. Once its site is named, it can."""
    await carls.goto(elsewhere.show("<p>Evil</p>"))
    call = f"""() => fetch("{server.address}/api/v1/calls", {{
        method: "POST", body: '{json.dumps({"number": NUMBER})}',
        headers: {{"Content-Type": "application/json", Authorization: "Bearer {installed.token}"}},
    }}).then(answer => answer.status, error => error.name)"""
    assert await carls.evaluate(call) == "TypeError"
    await still_nothing(carls, server, phone_system)
    await asyncio.to_thread(
        installed.run_all, ["setting", "set", "Allowed Origins", elsewhere.origin]
    )
    try:
        while (status := await carls.evaluate(call)) == "TypeError":
            pass  # until the server has seen the change
        assert status == 201
    finally:
        await asyncio.to_thread(installed.run_all, ["setting", "set", "Allowed Origins", ""])
        await asyncio.to_thread(installed.execute, FORGET)


FORGET = """
from webdial.site.models import Call
Call.objects.all().delete()
"""


async def test_press_that_was_meant_for_the_page_before_dials_nothing(
    carls: Page, server: Server, phone_system: FaultServer
) -> None:
    """A key that is held down, the second half of a double click, a script's click."""
    await carls.clock.install()
    await carls.goto(server.address + LINK)
    button = carls.get_by_role("button", name="Dial", exact=True)
    await expect(button).to_be_focused()
    box = await button.bounding_box()
    assert box is not None
    await carls.mouse.click(box["x"] + 20, box["y"] + 20)
    await carls.keyboard.down("Enter")
    await carls.clock.run_for(2_000)
    await expect(button).to_be_enabled()
    await carls.keyboard.down("Enter")  # down already: this one repeats
    await carls.keyboard.up("Enter")
    await still_nothing(carls, server, phone_system)
    await carls.evaluate("dispatchEvent(new Event('focus'))")  # brought to the front
    await carls.keyboard.press("Enter")
    await carls.evaluate("document.querySelector('form[data-arm]').requestSubmit()")
    await still_nothing(carls, server, phone_system)
    await carls.clock.run_for(600)
    await carls.keyboard.press("Enter")
    await expect(carls.get_by_role("region", name="Latest call")).to_contain_text("Sent")
    assert phone_system.requests_seen == 1
