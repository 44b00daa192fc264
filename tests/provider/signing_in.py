"""In Chromium, by the certified provider: somebody new is added, somebody known by the mail address is let in."""

import asyncio
import os
import re
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.server import Installation

LIBRARY = os.environ.get("WEBDIAL_TEST_PROVIDER", "")
"""Where `dev.py provider` has put the provider's module."""

CLIENT = ("webdial", "a secret of two dozen letters")
TAKEN_BACK_AT = "/sign-in/provider/done"


class Provider:
    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.issuer = f"http://localhost:{port}"

    async def send_back_to(self, address: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{address}\n".encode())
        while (line := await self._process.stdout.readline()) != b"ready\n":
            assert line, "the provider ended"


@asynccontextmanager
async def running_provider(claims_where: str) -> AsyncIterator[Provider]:
    node = shutil.which("node")
    assert node
    assert LIBRARY, "Run this by dev.py provider."
    script = Path(__file__).with_name("provider.mjs")
    process = await asyncio.create_subprocess_exec(
        node, str(script), LIBRARY, *CLIENT, claims_where, stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        yield Provider(process, int(await process.stdout.readline()))
    finally:
        process.kill()
        await process.wait()


def _installation(folder: Path) -> Installation:
    installation = Installation(folder)
    for login in ("ada", "carl"):
        rights = ["--administrator"] if login == "ada" else ["--mail", "carl@example.com"]
        added = installation.run(
            "user", "add", login, "--name", f"{login.title()} Byrne", "--password-stdin", *rights,
            stdin="plum tractor seven",
        )  # fmt: skip
        assert added.returncode == 0, added.stderr
    return installation


async def _sign_in(page: Page, address: str, who: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{address}/sign-in?next=/account")
    await page.get_by_role("button", name="Sign in with Company").click()
    await page.locator("input[name=login]").fill(who)
    await page.locator("input[name=password]").fill("whatever")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page).to_have_url(re.compile("/account$"))


@pytest.mark.parametrize("claims_where", ["userinfo", "id_token"])
async def test_certified_provider_signs_in(page: Page, tmp_path: Path, claims_where: str) -> None:
    installation = await asyncio.to_thread(_installation, tmp_path)
    async with running_provider(claims_where) as company:
        installation.extra_environment.update(
            WEBDIAL_OIDC_ISSUER=company.issuer,
            WEBDIAL_OIDC_CLIENT_ID=CLIENT[0],
            WEBDIAL_OIDC_CLIENT_SECRET=CLIENT[1],
            WEBDIAL_OIDC_NAME="Company",
            WEBDIAL_OIDC_NEW_USERS="yes",
        )
        with installation.serving() as server:
            address = server.address.replace("127.0.0.1", "localhost")
            await company.send_back_to(address + TAKEN_BACK_AT)
            await _sign_in(page, address, "fay")
            await expect(
                page.get_by_role("definition").filter(has_text="Fay Moreau")
            ).to_be_visible()
            await _sign_in(page, address, "carl")
            await expect(
                page.get_by_role("definition").filter(has_text="Carl Byrne")
            ).to_be_visible()
        listed = await asyncio.to_thread(installation.run, "user", "list")
        assert listed.stdout.count("Fay Moreau") == 1
        assert listed.stdout.count("Carl Byrne") == 1
