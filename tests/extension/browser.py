"""Chromium with the extension loaded, as a person has it once they granted it the sites that they chose.

Nobody can press the browser's own question "may this extension read …?" from a test. So the manifest that is loaded has the
sites granted that the real one asks for; nothing else differs.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Worker, async_playwright

from tests.extension.sites import LAST
from tests.real import presence
from tests.real.browser import ARGUMENTS, LIMIT_S
from webdial.browser_extension import files_of


def unpack(folder: Path) -> Path:
    """The extension as a folder, with the sites granted."""
    for name, content in files_of("chromium").items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["host_permissions"] = manifest.pop("optional_host_permissions")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


class Person:
    """A browser with the extension, driven by a person. `opened` are the small windows that came up, oldest first."""

    def __init__(self, context: BrowserContext, worker: Worker) -> None:
        self.context = context
        self.worker = worker
        self.address = worker.url.rpartition("/")[0]
        self.opened: list[Page] = []
        self._came = asyncio.Event()
        context.on("page", self._note)

    def _note(self, page: Page) -> None:
        page.on("framenavigated", lambda _: self._note_window(page))
        self._note_window(page)  # it may be there already

    def _note_window(self, page: Page) -> None:
        if f"{self.address}/dial.html?" in page.url and page not in self.opened:
            self.opened.append(page)
            self._came.set()

    async def start_anew(self) -> None:
        """Close what is open, forget what was set: numbers are marked on all sites, Britain is home."""
        kept = await self.context.new_page()
        for page in [each for each in self.context.pages if each is not kept]:
            await page.close()
        self.opened.clear()
        await self.worker.evaluate("chrome.storage.local.clear()")
        await self.settle(pages="all", sites=[], country="GB", telLinks=True)

    async def settle(self, **settings: Any) -> None:
        """Save settings as the options page does, and wait until the content scripts are registered for them."""
        await self.worker.evaluate("settings => chrome.storage.local.set(settings)", settings)
        await self.worker.evaluate(
            """async () => {
                const { pages } = await chrome.storage.local.get({ pages: "off" });
                for (;;) {
                    const found = await chrome.scripting.getRegisteredContentScripts();
                    if (found.length === (pages === "off" ? 0 : 1)) return;
                    await new Promise((done) => setTimeout(done, 20));
                }
            }"""
        )

    async def page(self, name: str) -> Page:
        """A page of the extension."""
        page = await self.context.new_page()
        await page.goto(f"{self.address}/{name}")
        return page

    async def read(self, address: str) -> Page:
        """Open a page of a site and wait until its last number is marked."""
        page = await self.context.new_page()
        await page.goto(address)
        await self.wait_marked(page, LAST)
        return page

    async def wait_marked(self, page: Page, number: str) -> None:
        while number not in {each["number"] for each in await self.marked(page)}:
            await page.evaluate("new Promise((done) => requestAnimationFrame(done))")

    async def marked(self, page: Page) -> list[Mapping[str, str]]:
        """What the content scripts have marked in `page`: {number, text}."""
        found = await self.worker.evaluate(
            """async address => {
                const tabs = await chrome.tabs.query({});
                const tab = tabs.find((each) => each.url === address);
                return chrome.tabs.sendMessage(tab.id, { ask: "numbers" }, { frameId: 0 }).catch(() => null);
            }""",
            page.url,
        )
        return found or []

    async def numbers(self, page: Page) -> list[str]:
        """The numbers marked in `page`, but for the one that ends every page."""
        return [each["number"] for each in await self.marked(page) if each["number"] != LAST]

    async def click_text(self, page: Page, selector: str) -> None:
        """A person's click on the first letters of an element's text."""
        box = await page.locator(selector).bounding_box()
        assert box is not None
        await page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)

    async def window(self, number: int = 1) -> Page:
        """The small window that came up as the `number`th one."""
        while len(self.opened) < number:
            self._came.clear()
            try:
                async with asyncio.timeout(LIMIT_S):
                    await self._came.wait()
            except TimeoutError as error:
                there = ", ".join(each.url for each in self.context.pages)
                raise TimeoutError(f"no small window came; open are {there}") from error
        return self.opened[number - 1]


@asynccontextmanager
async def person_with_extension(folder: Path, *more: str) -> AsyncIterator[Person]:
    """Run Chromium with a profile in `folder`; about two seconds."""
    extension = unpack(folder / "extension")
    arguments = [
        *ARGUMENTS,
        f"--disable-extensions-except={extension}",
        f"--load-extension={extension}",
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
        *more,
    ]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=presence.program("chromium"),
            headless=True,
            args=arguments,
            ignore_default_args=["--disable-extensions"],
        )
        try:
            workers = context.service_workers
            worker = workers[0] if workers else await context.wait_for_event("serviceworker")
            yield Person(context, worker)
        finally:
            await context.close()
