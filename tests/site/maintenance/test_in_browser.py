"""The pages in a real Chromium, as an administrator uses them: typed, checked, saved, found."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, expect

from tests import signed_in
from tests.server import Installation, Server

PASSWORD = "amber-brook-cedar-7"
GENERAL_SETTING = "Use Web Phone Dialling Mechanism"
EDIT = "/maintenance/settings/edit?name=Use+Web+Phone+Dialling+Mechanism"


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation) -> Iterator[Server]:
    """A running server with Carl, and Ada who administers."""
    added = sqlite_installation.run(
        "user", "add", "ada", "--name", "Ada Byrne", "--staff-id", "AB", "--branch", "LON",
        "--extension", "1000", "--administrator", "--password-stdin", stdin=PASSWORD,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with sqlite_installation.serving() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def admin(page: Page, server: Server) -> AsyncIterator[Page]:
    """Ada's page, signed in. Anything that the page's own rules forbid fails the test."""
    forbidden: list[str] = []
    page.on("console", lambda said: _note_refusal(said.text, forbidden))
    page.on("pageerror", lambda error: forbidden.append(str(error)))
    await signed_in.sign_in(page, server.address, "ada", PASSWORD)
    yield page
    assert forbidden == []


def _note_refusal(text: str, forbidden: list[str]) -> None:
    if "Content Security Policy" in text:
        forbidden.append(text)


def _kept_value(installation: Installation) -> str:
    return installation.run("setting", "get", GENERAL_SETTING).stdout.strip()


async def test_a_dial_string_is_checked_while_it_is_typed_and_kept_when_saved(
    admin: Page, server: Server, sqlite_installation: Installation
) -> None:
    await admin.goto(server.address + EDIT)
    before = await asyncio.to_thread(_kept_value, sqlite_installation)
    value = admin.get_by_label("Value for all branches")
    await value.fill("http://192.168.7.231:546342/dial?from=^&to=#")
    await expect(admin.locator(".fault")).to_contain_text("546342 is no port")
    await expect(admin.locator(".fault__view")).to_contain_text("^^^^^^")
    await value.fill("{POST}http://127.0.0.9:9/dial<&>from=^<&>to=#")
    await expect(admin.locator(".fault")).to_have_count(0)
    await expect(admin.locator("#preview")).to_contain_text("from=1000&to=02079460123")
    await admin.get_by_label("If this user").fill("CO")
    await expect(admin.locator("#preview")).to_contain_text("from=1001&to=02079460123")
    await admin.get_by_label("dials this number").fill("+44 113 496 0187")
    await expect(admin.locator("#preview")).to_contain_text("to=%2B441134960187")
    assert await asyncio.to_thread(_kept_value, sqlite_installation) == before
    await admin.get_by_role("button", name="Save for all branches").click()
    await expect(admin.get_by_role("status").first).to_contain_text("was saved for all branches.")
    kept = await asyncio.to_thread(_kept_value, sqlite_installation)
    assert "{POST}http://127.0.0.9:9/dial<&>from=^<&>to=#" in kept


async def test_enter_in_the_preview_saves_nothing(
    admin: Page, server: Server, sqlite_installation: Installation
) -> None:
    await admin.goto(server.address + EDIT)
    before = await asyncio.to_thread(_kept_value, sqlite_installation)
    await admin.get_by_label("Value for all branches").fill("tel:#")
    await admin.get_by_label("dials this number").fill("020 7946 0199")
    async with admin.expect_navigation():
        await admin.get_by_label("dials this number").press("Enter")
    await expect(admin.get_by_label("Value for all branches")).to_have_value("tel:#")
    await expect(admin.locator("#preview")).to_contain_text("tel:02079460199")
    assert await asyncio.to_thread(_kept_value, sqlite_installation) == before


async def test_search_and_branch_reload_the_list_while_typing(admin: Page, server: Server) -> None:
    await admin.goto(f"{server.address}/maintenance/settings")
    pages: list[Request] = []
    admin.on(
        "request", lambda asked: pages.append(asked) if asked.is_navigation_request() else None
    )
    await admin.get_by_label("Search settings").press_sequentially("total")
    await expect(admin.get_by_role("article")).to_have_count(1)
    await expect(admin.get_by_label("Search settings")).to_be_focused()
    await admin.get_by_label("Branch", exact=True).select_option("London")
    await expect(admin.get_by_role("article")).to_contain_text("London has no value of its own.")
    await expect(admin).to_have_url(re.compile(r"\?search=total&branch=\d+$"))
    assert pages == []


async def test_all_users_of_the_page_are_ticked_at_once(admin: Page, server: Server) -> None:
    await admin.goto(f"{server.address}/maintenance/users")
    every = admin.get_by_label("Tick all on this page")
    ticks = admin.locator("input[name=user]")
    count = await ticks.count()
    assert count > 1
    await every.check()
    await expect(admin.locator("input[name=user]:checked")).to_have_count(count)
    await ticks.first.uncheck()
    await expect(every).not_to_be_checked()
    assert await every.evaluate("box => box.indeterminate")
    await ticks.first.check()
    await expect(every).to_be_checked()
    await admin.get_by_role("button", name="Change those ticked").click()
    await expect(admin.get_by_role("heading", name=f"Change {count} users")).to_be_visible()


async def test_a_user_gets_numbers_row_by_row(admin: Page, server: Server) -> None:
    admin.on("request", lambda asked: print(asked.method, asked.url, asked.post_data or ""))
    await admin.goto(f"{server.address}/maintenance/users")
    await admin.get_by_role("link", name="Carl Osei").click()
    await admin.get_by_label("Number 1", exact=True).fill("07700 900103")
    add = admin.get_by_role("button", name="Add another number")
    await add.click()
    await expect(admin.get_by_label("Label of number 2")).to_be_focused()
    await admin.get_by_label("Number 2", exact=True).fill("0113 496 0187")
    await admin.get_by_role("button", name="Remove number 1").click()
    await expect(admin.get_by_label("Number 2", exact=True)).to_have_count(0)
    await expect(add).to_be_focused()
    await admin.get_by_label("Name", exact=True).press("Enter")
    await expect(admin.get_by_role("status").first).to_contain_text("Changed: numbers.")
    row = admin.get_by_role("row").filter(has_text="Carl Osei")
    await expect(row).to_contain_text("0113 496 0187")
    await expect(row).not_to_contain_text("07700 900103")
