"""The page in a real Chromium: a newcomer sees and hears a phone ring, and picks it up."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.simulator.phone_system import PhoneSystem, StartPhoneSystem, phone_systems
from webdial.simulator import CallState, EndReason, SimulatorConfig

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIAL = "/ivr/PbxAPI.aspx?func=make_call&from=201&to=02079460123"

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for the module: starting it takes longer than any test here."""
    if os.environ.get("CI") != "true" and not os.access(CHROMIUM, os.X_OK):
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def start(config: SimulatorConfig) -> AsyncIterator[StartPhoneSystem]:
    async with phone_systems(config) as start_one:
        yield start_one


@pytest_asyncio.fixture(loop_scope="module")
async def system(start: StartPhoneSystem) -> PhoneSystem:
    return await start()


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, system: PhoneSystem) -> AsyncIterator[Page]:
    async for opened in open_page(chromium, system):
        yield opened


async def open_page(chromium: Browser, system: PhoneSystem, **options: Any) -> AsyncIterator[Page]:
    """The page, live; whatever it complains about on its console fails the test."""
    context = await chromium.new_context(**options)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(system.url)
    await expect(page.locator("#live")).to_have_text("Live")
    await expect(page.locator(".phone")).to_have_count(5)
    yield page
    await context.close()
    assert complaints == []


async def dial(system: PhoneSystem, target: str = DIAL) -> None:
    await (await system.client.get(target)).read()


def phone(page: Page, phone_id: str) -> Locator:
    return page.locator(f'[data-phone="{phone_id}"]')


async def test_click_on_answer_connects_both_phones(page: Page, system: PhoneSystem) -> None:
    await dial(system)
    desk, outside = phone(page, "201"), phone(page, "02079460123")
    await expect(desk).to_contain_text("Ringing")
    await expect(desk).to_contain_text("Harbour Foods")
    await expect(page).to_have_title("Ringing: Carl Chambers")
    await expect(page.locator("#announcement")).to_have_text(
        "Carl Chambers (extension 201) is ringing."
    )
    await desk.get_by_role("button", name="Answer Carl Chambers (extension 201)").click()

    await expect(desk).to_contain_text("Calling")
    await expect(outside).to_contain_text("Ringing")
    await expect(outside).to_contain_text("Carl Chambers")
    await outside.get_by_role("button", name="Answer").click()

    await expect(desk).to_have_attribute("data-state", "connected")
    await expect(outside).to_have_attribute("data-state", "connected")
    await expect(desk.locator(".display-state")).to_have_text("Connected0:01")
    await expect(page).to_have_title("Pretend phone system")

    await outside.get_by_role("button", name="Hang up").click()
    await expect(desk).to_contain_text("Last call: talked 0:01")
    call = await asyncio.wait_for(system.simulator.wait_for(CallState.ENDED), 5)
    assert call.end is EndReason.OUTSIDE_HUNG_UP


async def test_keys_answer_and_hang_up(page: Page, system: PhoneSystem) -> None:
    await dial(system)
    await expect(phone(page, "201").locator("kbd").first).to_be_visible()
    await page.keyboard.press("a")
    await expect(phone(page, "02079460123")).to_have_attribute("data-state", "ringing")
    await page.keyboard.press("A")
    await expect(phone(page, "201")).to_have_attribute("data-state", "connected")
    await page.keyboard.press("d")
    await expect(phone(page, "201")).to_have_attribute("data-state", "idle")


async def test_keys_can_be_switched_off_and_stay_off(page: Page, system: PhoneSystem) -> None:
    await page.get_by_role("button", name="Keys").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Keys")).to_have_attribute("aria-pressed", "false")
    await dial(system)
    await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")
    await page.keyboard.press("d")
    # The next act goes the same way, so the key would have been heard before it.
    await phone(page, "202").get_by_role("switch").check()
    await asyncio.wait_for(answers_itself(system, "202"), 5)
    await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")


async def answers_itself(system: PhoneSystem, phone_id: str) -> None:
    while not system.simulator.switchboard.phone(phone_id).answers_itself:
        await system.simulator.feed.wait_beyond(system.simulator.feed.revision)


async def test_switch_makes_a_phone_answer_by_itself(page: Page, system: PhoneSystem) -> None:
    await phone(page, "201").get_by_role("switch").check()
    await asyncio.wait_for(answers_itself(system, "201"), 5)
    await dial(system)
    await expect(phone(page, "201")).to_have_attribute("data-state", "calling")


