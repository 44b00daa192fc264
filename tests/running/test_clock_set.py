"""The machine's clock is set back, or forward, while calls are placed: each is in the log once, with its outcome."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.real import presence
from tests.running.kept import ask, lift_limits
from tests.running.test_nothing_lost import dialled_of, log_of, phone_system
from tests.server import Installation, Server
from webdial.simulator.faults import FaultServer


class Clock:
    """The clock that a server's process sees (libfaketime); how long things take stays as it is."""

    def __init__(self, folder: Path) -> None:
        presence.require("libfaketime")
        self._file = folder / "clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": str(presence.program("libfaketime")),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, offset: str) -> None:
        """Such as `-1h`, from the true time."""
        self._file.write_text(f"{offset}\n")


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def phones(installation: Installation) -> Iterator[FaultServer]:
    """A phone system that takes a moment."""
    with phone_system() as phones:
        installation.dial_by(phones.url("slow", "?seconds=1&to=#"))
        lift_limits(installation)
        yield phones


@pytest.fixture
def server(installation: Installation, clock: Clock, phones: FaultServer) -> Iterator[Server]:
    environment = {**installation.extra_environment, **clock.environment}
    with replace(installation, extra_environment=environment).serving() as server:
        assert phones.requests_seen == 0
        yield server


@pytest.mark.parametrize("offset", ["-1h", pytest.param("+60d", marks=pytest.mark.thorough)])
def test_call_keeps_its_outcome_when_the_clock_is_set_meanwhile(
    installation: Installation, server: Server, clock: Clock, phones: FaultServer, offset: str
) -> None:
    before = len(log_of(installation))
    with ThreadPoolExecutor() as pool:
        placing = pool.submit(server.place_call, "01632960001", Idempotency_Key=f'"first {offset}"')
        phones.wait(1)  # type: ignore[attr-defined]
        clock.set(offset)
        first = placing.result()
    assert first.content["outcome"] == "sent"
    second = server.place_call("01632960002", Idempotency_Key=f'"second {offset}"')
    assert second.content["outcome"] == "sent"
    repeated = server.place_call("01632960002", Idempotency_Key=f'"second {offset}"')
    assert repeated.content["id"] == second.content["id"]
    assert dialled_of(phones) == ["01632960001", "01632960002"]
    new = log_of(installation)
    assert len(new) == before + 2
    assert {outcome for _, outcome in new} == {"sent"}
    took = [row[0] for row in ask(installation, "SELECT took_ms FROM webdial_call")]
    assert all(0 <= each < 2**31 for each in took)
    done = installation.run("audit", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
