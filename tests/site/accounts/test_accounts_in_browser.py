"""Accounts in a real Chromium: first start, locked out and in again, app, passkey, provider."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.server import Installation, Server
from tests.site.accounts.app_codes import app_code
from tests.site.accounts.openid_provider import CLIENT, OpenIdProvider

PASSWORD = "plum tractor seven"
NEW = "violet ladder nine"

Serve = Callable[..., Server]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A data folder with nothing in it. Passkeys and their browser want the name localhost."""
    return Installation(tmp_path)


@pytest.fixture
def serve(installation: Installation) -> Iterator[Serve]:
    """Starts the server, with environment variables as wanted; `address` names localhost."""
    with ExitStack() as stack:

        def start(**environment: str) -> Server:
            installation.extra_environment.update(environment)
            server = stack.enter_context(installation.serving())
            server.address = server.address.replace("127.0.0.1", "localhost")
            return server

        yield start


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def complaints(page: Page) -> AsyncIterator[None]:
    """Nothing that the pages' own rules forbid, and no failure of a script."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda message: said.append(message.text) if "Policy" in message.text else None
    )
    yield
    assert said == []


def add_user(installation: Installation, login: str, *more: str) -> None:
    added = installation.run(
        "user", "add", login, "--name", f"{login.title()} Byrne", "--password-stdin", *more,
        stdin=PASSWORD,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr


async def sign_in(page: Page, server: Server, login: str, password: str = PASSWORD) -> None:
    await page.goto(f"{server.address}/sign-in")
    await page.get_by_label("Sign-in name").fill(login)
    await page.get_by_label("Password").fill(password)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Sign in", exact=True).click()


async def sign_out(page: Page) -> None:
    await page.get_by_label("Your account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/sign-in$"))


async def confirm(page: Page) -> None:
    """Give the password once more."""
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()


async def test_first_start_to_first_sign_in(
    page: Page, serve: Serve, installation: Installation
) -> None:
    server = await asyncio.to_thread(serve)
    code = (installation.folder / "first-start.code").read_text().strip()
    await page.goto(server.address)
    await expect(page.get_by_role("heading", name="Welcome to Webdial")).to_be_visible()
    await page.get_by_label("Code of this server").fill(code)
    await page.get_by_label("Name", exact=True).fill("Ada Byrne")
    await page.get_by_label("Sign-in name").fill("ada")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password once more").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Ada Byrne is the first administrator.")).to_be_visible()
    await page.get_by_role("link", name="Maintenance", exact=True).click()
    await expect(page.get_by_role("heading", name="General Settings")).to_be_visible()
    await sign_out(page)
    await sign_in(page, server, "ada")
    await expect(page.get_by_role("heading", name="Dial")).to_be_visible()


async def test_locked_out_and_let_in_by_a_link(
    page: Page, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    await asyncio.to_thread(add_user, installation, "carl")
    server = await asyncio.to_thread(serve)
    for _ in range(6):
        await sign_in(page, server, "carl", "wrong")
    await expect(page.get_by_text("There were too many failed attempts.")).to_be_visible()
    await sign_in(page, server, "ada")
    await page.goto(f"{server.address}/maintenance/users?q=carl")
    await page.get_by_role("link", name="Carl Byrne").click()
    await page.get_by_role("link", name="Sign-in of this user").click()
    await page.get_by_role("button", name="Let in at once").click()
    await expect(page.get_by_text("Carl Byrne may try to sign in at once.")).to_be_visible()
    await page.get_by_role("button", name="Make a link to set a password").click()
    link = await page.locator("#link").inner_text()
    await sign_out(page)
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill(NEW)
    await page.get_by_label("New password once more").fill(NEW)
    await page.get_by_role("button", name="Set the password").click()
    await sign_in(page, server, "carl", NEW)
    await expect(page).to_have_url(re.compile("/dial$"))


async def test_app_then_recovery_code_then_command(
    page: Page, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    server = await asyncio.to_thread(serve, WEBDIAL_SECOND_FACTOR="administrators")
    await sign_in(page, server, "ada")
    await expect(page.get_by_text("You need a second factor here")).to_be_visible()
    await page.get_by_role("link", name="Set up an app").click()
    await confirm(page)
    await expect(page.get_by_alt_text("QR code of the secret below")).to_be_visible()
    assert await page.locator(".qr").evaluate("image => image.naturalWidth") > 0
    secret = await page.locator("#secret").inner_text()
    await page.get_by_label("Code from the app").fill(app_code(secret))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = await page.locator("#codes li").all_inner_texts()
    await page.get_by_role("link", name="I have kept them").click()
    await sign_out(page)
    await sign_in(page, server, "ada")
    await page.get_by_label("Code from your app").fill(app_code(secret, steps_ahead=1))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/dial$"))
    await sign_out(page)
    await sign_in(page, server, "ada")
    await page.get_by_label("Code from your app").fill(codes[0])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/dial$"))
    await sign_out(page)
    done = await asyncio.to_thread(
        installation.run, "user", "unlock", "ada", "--remove-second-factor"
    )
    assert "The second factor was removed." in done.stdout
    await sign_in(page, server, "ada")
    await expect(page.get_by_text("You need a second factor here")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="session")
async def security_key(page: Page) -> None:
    """A device that keeps passkeys and knows its owner, as Chromium pretends one."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def add_passkey(page: Page, server: Server, *, alone: bool) -> None:
    await page.goto(f"{server.address}/account/passkeys")
    await page.get_by_role("link", name="Add a passkey").click()
    await confirm(page)
    await page.get_by_label("Name", exact=True).fill("Laptop")
    await page.get_by_label("Sign in with it alone").set_checked(alone)
    await page.get_by_role("button", name="Add the passkey").click()
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