async def test_ring_is_heard_once_sound_is_on(page: Page, system: PhoneSystem) -> None:
    tones: asyncio.Queue[str] = asyncio.Queue()

    def hear(event: Any) -> None:
        if event["node"]["nodeType"] == "Oscillator":
            tones.put_nowait(event["node"]["nodeType"])

    devtools = await page.context.new_cdp_session(page)
    devtools.on("WebAudio.audioNodeCreated", hear)
    await devtools.send("WebAudio.enable")

    await dial(system)
    await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")
    assert tones.empty()

    await page.get_by_role("button", name="Sound").click()
    await expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "true")
    for _ in range(4):  # two bursts of two tones
        await asyncio.wait_for(tones.get(), 5)


async def test_request_is_shown_with_its_answer(page: Page, system: PhoneSystem) -> None:
    await dial(system)
    entry = page.locator(".entry").first
    await expect(entry.locator(".entry-target")).to_have_text(DIAL)
    await expect(entry.locator(".entry-answer")).to_have_text("200 OK call 1")
    await system.client.post("/ivr/PbxAPI.aspx?func=make_call", data={"from": "999", "to": "1"})
    await expect(entry.locator(".method")).to_have_text("POST")
    await expect(entry.locator(".entry-body")).to_have_text("from=999&to=1")
    await expect(entry.locator(".entry-answer")).to_have_text(
        "404 There is no extension “999” here."
    )


async def test_html_in_parameters_stays_text(page: Page, system: PhoneSystem) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    await dial(system, f"/ivr/PbxAPI.aspx?func=make_call&from={quote(hostile)}&to=1")
    await system.client.post("/ivr/PbxAPI.aspx?func=make_call", json={"from": hostile, "to": "1"})
    entry = page.locator(".entry").first
    await expect(entry.locator(".entry-body")).to_contain_text(hostile)
    await expect(entry.locator(".entry-answer")).to_contain_text("<img src=x onerror=alert")
    await expect(page.locator("img")).to_have_count(0)


async def test_unnamed_number_takes_the_place_of_its_placeholder(
    page: Page, system: PhoneSystem
) -> None:
    placeholder = page.locator("#anybody")
    before = await placeholder.bounding_box()
    await dial(system, "/api/call/makecall/201/0800111")
    unnamed = phone(page, "0800111")
    await expect(unnamed).to_contain_text("Not in the phone book")
    await expect(placeholder).to_be_hidden()
    assert await unnamed.bounding_box() == before


async def test_nothing_moves_while_a_phone_rings(page: Page, system: PhoneSystem) -> None:
    boxes = {name: await phone(page, name).bounding_box() for name in ("201", "202", "02079460123")}
    await dial(system)
    await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")
    await page.keyboard.press("a")
    await expect(phone(page, "201")).to_have_attribute("data-state", "calling")
    for name, box in boxes.items():
        assert await phone(page, name).bounding_box() == box


async def test_page_finds_back_after_the_phone_system_was_away(
    chromium: Browser, start: StartPhoneSystem
) -> None:
    system = await start()
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(system.url)
    await expect(page.locator("#live")).to_have_text("Live")
    await dial(system)
    await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")

    await system.stop()
    await expect(page.locator("#live")).to_have_text("Reconnecting")
    await start(port=int(system.url.rpartition(":")[2]))
    await expect(page.locator("#live")).to_have_text("Live")
    await expect(phone(page, "201")).to_have_attribute("data-state", "idle")
    await expect(page.locator(".entry")).to_have_count(0)
    await context.close()


async def test_start_afresh_clears_the_page(page: Page, system: PhoneSystem) -> None:
    await dial(system)
    await expect(page.locator(".entry")).to_have_count(1)
    await page.get_by_role("button", name="Start afresh").click()
    await expect(page.locator(".entry")).to_have_count(0)
    await expect(phone(page, "201")).to_have_attribute("data-state", "idle")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_page_fits_the_screen(chromium: Browser, system: PhoneSystem, width: int) -> None:
    size = {"width": width, "height": 800}
    async for page in open_page(chromium, system, viewport=size):
        await dial(system)
        await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")
        assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_phone_ringing_out_of_sight_can_be_shown(
    chromium: Browser, system: PhoneSystem
) -> None:
    async for page in open_page(chromium, system, viewport={"width": 390, "height": 640}):
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await dial(system)
        await expect(page.locator("#elsewhere")).to_contain_text("Carl Chambers is ringing")
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(phone(page, "201")).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(phone(page, "201")).to_have_attribute("data-state", "calling")


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
async def test_ringing_phone_shakes_only_for_those_who_like_it(
    chromium: Browser, system: PhoneSystem, wish: str, moves: bool
) -> None:
    async for page in open_page(chromium, system, reduced_motion=wish):
        await dial(system)
        await expect(phone(page, "201")).to_have_attribute("data-state", "ringing")
        running = await page.evaluate("document.getAnimations().length")
        assert (running > 0) is moves
