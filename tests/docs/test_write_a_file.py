"""docs/how-to/write-a-phone-system-file.md, done as it stands, against a server that is as its page says."""

import asyncio
import itertools
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from tests.docs.harbour import PASSWORD, HarbourPbx
from tests.docs.manual import page
from tests.phone_systems.standins.base import Dialled
from webdial.cli import main

PAGE = page("docs/how-to/write-a-phone-system-file.md")
ADDRESS = "pbx.example:8443"
(BEGIN, LOG_IN, CALL, MEANING) = (
    each.text for each in PAGE.fences if each.info.startswith("toml step-")
)
WHOLE = BEGIN.partition("[dial]")[0] + LOG_IN + "\n" + CALL + MEANING


def shown() -> Iterator[tuple[str, str]]:
    """Each command of the page with what it prints."""
    fences = PAGE.fences
    for before, after in itertools.pairwise(fences):
        if (before.info, after.info) == ("sh", "text"):
            yield before.text.strip(), after.text


TRY, CHECK, SEND, FAIL = shown()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def folder(tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "harbour.toml").write_text(WHOLE, encoding="utf-8")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


def printed(command: str, *more: str, typed: str = "") -> str:
    words = [*shlex.split(command)[1:], *more]
    return CliRunner().invoke(main, words, input=typed).stdout


async def sent(command: str, server: HarbourPbx, password: str = PASSWORD) -> str:
    """What the command prints while the phone system is where the page has it."""
    here = command.replace("host=pbx.example", "host=127.0.0.1")
    more = ("--field", f"port={server.port}", "--ca-file", "ca.pem")
    output = await asyncio.to_thread(printed, here, *more, typed=f"{password}\n")
    return output.replace(server.address, ADDRESS)


def test_first_request_is_as_shown(folder: Path) -> None:
    (folder / "harbour.toml").write_text(BEGIN, encoding="utf-8")
    command, text = TRY
    assert printed(command) == text


def test_whole_file_has_no_fault(folder: Path) -> None:
    command, text = CHECK
    assert printed(command) == text


async def test_call_is_placed_as_shown(folder: Path, authority: trustme.CA) -> None:
    command, text = SEND
    async with HarbourPbx(authority) as server:
        assert await sent(command, server) == text
        assert (server.calls, server.refusals) == ([Dialled("201", "+442079460123")], [])


async def test_refusal_is_told_as_shown(folder: Path, authority: trustme.CA) -> None:
    command, text = FAIL
    async with HarbourPbx(authority) as server:
        assert await sent(command, server) == text
        assert (server.calls, server.refusals) == ([], [])


async def test_wrong_password_is_told_in_the_phone_systems_words(
    folder: Path, authority: trustme.CA
) -> None:
    async with HarbourPbx(authority) as server:
        output = await sent(SEND[0], server, password="wrong-word")
        assert server.calls == []
    assert "The phone system did not let Webdial log in: Wrong password." in output
