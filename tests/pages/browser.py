"""A browser for the commands: the tests have one on a desktop of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from tests.real import presence


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """Raises FileNotFoundError, which says what to install, when there is no Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=presence.program("chromium"),
            args=["--no-sandbox", "--disable-gpu"],  # root, as in containers, cannot have a sandbox
        )
        yield browser
        await browser.close()
