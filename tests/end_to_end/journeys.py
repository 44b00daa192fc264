"""What the journeys share: somebody at a browser, before a server that began with an empty data folder."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.server import Installation, Server
from tests.simulator.phone_system import PhoneSystem, run_phone_system
from webdial.simulator import CallState, DeskPhone, OutsideParty, SimulatorConfig

PASSWORD = "plum tractor seven"
NUMBER, DIALLED = "020 7946 0123", "02079460123"
MECHANISM = "Use Web Phone Dialling Mechanism"

Serve = Callable[..., Server]


@asynccontextmanager
async def two_desks() -> AsyncIterator[PhoneSystem]:
    """A pretend phone system with the desk phones 201 and 301, and the phone that NUMBER belongs to."""
    config = SimulatorConfig(
        desk_phones=(
            DeskPhone(extension="201", name="Ada Byrne"),
            DeskPhone(extension="301", name="Dora Lindqvist"),
        ),
        outside_parties=(OutsideParty(number=DIALLED, name="Agatha Penrose"),),
    )
    async with run_phone_system(config) as system:
        yield system


async def rings(system: PhoneSystem, extension: str) -> None:
    """Wait until the phone of `extension` rings, for a call that is to go to NUMBER."""
    simulator = system.simulator
    async with asyncio.timeout(30):
        while True:
            revision = simulator.feed.revision
            for call in simulator.switchboard.calls:
                if call.state is CallState.DESK_RINGING and call.extension == extension:
                    assert call.number == DIALLED
                    return
            await simulator.feed.wait_beyond(revision)


def targets(system: PhoneSystem) -> list[str]:
    """What has been asked of the phone system, oldest first."""
    return [request.target for request in system.simulator.received]


def add_user(installation: Installation, login: str, *more: str) -> None:
    added = installation.run(
        "user", "add", login, "--name", f"{login.title()} Byrne", "--password-stdin", *more,
        stdin=PASSWORD,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a browser, who goes by what stands on the page and not by addresses."""

    page: Page
    server: Server

    async def sign_in(self, login: str, password: str = PASSWORD) -> None:
        await self.try_to_sign_in(login, password)
        await expect(self.page).to_have_url(re.compile("/dial$"))

    async def try_to_sign_in(self, login: str, password: str) -> None:
        await self.page.goto(f"{self.server.address}/sign-in")
        await self.page.get_by_label("Sign-in name").fill(login)
        await self.page.get_by_label("Password", exact=True).fill(password)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def sign_out(self) -> None:
        await self.page.get_by_label("Your account").click()
        await self.page.get_by_role("button", name="Sign out").click()
        await expect(self.page).to_have_url(re.compile("/sign-in$"))

    async def open(self, *names: str) -> None:
        """Click the links of these names, one page after the other."""
        for name in names:
            await self.page.get_by_role("link", name=name, exact=True).first.click()

    async def dial(self, number: str) -> None:
        await self.open("Dial")
        await expect(self.page.get_by_label("Number to dial")).to_be_focused()
        await self.page.keyboard.type(number)
        await self.page.keyboard.press("Enter")

    async def is_told(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()
