"""The person's browser: Debian's Chromium, driven by Playwright, on the tests' desktop.

One Chromium for a whole test session, a context (a person: cookies, storage) for each test.
Playwright's asynchronous interface is used, because the other one leaves an event loop running in
the test's thread, which pytest-asyncio and Django both refuse.

Chromium's rule, measured with version 156: a person's click or key on a page gives the right to start
one program, whenever the start comes, and the start uses it up. Scripts, Playwright's `evaluate`
among them, give none.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from . import presence
from .desktop import SCHEMES, Desktop

LIMIT_S = 60.0
"""For whatever is to come about in a browser. By itself Playwright waits for 5 s, which a machine that is busy with other tests takes."""

expect.set_options(timeout=LIMIT_S * 1000)

ARGUMENTS = (
    "--no-sandbox",  # root, as in most CI machines, cannot have one
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def start_browser(
    desktop: Desktop, *, trusted_origin: str, folder: Path
) -> AsyncIterator[Browser]:
    """Run Chromium on `desktop`, with `folder` for its profile, and end it afterwards.

    Pages of `trusted_origin` may start the desktop's link handlers without asking, as after a
    person's "always allow". For others Chromium would ask, and headless it cannot: nothing starts.
    """
    profile = folder / "Default"
    profile.mkdir(parents=True)
    allowed = {trusted_origin: dict.fromkeys(SCHEMES, True)}
    preferences = {"protocol_handler": {"allowed_origin_protocol_pairs": allowed}}
    (profile / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
    async with async_playwright() as playwright:
        first = await playwright.chromium.launch_persistent_context(
            folder,
            executable_path=presence.program("chromium"),
            headless=True,
            env={**desktop.environment},
            args=ARGUMENTS,
        )
        try:
            # Only a browser with a profile has preferences; further contexts read them too.
            assert first.browser is not None
            yield first.browser
        finally:
            await first.close()
