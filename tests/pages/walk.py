"""Opens every page after another, for the commands that save what they see."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page

from tests.pages.addresses import FIRST_START, Visit, Who
from tests.pages.browser import started_browser
from tests.pages.site import empty_site, fill, named, new_page


async def opened_pages() -> AsyncIterator[tuple[Who, Visit, Page]]:
    """Every page, opened, with who sees it."""
    with (
        tempfile.TemporaryDirectory(prefix="webdial-pages-") as folder,
        empty_site(Path(folder)) as (installation, server),
    ):
        async with started_browser() as browser:
            page = await new_page(browser, named(server))
            await page.goto(FIRST_START.path)
            yield Who.NOBODY, FIRST_START, page
            site = fill(installation, server)
            for who in Who:
                page = await site.person(browser, who)
                for visit in site.visits(who):
                    await page.goto(visit.path)
                    yield who, visit, page
                await page.context.close()
