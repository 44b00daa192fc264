"""Two processes over one database: what one finds out of a phone system holds on the other within a second."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.error import URLError

import pytest

from bench import servers
from tests.running.test_nothing_lost import phone_system
from tests.running.test_watching import TOKEN, figures
from tests.server import Installation, Server

HELD_BACK = 'webdial_phone_system_held_back{phone_system=""}'
NUMBERS = (f"0163296{index:04}" for index in itertools.count())


@pytest.fixture(autouse=True)
def without_limits(installation: Installation) -> None:
    installation.run_all(["setting", "set", "Calls per Minute for a User", ""])


@contextmanager
def two_servers(installation: Installation) -> Iterator[tuple[Server, Server]]:
    installation.extra_environment["WEBDIAL_METRICS_TOKEN"] = TOKEN
    with installation.serving() as one, installation.serving() as two:
        yield one, two


def outcome(server: Server) -> str:
    return str(server.place_call(next(NUMBERS)).content["outcome"])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline


def held_back(server: Server) -> float:
    return figures(server).get(HELD_BACK, 0.0)


def test_breaker_that_opens_on_one_holds_on_the_other_until_it_is_tried(
    installation: Installation,
) -> None:
    port = servers.free_port()
    installation.dial_by(f"http://127.0.0.1:{port}/dial?from=^&to=#")
    installation.run_all(["setting", "set", "Allowed Hosts", "127.0.0.1"])
    with two_servers(installation) as (one, two):
        assert [outcome(one) for _ in range(6)] == ["connection_refused"] * 5 + ["held_back"]
        wait_until(lambda: held_back(two) == 1)
        reply = two.place_call(next(NUMBERS))
        assert reply.content["outcome"] == "held_back"
        assert "the phone system does not answer. Nothing was dialled." in reply.content["sentence"]
        assert f"127.0.0.1:{port} does not answer since" in installation.run("check").stdout
        with phone_system(port) as phones:
            installation.execute(
                "from webdial.site.domain.pauses import other_pauses, try_now\n"
                "assert try_now(other_pauses()) == 1"
            )
            wait_until(lambda: outcome(two) == "sent")
            wait_until(lambda: held_back(one) == 0)
            assert outcome(one) == "sent"
            assert phones.requests_seen >= 2


def test_calls_in_flight_on_one_count_on_the_other(installation: Installation) -> None:
    installation.run_all(["setting", "set", "Allowed Hosts", "127.0.0.1"])
    installation.run_all(["setting", "set", "Phone System Calls in Progress", "3"])
    with phone_system() as phones:
        installation.dial_by(phones.url("never", "?to=#"))
        with two_servers(installation) as (one, two):

            def wait_for_nothing() -> None:
                with suppress(URLError, ConnectionError, OSError):
                    one.place_call(next(NUMBERS))

            waiting = [threading.Thread(target=wait_for_nothing) for _ in range(3)]
            for thread in waiting:
                thread.start()
            phones.wait(3)  # type: ignore[attr-defined]
            assert outcome(one) == "held_back"
            installation.dial_by(phones.url("", "/?to=#"))  # the same place, and it answers there
            wait_until(lambda: outcome(two) == "held_back")
            one.kill()
            for thread in waiting:
                thread.join(20)
            wait_until(lambda: outcome(two) == "sent")
    installation.run_all(["setting", "clear", "Phone System Calls in Progress"])
