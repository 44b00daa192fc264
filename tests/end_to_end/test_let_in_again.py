"""An administrator who is locked out is let in again: by whoever has the server, or by a colleague's link."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.end_to_end.journeys import PASSWORD, Visitor, add_user
from tests.server import Installation, Server
from tests.site.accounts.app_codes import app_code
from tests.site.accounts.openid_provider import CLIENT, OpenIdProvider

NEW = "violet ladder nine"
WRONG_ATTEMPTS = 6

Serve = Callable[..., Server]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path)
    add_user(installation, "ada", "--administrator")
    return installation


@pytest.fixture
def serve(installation: Installation) -> Iterator[Serve]:
    """Starts the server, with environment variables as wanted."""
    with ExitStack() as stack:

        def start(**environment: str) -> Server:
            installation.extra_environment.update(environment)
            return stack.enter_context(installation.serving())

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def other_page(page: Page) -> AsyncIterator[Page]:
    """Somebody else's browser."""
    assert page.context.browser is not None
    context = await page.context.browser.new_context()
    yield await context.new_page()
    await context.close()


async def unlock(installation: Installation, *options: str) -> str:
    done = await asyncio.to_thread(installation.run, "user", "unlock", "ada", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def link_in(said: str) -> str:
    found = re.search(r"http://\S+", said)
    assert found is not None, said
    return found[0]


async def set_password_by(ada: Visitor, link: str) -> None:
    await ada.page.goto(link)
    await expect(ada.page.get_by_label("New password", exact=True)).to_be_focused()
    await ada.page.keyboard.type(NEW)
    await ada.page.keyboard.press("Tab")
    await ada.page.keyboard.type(NEW)
    await ada.page.keyboard.press("Enter")
    await expect(ada.page).to_have_url(re.compile("/sign-in$"))


async def add_app(ada: Visitor) -> None:
    """From now on a code is asked for, which nobody has once the device is lost."""
    page = ada.page
    await page.get_by_label("Your account").click()
    await ada.open("My account", "Second factor", "Set up an app")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()
    secret = await page.locator("#secret").inner_text()
    await page.get_by_label("Code from the app").fill(app_code(secret))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    await ada.open("I have kept them")


async def test_after_wrong_passwords_by_the_command(
    page: Page, serve: Serve, installation: Installation
) -> None:
    ada = Visitor(page, await asyncio.to_thread(serve))
    for _ in range(WRONG_ATTEMPTS):
        await ada.try_to_sign_in("ada", "wrong")
    await ada.is_told("There were too many failed attempts.")
    await ada.try_to_sign_in("ada", PASSWORD)  # the right one does not help now
    await expect(page).to_have_url(re.compile("/sign-in$"))
    await unlock(installation)
    await ada.sign_in("ada")


async def test_with_her_second_factor_lost_by_the_command(
    page: Page, serve: Serve, installation: Installation
) -> None:
    ada = Visitor(page, await asyncio.to_thread(serve))
    await ada.sign_in("ada")
    await add_app(ada)
    await ada.sign_out()
    await ada.try_to_sign_in("ada", PASSWORD)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    said = await unlock(
        installation, "--link", "--remove-second-factor", "--address", ada.server.address
    )
    await set_password_by(ada, link_in(said))
    await ada.sign_in("ada", NEW)


async def test_with_her_second_factor_lost_by_a_colleague(
    page: Page, other_page: Page, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "otto", "--administrator")
    ada = Visitor(page, await asyncio.to_thread(serve))
    await ada.sign_in("ada")
    await add_app(ada)
    await ada.sign_out()

    otto = Visitor(other_page, ada.server)
    await otto.sign_in("otto")
    await otto.open("Maintenance", "Users", "Ada Byrne", "Sign-in of this user")
    await other_page.get_by_role("button", name="Remove", exact=True).click()
    await otto.is_told("Ada Byrne signs in without a second factor now.")
    await other_page.get_by_role("button", name="Make a link to set a password").click()
    link = await other_page.locator("#link").inner_text()

    await set_password_by(ada, link)
    await ada.sign_in("ada", NEW)
    # The link has been used, and the old password is none any more.
    await ada.sign_out()
    await page.goto(link)
    await ada.is_told("This link does not work any more.")
    await ada.try_to_sign_in("ada", PASSWORD)
    await expect(page).to_have_url(re.compile("/sign-in$"))


async def test_with_the_provider_down_by_the_commands_link(
    page: Page, serve: Serve, installation: Installation
) -> None:
    claims = {"sub": "1", "email": "ada@example.com", "email_verified": True, "name": "Ada Byrne"}
    async with OpenIdProvider({"ada": claims}, is_away=True) as company:
        server = await asyncio.to_thread(
            serve,
            WEBDIAL_OIDC_ISSUER=company.issuer,
            WEBDIAL_OIDC_CLIENT_ID=CLIENT[0],
            WEBDIAL_OIDC_CLIENT_SECRET=CLIENT[1],
            WEBDIAL_OIDC_NAME="Company",
        )
        ada = Visitor(page, server)
        await page.goto(f"{server.address}/sign-in")
        await page.get_by_role("button", name="Sign in with Company").click()
        await ada.is_told("Company does not answer as it should. Try again later.")
        said = await unlock(installation, "--link", "--address", server.address)
        await set_password_by(ada, link_in(said))
        await ada.sign_in("ada", NEW)
        await ada.open("Maintenance")
        await expect(page.get_by_role("heading", name="General Settings")).to_be_visible()
