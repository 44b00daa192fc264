"""The README's set-up, done as it stands: the commands in their order, a sign-in, a call that rings.

`pip install .` is left out, since the tests run against the package that was built and installed.
"""

import asyncio
import http.cookiejar
import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

import webdial
from tests.docs.manual import ROOT, page, unquoted
from tests.server import MECHANISM, Installation, Server
from tests.simulator.phone_system import run_phone_system
from webdial.simulator import CallState, DeskPhone, SimulatorConfig

README = page("README.md")
PASSWORD = "harbour-juniper-41"
ADDRESS = "http://127.0.0.1:8000"


@dataclass
class SetUp:
    """The installation that the README makes, and what its commands printed."""

    installation: Installation
    printed: dict[str, str] = field(default_factory=dict)
    curl: list[str] = field(default_factory=list)
    server: Server | None = None

    @property
    def address(self) -> str:
        assert self.server is not None
        return self.server.address

    def do(self, words: list[str]) -> None:
        match words:
            case ["webdial", "serve"]:
                self.server = Server(self.installation)
                make_administrator(self.address, code_of(self.installation))
            case ["webdial", *arguments]:
                self.printed[" ".join(arguments[:2])] = type_command(self.installation, arguments)
            case ["curl", *arguments]:
                self.curl = arguments


def type_command(installation: Installation, arguments: list[str]) -> str:
    """One command, with the password typed whenever it is asked for; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "webdial", *arguments],
        input=f"{PASSWORD}\n{PASSWORD}\n",
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,  # without a terminal the password is read from here
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def lines() -> Iterator[str]:
    for fence in README.fences:
        if fence.info == "sh":
            yield from fence.text.replace("\\\n", " ").splitlines()


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SetUp]:
    made = SetUp(Installation(tmp_path_factory.mktemp("webdial")))
    try:
        for line in lines():
            made.do(shlex.split(line))
        yield made
    finally:
        if made.server is not None:
            made.server.stop()


def asked_by(curl: list[str], address: str, token: str) -> urllib.request.Request:
    """The request that a curl command makes, at the address of the server that runs."""
    words = iter(word.replace("$TOKEN", token) for word in curl)
    request = urllib.request.Request(next(words).replace(ADDRESS, address))
    for option in words:
        match option:
            case "-H":
                request.add_header(*next(words).split(": ", 1))
            case "-d":
                request.data = next(words).encode()
            case _:
                raise AssertionError(f"{option} is not understood here")
    return request


def call_by_curl(set_up: SetUp, dial_string: str) -> tuple[int, Any]:
    """What the README's curl is answered; the server starts anew, so that it knows everything."""
    type_command(set_up.installation, ["setting", "set", MECHANISM, dial_string])
    with set_up.installation.serving() as server:
        return answer_to(asked_by(set_up.curl, server.address, set_up.printed["token create"]))


def answer_to(request: urllib.request.Request) -> tuple[int, Any]:
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)


def code_of(installation: Installation) -> str:
    """The code that the server has printed, which its folder holds as well."""
    return (installation.folder / "first-start.code").read_text(encoding="ascii")


def fill_in(browser: urllib.request.OpenerDirector, address: str, path: str, **fields: str) -> None:
    """Open the address as the README says, and send the form that is shown there."""
    form = browser.open(f"{address}/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token is not None
    content = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
    browser.open(address + path, content, timeout=30).close()


def new_browser() -> urllib.request.OpenerDirector:
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    return urllib.request.build_opener(cookies)


def make_administrator(address: str, code: str) -> None:
    """The first page, filled in as the README says."""
    fill_in(
        new_browser(), address, "/first-start", code=code, name="Ada Byrne", login="ada",
        extension="201", password=PASSWORD, repeated=PASSWORD,
    )  # fmt: skip


def test_administrator_signs_in(set_up: SetUp) -> None:
    browser = new_browser()
    fill_in(browser, set_up.address, "/sign-in", username="ada", password=PASSWORD)
    maintenance = browser.open(f"{set_up.address}/maintenance/settings", timeout=30).read().decode()
    assert "Ada Byrne" in maintenance
    assert MECHANISM in maintenance


def test_preview_shows_the_request(set_up: SetUp) -> None:
    assert set_up.printed["preview 020 7946 0123"] == (
        "GET http://192.168.7.231:5463/ivr/PbxAPI.aspx?func=make_call&from=201&to=02079460123"
    )


def test_dial_string_is_in_force(set_up: SetUp) -> None:
    in_force = type_command(set_up.installation, ["setting", "get", MECHANISM])
    assert in_force == "http://192.168.7.231:5463/ivr/PbxAPI.aspx?func=make_call&from=^&to=#"


async def test_call_from_another_program_rings(set_up: SetUp) -> None:
    """The README's dial string with another host: that of a phone system that is there."""
    config = SimulatorConfig(desk_phones=(DeskPhone(extension="201", name="Ada Byrne"),))
    async with run_phone_system(config) as phones:
        value = f"{phones.url}/ivr/PbxAPI.aspx?func=make_call&from=^&to=#"
        status, answer = await asyncio.to_thread(call_by_curl, set_up, value)
        call = await phones.simulator.wait_for(CallState.DESK_RINGING)
    assert (status, answer["outcome"], answer["number"]) == (201, "sent", "020 7946 0123")
    assert (call.extension, call.number) == ("201", "02079460123")
    section = page("docs/reference/api.md").sections(2)["POST /api/v1/calls"]
    always = {unquoted(row[0]) for row in section.tables[-1][1:] if "Only there when" not in row[2]}
    assert set(answer) == always


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_description_of_the_api_needs_no_token(set_up: SetUp, path: str) -> None:
    assert f"`{path}`" in page("docs/reference/api.md").text
    with urllib.request.urlopen(set_up.address + path, timeout=30) as answer:
        assert answer.status == 200


def test_function_of_the_manual_makes_a_request(set_up: SetUp, tmp_path: Path) -> None:
    how_to = page("docs/how-to/use-a-database-function.md")
    source, sample = (fence.text for fence in how_to.fences if fence.info == "sql")
    assert sample.strip() == (ROOT / "tests/functions/sample.sql").read_text("utf-8").strip()
    file = tmp_path / "function.sql"
    file.write_text(source, encoding="utf-8")
    (allow,) = how_to.sections(2)["3. Allow its hosts"].fences
    type_command(set_up.installation, shlex.split(allow.text)[1:])
    arguments = ["function", "try", "020 7946 0123", "--user", "ada", "--file", str(file)]
    printed = type_command(set_up.installation, arguments)
    assert printed.splitlines()[-1] == "GET http://pbx.example/call/201/02079460123"


def test_version_of_the_changelog_is_that_of_the_program() -> None:
    newest = next(title for title in page("CHANGELOG.md").sections(2))
    assert newest.startswith(f"[{webdial.__version__}] – ")
