"""The site with rows for every page, running; and people signed in to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, StorageState

from tests.pages.addresses import Visit, Who, visits
from tests.pages.filled import Filled, read_filled
from tests.server import Installation, Server, until

LOGINS: Final = {Who.ADMINISTRATOR: "ada", Who.HALF_WAY: "ada", Who.CALLER: "carl"}
NARROW, WIDE, ZOOMED = 390, 1280, 640
"""Widths in CSS pixels: a phone, a desk's screen, and the same screen at 200 %."""

HEIGHT: Final = 800
_USERS_FILE: Final = """StaffID,Sign-in name,Name,AgencyID
ZZ,zora,Zora Zielinski,LON
CO,carl,Carl Osei-Mensah,LON
,nobody,Without a StaffID,LON
"""


@dataclass
class FilledSite:
    """The server, and what was filled in."""

    server: Server
    filled: Filled

    @property
    def address(self) -> str:
        return named(self.server)

    def visits(self, who: Who) -> list[Visit]:
        return visits(who, self.filled)

    async def person(self, browser: Browser, who: Who) -> Page:
        """A page in a browser of this person's own, signed in as far as they are."""
        page = await new_page(browser, self.address)
        if who is not Who.NOBODY:
            await self._sign_in(page, LOGINS[who])
        if who is Who.ADMINISTRATOR:
            await _give_code(page, self.filled.codes.pop())
            await _hand_in_file(page)
        if who in {Who.ADMINISTRATOR, Who.CALLER}:
            await self._confirm(page, LOGINS[who])
        return page

    async def _sign_in(self, page: Page, login: str) -> None:
        await page.goto("/sign-in")
        await page.get_by_label("Sign-in name").fill(login)
        await page.get_by_label("Password", exact=True).fill(self.filled.passwords[login])
        async with page.expect_navigation():
            await page.get_by_role("button", name="Sign in", exact=True).click()

    async def _confirm(self, page: Page, login: str) -> None:
        """Give the password once more, for the pages that change second factors."""
        await page.goto("/account/confirm?next=/dial")
        await page.get_by_label("Password", exact=True).fill(self.filled.passwords[login])
        async with page.expect_navigation():
            await page.keyboard.press("Enter")


async def new_page(
    browser: Browser,
    address: str,
    language: str = "en-GB",
    signed_in: StorageState | None = None,
) -> Page:
    """With reduced motion: nothing is looked at half-way through a transition."""
    context = await browser.new_context(
        base_url=address,
        viewport={"width": WIDE, "height": HEIGHT},
        locale=language,
        storage_state=signed_in,
        reduced_motion="reduce",
    )
    return await context.new_page()


async def _give_code(page: Page, code: str) -> None:
    await page.get_by_label("Code from your app").fill(code)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def _hand_in_file(page: Page) -> None:
    """So that there is an import to look at before it is carried out."""
    await page.goto("/maintenance/import-export")
    await page.get_by_label("Users", exact=True).check()
    file = {"name": "users.csv", "mimeType": "text/csv", "buffer": _USERS_FILE.encode()}
    await page.get_by_label("File", exact=True).set_input_files(file)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Look at the changes").click()


def named(server: Server) -> str:
    """The server's address by a name and not by a number, since passkeys want one."""
    return server.address.replace("127.0.0.1", "localhost")


@contextmanager
def empty_site(folder: Path) -> Iterator[tuple[Installation, Server]]:
    """A running server that nobody has set up yet."""
    installation = Installation(folder)
    installation.extra_environment = {
        "WEBDIAL_MAIL_URL": "smtp://127.0.0.1:9",
        "WEBDIAL_ADDRESS": "https://dial.example",
    }
    with installation.serving() as server:
        yield installation, server


def fill(installation: Installation, server: Server) -> FilledSite:
    """Returns when the running server knows what was filled in."""
    told_in = installation.folder / "filled.json"
    installation.execute(
        "from pathlib import Path\n"
        "from tests.pages.filling import fill_everything\n"
        f"fill_everything(Path({str(told_in)!r}))\n"
    )
    filled = read_filled(told_in)
    bearer = f"Bearer {filled.token}"
    until(lambda: server.ask("/api/v1/phones", Authorization=bearer), status=200)
    return FilledSite(server, filled)