async def test_passkey_signs_in_alone(
    page: Page, security_key: None, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    server = await asyncio.to_thread(serve)
    await sign_in(page, server, "ada")
    await add_passkey(page, server, alone=True)
    await sign_out(page)
    await page.goto(f"{server.address}/sign-in?next=/calls")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page).to_have_url(re.compile(r":\d+/calls$"))
    await page.goto(f"{server.address}/account/passkeys")
    await expect(page.get_by_role("row", name="Laptop")).to_be_visible()
    await page.get_by_role("link", name="Remove").click()
    await confirm(page)
    await page.get_by_role("button", name="Remove the passkey").click()
    await expect(page.get_by_text("No passkeys yet")).to_be_visible()


async def test_passkey_is_a_second_factor(
    page: Page, security_key: None, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    server = await asyncio.to_thread(serve)
    await sign_in(page, server, "ada")
    await add_passkey(page, server, alone=False)
    await sign_out(page)
    await sign_in(page, server, "ada")
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page).to_have_url(re.compile("/dial$"))


async def test_browser_without_passkey_is_told_in_a_sentence(
    page: Page, serve: Serve, installation: Installation
) -> None:
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    server = await asyncio.to_thread(serve)
    await page.goto(f"{server.address}/sign-in")
    await page.evaluate(
        """() => {
          navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))
        }"""
    )
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("Nothing was done: it was called off")).to_be_visible()


async def test_provider_signs_in_and_adds(
    page: Page, serve: Serve, installation: Installation
) -> None:
    fay = {"sub": "1", "email": "fay@example.com", "email_verified": True, "name": "Fay Moreau"}
    await asyncio.to_thread(add_user, installation, "ada", "--administrator")
    async with OpenIdProvider({"fay": fay}) as company:
        server = await asyncio.to_thread(
            serve,
            WEBDIAL_OIDC_ISSUER=company.issuer,
            WEBDIAL_OIDC_CLIENT_ID=CLIENT[0],
            WEBDIAL_OIDC_CLIENT_SECRET=CLIENT[1],
            WEBDIAL_OIDC_NAME="Company",
            WEBDIAL_OIDC_NEW_USERS="yes",
        )
        await page.goto(f"{server.address}/sign-in?next=/account")
        await page.get_by_role("button", name="Sign in with Company").click()
        await page.get_by_label("Who are you?").fill("fay")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page).to_have_url(re.compile("/account$"))
        await expect(page.get_by_role("definition").filter(has_text="Fay Moreau")).to_be_visible()
        assert company.refusals == []
