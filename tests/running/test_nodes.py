"""Two servers on one PostgreSQL: what is done on one holds on the other, and neither loses what the other had."""

import itertools
import re
import threading
import urllib.error
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask, lift_limits
from tests.running.nodes import Nodes, at_once, placing_all_the_time, wait_until
from tests.running.sessions import Browser
from tests.running.test_nothing_lost import dialled_of, phone_system
from tests.server import Reply, Server, until
from webdial.runtime import REFRESH_S

PASSWORD = "plum tractor seven"
NUMBERS = (f"0164296{index:04}" for index in itertools.count())


@pytest.fixture(scope="module")
def nodes(postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    folder = tmp_path_factory.mktemp("nodes")
    with postgres.fresh_database() as url, Nodes(folder, url) as nodes:
        lift_limits(nodes.first)
        nodes.first.run("user", "password", "carl", "--password-stdin", stdin=f"{PASSWORD}\n")
        yield nodes


@pytest.fixture(scope="module")
def servers(nodes: Nodes) -> tuple[Server, Server]:
    return nodes.start("first"), nodes.start("second")


def signed_in(server: Server) -> Browser:
    browser = Browser()
    path, _ = browser.send(server, "/sign-in", username="carl", password=PASSWORD, next="/dial")
    assert path == "/dial"
    return browser


def outcomes(nodes: Nodes) -> dict[str, str]:
    """By dialled number."""
    return dict(ask(nodes.first, "SELECT dialled, outcome FROM webdial_call"))


def test_setting_is_taken_up_by_every_node(nodes: Nodes, servers: tuple[Server, Server]) -> None:
    assert REFRESH_S <= 1
    with phone_system() as old, phone_system() as new:
        for phones in (old, new):
            nodes.first.dial_by(phones.url("", "/?to=#"))
            for server in servers:
                before = phones.requests_seen
                wait_until(
                    lambda server=server, phones=phones, before=before: (  # type: ignore[misc]
                        server.place_call(next(NUMBERS)).status == 201
                        and phones.requests_seen > before
                    )
                )
        reached = new.requests_seen
        at_once(*[lambda each=each: each.place_call(next(NUMBERS)) for each in servers])  # type: ignore[misc]
        assert new.requests_seen == reached + 2


def test_session_of_one_node_holds_on_the_other_until_it_is_ended(
    servers: tuple[Server, Server],
) -> None:
    first, second = servers
    browser = signed_in(first)
    assert browser.open(second, "/account")[0] == "/account"
    here = re.search(r'name="session" value="(\d+)"', browser.open(first, "/account/sessions")[1])
    assert here is not None
    assert browser.send(first, "/account/sessions", session=here[1])[0] == "/sign-in"
    assert browser.open(second, "/account")[0] == "/sign-in"


def test_token_revoked_on_one_node_ends_on_the_other(
    nodes: Nodes, servers: tuple[Server, Server]
) -> None:
    first, second = servers
    token = nodes.first.run_all(["token", "create", "carl", "--name", "till"]).splitlines()[-1]
    header = {"Authorization": f"Bearer {token}"}
    for server in servers:
        asked = until(lambda server=server: server.ask("/api/v1/phones", **header), status=200)  # type: ignore[misc]
        assert asked.status == 200
    browser = signed_in(first)
    rows = browser.open(first, "/account/tokens")[1]
    revoking = re.findall(r"/account/tokens/\d+/revoke", rows.partition("till")[2])[0]
    browser.send(first, revoking)
    assert until(lambda: second.ask("/api/v1/phones", **header), status=401).status == 401
    assert until(lambda: first.ask("/api/v1/phones", **header), status=401).status == 401


def test_calls_of_a_node_that_was_killed_are_told_by_the_other(
    nodes: Nodes, servers: tuple[Server, Server]
) -> None:
    first, _ = servers
    with phone_system() as phones:
        nodes.first.dial_by(phones.url("never", "?to=#"))
        doomed = nodes.start("third")
        numbers = [next(NUMBERS) for _ in range(5)]

        def place_and_lose(number: str) -> None:
            with suppress(RemoteDisconnected, ConnectionError, urllib.error.URLError):
                doomed.place_call(number)

        waiting = [threading.Thread(target=place_and_lose, args=(each,)) for each in numbers]
        for thread in waiting:
            thread.start()
        phones.wait(5)  # type: ignore[attr-defined]
        assert {outcomes(nodes)[number] for number in numbers} == {"placing"}
        doomed.kill()
        for thread in waiting:
            thread.join(60)
        wait_until(lambda: {outcomes(nodes)[number] for number in numbers} == {"interrupted"})
        assert Counter(dialled_of(phones)) == Counter(numbers)
        assert first.ask("/readyz").status == 200


class Balancer:
    """Sends calls to the nodes that say that they are ready, in turn; to another when one does not connect."""

    def __init__(self, *servers: Server) -> None:
        self.servers = list(servers)
        self._turn = itertools.count()

    def place_call(self, number: str) -> Reply:
        for _ in range(20):
            servers = list(self.servers)
            server = servers[next(self._turn) % len(servers)]
            try:
                if server.ask("/readyz").status == 200:
                    return server.place_call(number)
            except urllib.error.URLError as error:
                if not isinstance(error.reason, ConnectionRefusedError):
                    raise
        raise AssertionError("no node is ready")


def test_rolling_upgrade_fails_no_call(tmp_path: Path, postgres: PostgresCluster) -> None:
    with (
        postgres.fresh_database() as url,
        Nodes(tmp_path, url, WEBDIAL_DRAIN="2") as nodes,
        phone_system() as phones,
    ):
        lift_limits(nodes.first)
        nodes.first.dial_by(phones.url("slow", "?seconds=0.2&to=#"))
        old = [nodes.start("first"), nodes.start("second")]
        balancer = Balancer(*old)
        with placing_all_the_time(balancer.place_call, clients=3) as replies:
            for number, server in enumerate(old):
                new = nodes.start(f"new-{number}")
                balancer.servers.append(new)
                wait_until(lambda new=new: new.ask("/readyz").status == 200)  # type: ignore[misc]
                server.stop()
                balancer.servers.remove(server)
                count = len(replies)
                wait_until(lambda count=count: len(replies) > count + 5)  # type: ignore[misc]
        assert Counter((reply.status, reply.content["outcome"]) for reply in replies) == {
            (201, "sent"): len(replies)
        }
        assert sorted(dialled_of(phones)) == sorted(outcomes(nodes))
        assert set(outcomes(nodes).values()) == {"sent"}
        assert [server.process.returncode for server in old] == [0, 0]
