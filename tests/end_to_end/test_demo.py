"""What a newcomer does: run the demo, sign in, click Dial, see a phone ring and answer it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import BrowserContext, expect

from tests.real.browser import LIMIT_S


@dataclass(frozen=True, slots=True)
class Demo:
    site: str
    phones: str
    passwords: dict[str, str]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """`webdial demo` on free ports, read as it is printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WEBDIAL", "DJANGO"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "webdial", "demo", "--port", "0", "--phones-port", "0"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl+C" in line:
            break
    phones, site = re.findall(r"http://127\.0\.0\.1:\d+", said)
    yield Demo(site, phones, dict(re.findall(r"^ {7}(\w+) +(\S+)", said, re.MULTILINE)))
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(LIMIT_S) == 0, said + rest
    assert "nothing of it is kept" in rest
    assert "Traceback" not in said + rest


async def sign_in(person: BrowserContext, demo: Demo, login: str) -> None:
    page = await person.new_page()
    await page.goto(demo.site)
    await page.get_by_label("Sign-in name").fill(login)
    await page.get_by_label("Password", exact=True).fill(demo.passwords[login])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/dial")


@pytest.mark.parametrize("login", ["carl", "dora"])
async def test_click_rings_a_pretend_phone_that_can_be_answered(
    browser: object, person: BrowserContext, demo: Demo, login: str
) -> None:
    wall = await person.new_page()
    await wall.goto(demo.phones)
    await sign_in(person, demo, login)
    page = person.pages[-1]
    await page.get_by_role("button", name="Dial Bartholomew Quill, 0113 496 0187").click()
    await expect(page.get_by_text("Sent to the phone system, not confirmed.")).to_be_visible()
    await wall.bring_to_front()
    await wall.get_by_role("button", name=re.compile("Answer")).first.click()
    await expect(wall.get_by_text("Bartholomew Quill").first).to_be_visible()
    await wall.get_by_role("button", name=re.compile("Answer")).first.click()
    await expect(wall.get_by_text(re.compile("Connected")).first).to_be_visible()
    await wall.get_by_role("button", name=re.compile("Hang up")).first.click()
    await asyncio.sleep(0)


async def test_phone_system_that_never_answers_is_told_live(
    browser: object, person: BrowserContext, demo: Demo
) -> None:
    await sign_in(person, demo, "isla")
    page = person.pages[-1]
    await page.get_by_role("button", name="Dial Bartholomew Quill, 0113 496 0187").click()
    await expect(page.get_by_text("Asking the phone system").first).to_be_visible()
    told = page.get_by_text("The phone system did not answer in time.").first
    await expect(told).to_be_visible()
