"""The browser's extension dials in its own window alone, on a person's press."""

import asyncio
import json
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import expect

from tests.desktop.machine import make_code
from tests.extension.browser import Person, person_with_extension
from tests.extension.sites import LAST, Sites
from tests.extension.test_calls import WHEN_IT_LISTENS
from tests.extension.test_clicks import FORGED, PAGE, UNOPENED
from tests.promises.attacked import AttackedSite, Attacker, until_known
from tests.promises.proofs import proven_by
from tests.real.presence import require

test_proven_elsewhere = proven_by(
    "tests/extension/test_package.py::test_only_the_small_window_places_calls",
    "tests/extension/test_calls.py::test_press_in_the_first_moment_is_not_taken",
    "tests/extension/test_calls.py::test_second_press_dials_nothing_until_it_is_meant",
    "tests/extension/test_calls.py::test_pages_process_cannot_read_the_token",
    "tests/api/test_browser.py::test_it_reads_no_call_of_others_though_its_user_may",
)

HOSTILE: Final = """async ([extension, site]) => {
    const dial = `${extension}/dial.html?number=%2B442079460140&dial=1&confirmed=1&once=x`;
    const frame = document.createElement("iframe");
    frame.src = dial;
    document.body.append(frame);
    window.open(dial, "webdial", "popup");
    for (const name of ["background.js", "dial.js", "shared.js", "manifest.json"])
        await import(`${extension}/${name}`).catch(() => 0);
    const form = new Blob([JSON.stringify({ number: "+442079460140" })], { type: "text/plain" });
    await fetch(`${site}/api/v1/calls`, { method: "POST", mode: "no-cors", credentials: "include", body: form }).catch(() => 0);
    navigator.sendBeacon(`${site}/api/v1/calls`, form);
    const told = await fetch(`${site}/api/v1/browser`, { credentials: "include" }).then((a) => a.text(), () => "refused");
    const kept = [typeof window.chrome?.storage, typeof window.browser?.storage, typeof window.chrome?.runtime?.sendMessage];
    return { told, kept };
}"""
"""What a page tries that knows the address of the site and of the extension."""


async def pair(reader: Person, attacked: AttackedSite, code: str) -> None:
    options = await reader.page("options.html")
    await options.get_by_label("Address of your Webdial").fill(attacked.server.address)
    await options.get_by_label("Code").fill(code)
    await options.get_by_role("button", name="Pair", exact=True).click()
    await expect(options.get_by_role("status")).to_have_text("Paired. Calls are placed for Ivy.")


async def test_hostile_page_dials_nothing_and_a_person_does(
    attacked: AttackedSite, tmp_path: Path
) -> None:
    require("chromium")
    ivy = await asyncio.to_thread(attacked.hire, "ivy")
    code = await asyncio.to_thread(make_code, attacked.installation, "ivy")
    dialled, calls = (
        attacked.phones.requests_seen,
        f"FROM webdial_call WHERE user_id = {ivy.user_id}",
    )
    async with person_with_extension(tmp_path) as reader:
        await reader.start_anew()
        await pair(reader, attacked, code)
        with Sites() as sites:
            link = f"<a id=link href='tel:+442079460140' {UNOPENED}>Ring</a>"
            page = await reader.read(sites.serve(f"{PAGE}{link}"))
            await page.evaluate(FORGED)
            found = await page.evaluate(HOSTILE, [reader.address, attacked.server.address])
            assert found == {"told": "refused", "kept": ["undefined"] * 3}
            await page.bring_to_front()
            await reader.click_text(page, "#last")
            window = await reader.window()
            assert len(reader.opened) == 1
            assert attacked.phones.requests_seen == dialled
            assert attacked.select(f"SELECT count(*) {calls}") == [(0,)]
            await window.evaluate(WHEN_IT_LISTENS)
            await window.get_by_role("button", name="Dial", exact=True).press("Enter")
            await expect(window.get_by_role("status")).to_contain_text("Sent to the phone system")
    assert attacked.phones.requests_seen == dialled + 1
    assert attacked.select(f"SELECT dialled {calls}") == [(LAST,)]


def paired(attacked: AttackedSite, login: str) -> Attacker:
    """Somebody with the token of this user's extension."""
    code = make_code(attacked.installation, login)
    body = json.dumps({"code": code, "browser": "Stolen"}).encode()
    told = {"Content-Type": "application/json"}
    answer = attacked.nobody().ask("POST", "/api/v1/browser/pair", body=body, headers=told)
    return attacked.bearing(answer.json()["token"])


@pytest.mark.parametrize("login", ["ada", "bea", "olga", "dora"])
def test_stolen_token_opens_no_call_of_others_and_no_page(
    attacked: AttackedSite, login: str
) -> None:
    """Whatever its user may see."""
    attacked.program("carl").call("01632964001")
    call = attacked.program("carl").get("/api/v1/calls").json()["calls"][0]["id"]
    thief = paired(attacked, login)
    assert thief.get("/api/v1/browser").status == 200
    assert thief.get(f"/api/v1/calls/{call}").status == 404
    for query in ("", "?limit=100", "?user=carl", "?staff_id=CO", "?extension=203"):
        assert call not in thief.get(f"/api/v1/calls{query}").body
    for path in ("/dial", "/calls", "/account/tokens", "/maintenance/settings"):
        assert thief.get(path).status == 302
    for path in ("/api/v1/desktop", "/api/v1/desktop/actions", "/metrics"):
        assert thief.get(path).status in {401, 403, 404}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_no_page_uses_a_stolen_token(attacked: AttackedSite, origin: str) -> None:
    """A script that has it is not let read an answer, nor ask with it at all."""
    thief = attacked.bearing(attacked.extension)
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    for method in ("OPTIONS", "GET"):
        answer = thief.ask(method, "/api/v1/calls", headers=asked)
        allowed = [
            name for name in answer.headers if name.lower().startswith("access-control-allow")
        ]
        assert allowed == []


def test_revoked_token_dials_nothing_within_a_second(attacked: AttackedSite) -> None:
    attacked.hire("jack")
    thief, jack = paired(attacked, "jack"), attacked.browser("jack")
    assert thief.call("01632964002").status == 201
    ((token_id,),) = attacked.select(
        "SELECT max(id) FROM webdial_apitoken WHERE user_id = "
        f"{attacked.people['jack'].user_id} AND browser = 'Stolen'"
    )
    dialled = attacked.phones.requests_seen
    assert jack.submit(f"/account/tokens/{token_id}/revoke").status == 302
    until_known(thief, status=401)
    assert thief.call("01632964003").status == 401
    assert attacked.phones.requests_seen == dialled
