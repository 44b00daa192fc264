"""One campaign: a server under load, blow after blow, and the reckoning after each."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final
from uuid import UUID

from tests.crash.killed import KilledServer, Servers, free_port
from tests.crash.load import Load
from tests.crash.reckoning import Figures, Log, read_log, told_otherwise, unaccounted
from tests.crash.standin import CountingStandin
from tests.real.postgres import PostgresCluster
from tests.running.kept import ask
from tests.running.nodes import wait_until
from tests.server import Installation

CLIENTS: Final = 6
_LONGEST_S: Final = 0.8
"""Until the kill, from the first answer of a server or from the moment it was started."""

_SETTLED_S: Final = 300.0
"""A machine that is busy with other work may take long. Nothing that is measured depends on it."""

_AT_START: Final = 0.1
"""Share of servers that are killed while they start."""


class Blow(Enum):
    """What is killed with -9. After the last three the server goes on and must recover by itself."""

    SERVER = "the server"
    WORKER = "one of two workers"
    SESSION = "a session of PostgreSQL"
    POSTGRESQL = "PostgreSQL, all of it"


def prepared(folder: Path, url: str) -> Installation:
    """Counted, so that the counting is tested too, and never refused."""
    folder.mkdir()
    installation = Installation(folder, url)
    installation.prepare()
    installation.run_all(["setting", "set", "Calls per Minute for a User", "100000"])
    return installation


@dataclass
class Campaign:
    """Runs on an installation that has no limits of calls and nobody else's calls."""

    installation: Installation
    blow: Blow
    kills: int
    seed: int
    cluster: PostgresCluster | None = None
    figures: Figures = field(init=False)
    is_enough: bool = False
    """Set from outside: the blow under way is the last."""

    def __post_init__(self) -> None:
        database = "PostgreSQL" if self.installation.database_url else "SQLite"
        self.figures = Figures(database, self.blow.value)
        self._random = random.Random(self.seed)
        self._port = free_port()
        self._never_marked: set[UUID] = set()

    def run(self) -> Figures:
        with CountingStandin(self.seed) as phones, Servers(self.installation) as self._servers:
            self.installation.dial_by(phones.dial_string)
            with self._loaded() as load:
                while self._goes_on():
                    self._strike(load, phones)
            self._reckon_at_the_end(load, phones)
        return self.figures

    def _goes_on(self) -> bool:
        return self.figures.kills < self.kills and not self.figures.faults and not self.is_enough

    @contextmanager
    def _loaded(self) -> Iterator[Load]:
        self._server = self._started()
        try:
            with Load(self._port, self.installation.token, clients=CLIENTS) as load:
                self._wait_for_answers(load, 1)
                if self.blow is Blow.WORKER:
                    wait_until(lambda: self._runs() == 2, within_s=_SETTLED_S)
                yield load
        finally:
            self._server.stop()

    def _runs(self) -> int:
        ((count,),) = ask(self.installation, "SELECT count(DISTINCT run_id) FROM webdial_call")
        return int(count)

    def _started(self) -> KilledServer:
        workers = ("--workers", "2") if self.blow is Blow.WORKER else ()
        return self._servers.start(self._port, *workers)

    def _wait_for_answers(self, load: Load, count: int) -> None:
        """Raises AssertionError when the server ends by itself."""
        load.wait_for_answers(count, goes_on=self._server.is_alive)
        assert self._server.is_alive(), f"it ended by itself: {self._servers.last_words()}"

    def _strike(self, load: Load, phones: CountingStandin) -> None:
        load.pass_time(self._random.uniform(0, _LONGEST_S))
        if self.blow is Blow.SERVER:
            self._kill_server(load, phones)
        else:
            self._kill_part(load)
        self.figures.kills += 1
        self.figures.faults += load.faults
        if self.figures.kills % 10 == 0:
            told = f"{self.figures.kills} kills, {len(load.answered):,} calls answered"
            print(f"{self.figures.database}, {self.blow.value}: {told}", flush=True)

    def _kill_server(self, load: Load, phones: CountingStandin) -> None:
        self._server.kill()
        log = self._reckon(phones)
        self._server = self._started()
        if self._random.random() < _AT_START:
            load.pass_time(self._random.uniform(0, _LONGEST_S))
            self._never_marked |= log.placing
            return
        self._wait_for_answers(load, 1)
        self._see_marked(log.placing | self._never_marked)
        self._never_marked.clear()

    def _see_marked(self, left: "frozenset[UUID]") -> None:
        """Before the first answer, all that the dead server was placing is shown as interrupted."""
        outcomes = read_log(self.installation).outcomes(left)
        self.figures.interrupted += outcomes["interrupted"]
        self.figures.faults += [f"a call is still {each}" for each in outcomes if each == "placing"]

    def _kill_part(self, load: Load) -> None:
        log = self._kill_one()
        # Every client may still get an answer to what was placed before; the next is placed afterwards.
        self._wait_for_answers(load, 2 * CLIENTS)
        if self.blow is not Blow.WORKER:
            return
        wait_until(lambda: not self._placing(log), within_s=_SETTLED_S)
        wait_until(lambda: len(self._server.workers()) == 2, within_s=_SETTLED_S)

    def _placing(self, log: Log) -> int:
        return read_log(self.installation).outcomes(log.placing)["placing"]

    def _kill_one(self) -> Log:
        """The log right afterwards."""
        match self.blow:
            case Blow.WORKER:
                wait_until(lambda: bool(self._server.workers()), within_s=_SETTLED_S)
                self._random.choice(self._server.workers()).kill()
            case Blow.SESSION:
                assert self.cluster is not None
                wait_until(self._is_session_killed, within_s=_SETTLED_S)
            case _:
                assert self.cluster is not None
                self.cluster.crash()
        return read_log(self.installation)

    def _is_session_killed(self) -> bool:
        """Most of them are short."""
        assert self.cluster is not None
        sessions = self.cluster.sessions()
        if not sessions:
            return False
        try:
            os.kill(self._random.choice(sessions), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _reckon(self, phones: CountingStandin) -> Log:
        """Nobody writes now. What is not the same in both books is a fault."""
        reached = dict(phones.reached)
        log = read_log(self.installation)
        self.figures.faults += unaccounted(reached, log)
        if self.figures.kills % 20 == 0:
            self._verify()
        return log

    def _reckon_at_the_end(self, load: Load, phones: CountingStandin) -> None:
        log = self._reckon(phones)
        self._verify()
        figures = self.figures
        figures.placed, figures.reached = len(log.calls), sum(phones.reached.values())
        figures.interrupted = log.outcomes([call.id for call in log.calls])["interrupted"]
        figures.repeated = sum(wish.tries - 1 for wish in load.answered)
        if self.blow is Blow.SERVER:  # a database that is away takes up the end later, or never
            figures.faults += told_otherwise(load.answered, log)
        figures.faults += [f"a call is still placing: {call.number}" for call in log.calls
                           if call.outcome == "placing" and self.blow is Blow.SERVER]  # fmt: skip

    def _verify(self) -> None:
        done = self.installation.run("audit", "verify")
        if done.returncode:
            self.figures.faults.append(f"audit verify: {done.stdout}{done.stderr}")
