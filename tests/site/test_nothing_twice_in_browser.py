"""A real Chromium that clicks twice, loads again, goes back and sends its forms again: one call each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, Route, expect

from tests.server import MECHANISM, Installation, Server, until
from webdial.simulator.faults import FaultServer

PASSWORD = "plum tractor seven"
NUMBER = "020 7946 0123"
SAME_CLICK = "You have just dialled this number"
SAME_FORM = "This page has dialled already"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def phones() -> AsyncIterator[FaultServer]:
    async with FaultServer() as phones:
        yield phones


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation, phones: FaultServer) -> Iterator[Server]:
    """Every click counts, except where a test sets another time."""
    sqlite_installation.run("user", "password", "carl", "--password-stdin", stdin=PASSWORD)
    sqlite_installation.run_all(
        ["setting", "set", MECHANISM, phones.url("", "/?to=#")],
        ["setting", "set", "Same Call Within", "0"],
        ["setting", "set", "Calls per Minute for a User", ""],
    )
    with sqlite_installation.serving() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def dial_page(page: Page, server: Server, phones: FaultServer) -> Page:
    phones.requests.clear()
    return await sign_in(page, server)


async def sign_in(page: Page, server: Server) -> Page:
    await page.goto(f"{server.address}/sign-in")
    await page.get_by_label("Sign-in name").fill("Carl")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_label("Number to dial")).to_be_visible()
    return page


async def dial(page: Page, number: str = NUMBER) -> None:
    await page.get_by_label("Number to dial").fill(number)
    await page.locator(".dialler [type=submit]").click()


async def test_second_click_is_told_and_dials_on_purpose_alone(
    dial_page: Page, sqlite_installation: Installation, server: Server, phones: FaultServer
) -> None:
    await asyncio.to_thread(
        sqlite_installation.run_all, ["setting", "set", "Same Call Within", "60"]
    )
    panel = dial_page.get_by_label("Latest call")
    try:
        await expect_setting(server, "020 7946 0990", status=200)
        phones.requests.clear()
        await dial(dial_page)
        await expect(panel).to_contain_text("Pick up your phone")
        await dial(dial_page)
        await expect(panel).to_contain_text(SAME_CLICK)
        assert len(phones.requests) == 1
        await panel.get_by_role("button", name="Dial again").dblclick()
        await expect(panel).not_to_contain_text(SAME_CLICK)
        await expect(panel).to_contain_text("Pick up your phone")
        assert len(phones.requests) == 2
    finally:
        await asyncio.to_thread(
            sqlite_installation.run_all, ["setting", "set", "Same Call Within", "0"]
        )
        await expect_setting(server, "020 7946 0991", status=201)


async def expect_setting(server: Server, number: str, *, status: int) -> None:
    """Return once a second click is answered so: a command's change takes a second."""

    def ask() -> None:
        server.place_call(number)
        while server.place_call(number).status != status:
            pass

    await asyncio.to_thread(ask)


async def test_page_dials_again_once_it_has_shown_the_answer(
    dial_page: Page, phones: FaultServer
) -> None:
    panel = dial_page.get_by_label("Latest call")
    for count in (1, 2):
        await dial(dial_page)
        await expect(panel).to_contain_text("Pick up your phone")
        await phones.wait_for_requests(count)
        assert len(phones.requests) == count
        await expect(dial_page.locator(".dialler [type=submit]")).to_be_enabled()


async def test_click_after_a_lost_answer_shows_the_call_that_was_placed(
    dial_page: Page, phones: FaultServer
) -> None:
    async def lose(route: Route) -> None:
        await route.fetch()  # it arrives, and the answer does not
        await route.abort()

    panel = dial_page.get_by_label("Latest call")
    await dial_page.route("**/calls", lose)
    await dial(dial_page)
    await expect(panel).to_contain_text("Webdial could not be reached")
    await dial_page.unroute("**/calls")
    await dial(dial_page)
    await expect(panel).to_contain_text(SAME_FORM)
    assert len(phones.requests) == 1


async def test_loading_again_and_going_back_dial_nothing(
    dial_page: Page, server: Server, phones: FaultServer
) -> None:
    page = dial_page
    await dial(page)
    await expect(page.get_by_label("Latest call")).to_contain_text("Pick up your phone")
    await page.reload()
    await page.goto(f"{server.address}/account")
    await page.get_by_placeholder("Dial a number").fill("020 7946 0124")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("020 7946 0124")
    await page.reload()
    await page.go_back()
    await page.reload()
    await page.go_back()
    await page.go_forward()
    assert [request.target[-3:] for request in phones.requests] == ["123", "124"]


async def test_form_that_is_sent_again_after_going_back_shows_the_first_call(
    dial_page: Page, server: Server, phones: FaultServer
) -> None:
    """The same request as a page gives that the browser kept: with its id and what was typed."""
    page = dial_page
    await page.goto(f"{server.address}/account")
    kept = await page.locator(".quick-dial [name=once]").input_value()
    await page.get_by_placeholder("Dial a number").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text(NUMBER)
    await page.go_back()
    await page.locator(".quick-dial [name=once]").evaluate(
        "(field, id) => { field.value = id }", kept
    )
    await page.get_by_placeholder("Dial a number").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text=SAME_FORM)).to_be_visible()
    assert len(phones.requests) == 1


async def test_without_script_a_page_that_is_sent_again_never_dials(
    browser: Browser,
    sqlite_installation: Installation,
    server: Server,
    phones: FaultServer,
) -> None:
    phones.requests.clear()
    context = await browser.new_context(java_script_enabled=False)
    page = await sign_in(await context.new_page(), server)
    refuses = ["setting", "set", MECHANISM, "FUNCTION"]  # the function gives nothing
    await asyncio.to_thread(sqlite_installation.run_all, refuses)
    await asyncio.to_thread(until, lambda: server.place_call("020 7946 0992"), status=409)
    phones.requests.clear()
    await dial(page)
    await expect(page.get_by_role("alert")).to_contain_text("gave no dial string")
    dials = ["setting", "set", MECHANISM, phones.url("", "/?to=#")]
    await asyncio.to_thread(sqlite_installation.run_all, dials)
    await asyncio.to_thread(until, lambda: server.place_call("020 7946 0993"), status=201)
    phones.requests.clear()
    await page.reload()  # an answer to a POST: the browser sends the form once more
    await expect(page.get_by_role("alert")).to_contain_text("This form was sent once more")
    assert len(phones.requests) == 0
    await page.locator(".dialler [type=submit]").dblclick()
    await expect(page.locator("h1")).to_have_text(NUMBER)
    await expect(page.locator("h1")).to_have_text(NUMBER)
    await page.reload()
    with suppress(
        Error
    ):  # the browser asks whether to send that form once more, and is not told to
        await page.go_back()
    assert len(phones.requests) == 1
    await context.close()
