"""The same for the program as it is run: its commands, its API, its log, and every file that it leaves."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.secrets.echo import WAYS, EchoingSystem
from tests.secrets.planted import found_in, secret_of
from tests.server import Installation, Server

NUMBER = "020 7946 0123"
PLANT = """
from tests.secrets.test_planted_secret import plant
from webdial.site.models import User
plant(User.objects.get(login="carl"), {port})
"""
STRING = (
    "{{POST}}{{HEADER X-Key: {{secret CRM}}}}http://127.0.0.1:{port}/d?key={{secret CRM}}<&>to=#"
)


@contextmanager
def logged(installation: Installation) -> Iterator[tuple[Server, list[str]]]:
    """A server, and what it has written to its standard output and error once it has ended."""
    said: list[str] = []
    server = Server(installation)
    try:
        yield server, said
    finally:
        server.stop()
        said.append("\n".join(server.rest))


def files_with_secrets(folder: Path) -> dict[str, list[str]]:
    """Every file of the data folder; the key that opens the secrets is looked into as well."""
    return {
        file.name: found
        for file in folder.rglob("*")
        if file.is_file() and (found := found_in(file.read_bytes()))
    }


async def test_commands_api_log_and_files_show_no_secret(sqlite_installation: Installation) -> None:
    carl = sqlite_installation
    seen: list[tuple[str, str]] = []

    async def run(*arguments: str, stdin: str = "", **more: str) -> None:
        caller = replace(carl, extra_environment=more)
        done = await asyncio.to_thread(caller.run, *arguments, stdin=stdin)
        assert "Traceback" not in done.stderr, done.stderr
        seen.append((" ".join(arguments), done.stdout + done.stderr))

    async with EchoingSystem() as system:
        await asyncio.to_thread(carl.execute, PLANT.format(port=system.port))
        await asyncio.to_thread(carl.run_all, ["setting", "set", "Same Call Within", "0"])
        await run("credential", "set", "CRM", stdin=secret_of("credential") + "\n")
        await run("credential", "list")
        with logged(carl) as (server, said):
            mechanisms = (STRING.format(port=system.port), "Desk", "Cloud")
            for value in mechanisms:
                await asyncio.to_thread(carl.dial_by, value)
                await run("preview", NUMBER, "--user", "CO")
                await run("preview", NUMBER, "--user", "CO", "--json")
                for system.way in WAYS:
                    await run("dial", NUMBER, "--user", "carl") if system.way == "plain" else None
                    await call_over_the_api(server, seen)
            system.status = 401
            await run("dial", NUMBER, "--user", "carl", "--phone", "Home")
            await run(
                "dial", NUMBER, "--phone", "Home",
                WEBDIAL_SERVER=server.address, WEBDIAL_TOKEN=carl.token,
            )  # fmt: skip
            seen.append(
                ("phones", repr((await asyncio.to_thread(server.ask, "/api/v1/phones")).content))
            )
        await run("credential", "rotate")
    assert len(system.requests) > 20
    assert [(name, found) for name, text in seen if (found := found_in(text))] == []
    assert found_in(said[0]) == []
    assert files_with_secrets(carl.folder) == {}


async def call_over_the_api(server: Server, seen: list[tuple[str, str]]) -> None:
    """A call by the first phone and one by Home, and both of them read again."""
    for phone in (None, "Home"):
        body = json.dumps({"number": NUMBER, "phone": phone}).encode()
        reply = await asyncio.to_thread(server.ask, "/api/v1/calls", body=body)
        seen.append((f"{phone}", repr((reply.headers, reply.content))))
        if reply.status == 201:
            read = await asyncio.to_thread(server.ask, reply.headers["location"])
            seen.append((reply.headers["location"], repr(read.content)))


@pytest.mark.parametrize("place", ["credential", "user"])
def test_what_is_looked_for_in_files_would_be_found(tmp_path: Path, place: str) -> None:
    (tmp_path / "webdial.sqlite3").write_bytes(b"\xff\0" + secret_of(place).encode() + b"\0\xfe")
    assert files_with_secrets(tmp_path) == {"webdial.sqlite3": [place]}
