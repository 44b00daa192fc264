"""Several processes over one database that are asked for the same call at the same moment."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.running.test_nothing_lost import dialled_of, log_of, phone_system
from tests.server import Installation, Reply, Server, until
from webdial.simulator.faults import FaultServer


@pytest.fixture(scope="module")
def phones() -> Iterator[FaultServer]:
    with phone_system() as phones:
        yield phones


@pytest.fixture(scope="module")
def servers(installation: Installation, phones: FaultServer) -> Iterator[list[Server]]:
    """Two servers that know of each other."""
    phones.requests.clear()
    installation.dial_by(phones.url("", "/?from=^&to=#"))
    installation.run_all(
        ["setting", "set", "Same Call Within", "60"],
        ["setting", "set", "Calls per Minute for a User", ""],
    )
    with ExitStack() as stack:
        servers = [stack.enter_context(installation.serving()) for _ in range(2)]
        for server in servers:  # both have had a call: they run, and have seen the other begin
            assert until(lambda server=server: server.place_call("0163296 0999"), status=200).status  # type: ignore[misc]
        yield servers


def at_once(asks: list[Callable[[], Reply]]) -> list[Reply]:
    """What is answered to requests that are sent as close together as threads can."""
    start = threading.Barrier(len(asks))
    replies: list[Reply] = []

    def ask(one: Callable[[], Reply]) -> None:
        start.wait()
        replies.append(one())

    threads = [threading.Thread(target=ask, args=(one,)) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return replies


@pytest.mark.parametrize("headers", [{"Idempotency_Key": '"once"'}, {}], ids=["key", "click"])
def test_two_servers_place_the_same_call_once(
    servers: list[Server],
    phones: FaultServer,
    installation: Installation,
    headers: dict[str, str],
) -> None:
    number = "01632960201" if headers else "01632960202"

    def place(server: Server) -> Callable[[], Reply]:
        return lambda: server.place_call(number, **headers)

    replies = at_once([place(server) for server in servers * 6])
    assert {reply.status for reply in replies} <= {200, 201}
    assert len({reply.content["id"] for reply in replies}) == 1
    assert dialled_of(phones).count(number) == 1
    assert [dialled for dialled, _ in log_of(installation)].count(number) == 1


def test_command_on_the_server_itself_is_the_same_caller(
    installation: Installation, servers: list[Server], phones: FaultServer
) -> None:
    commands = [installation.run("dial", "01632 960203", "--user", "carl") for _ in range(2)]
    assert [done.returncode for done in commands] == [0, 0]
    assert "this is that call" not in commands[0].stdout
    assert "this is that call" in commands[1].stdout
    assert servers[0].place_call("01632960203").status == 200
    assert dialled_of(phones).count("01632960203") == 1


def test_lost_answer_is_asked_for_again_by_the_key_that_the_command_names(
    installation: Installation, servers: list[Server], phones: FaultServer
) -> None:
    caller = Installation(installation.folder, installation.database_url)
    caller.extra_environment |= {
        "WEBDIAL_SERVER": phones.url("closes"),
        "WEBDIAL_TOKEN": installation.token,
    }
    lost = caller.run("dial", "01632 960204")
    assert lost.returncode == 1
    key = lost.stderr.split("--key ")[1].split()[0]
    sent = next(each for each in phones.requests if b"960204" in each.body)
    assert sent.header("Idempotency-Key") == json.dumps(key)
    caller.extra_environment["WEBDIAL_SERVER"] = servers[0].address
    ids = [
        caller.run("dial", "01632 960204", "--key", key).returncode,
        caller.run("dial", "01632 960204", "--key", key).returncode,
    ]
    assert ids == [0, 0]
    assert dialled_of(phones).count("01632960204") == 1
