"""`webdial serve --workers`: several processes behind one socket, and the one that looks after them.

All of them take connections from the same listening socket, so what waits there is lost with none of
them; when all end, nobody new gets into its queue, and the last to leave finds it empty. Who dies is
followed by another; who says nothing for long is killed first. Whatever they must agree on, they do in
the database, as nodes on other machines do (docs/decisions/0024).
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from webdial.cli.door import keep_out
from webdial.cli.service_manager import ADDRESS, WATCHDOG, ServiceManager
from webdial.cli.worker import READY
from webdial.errors import WebdialError
from webdial.metrics import SHARED_FOLDER, forget_worker

log = logging.getLogger("webdial.workers")

START_S: Final = 120.0
"""A worker that does not serve by then never will."""

SILENT_S: Final = 30.0
"""A worker tells every second that it lives. One that does not for so long does nothing else either."""

FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 30.0
"""Before a dead worker is followed by another: the delay doubles while they die young."""

YOUNG_S: Final = 60.0

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all workers are started with."""

    listening: socket.socket
    count: int
    drain_s: float
    figures: Path | None
    """Folder in which the workers keep their figures, so that each can tell those of all."""


def run_workers(plan: Plan) -> None:
    """Serve until a signal comes and every worker has ended. Raises WebdialError when none can start."""
    with asyncio.Runner() as runner:
        runner.run(_Team(plan, ServiceManager()).run())


class _Team:
    def __init__(self, plan: Plan, superior: ServiceManager) -> None:
        self._plan = plan
        self._workers = [_Worker(plan, number) for number in range(1, plan.count + 1)]
        self._superior = superior
        self._is_ending = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for each in _SIGNALS:
            loop.add_signal_handler(each, self._pass_on, each)
        telling = asyncio.create_task(self._tell())
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers:
                    group.create_task(worker.keep(self._is_ending))
        except* WebdialError as errors:
            raise errors.exceptions[0] from None
        finally:
            telling.cancel()
            for each in _SIGNALS:
                loop.remove_signal_handler(each)

    def _pass_on(self, signal_number: signal.Signals) -> None:
        if not self._is_ending.is_set():
            self._is_ending.set()
            self._superior.tell_ending()
            # They serve for as long as well, and only then begin to empty the queue.
            loop = asyncio.get_running_loop()
            loop.call_later(self._plan.drain_s, keep_out, self._plan.listening)
        for worker in self._workers:
            worker.send(signal_number)

    async def _tell(self) -> None:
        for worker in self._workers:
            await worker.is_ready.wait()
        self._superior.tell_ready()
        while True:
            self._superior.tell_alive()
            await asyncio.sleep(1)


class _Worker:
    """A place for a worker: the process that has it changes, the number stays."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._plan = plan
        self._number = number
        self._process: asyncio.subprocess.Process | None = None
        self.is_ready = asyncio.Event()

    def send(self, signal_number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal_number)

    async def keep(self, is_ending: asyncio.Event) -> None:
        """Have a process there until `is_ending`, and until it has ended."""
        delay_s = FIRST_DELAY_S
        try:
            while not is_ending.is_set():
                began_s = asyncio.get_running_loop().time()
                status = await self._run_one(is_ending)
                if is_ending.is_set():
                    return
                if not self.is_ready.is_set():
                    raise WebdialError(
                        f"A worker ended with status {status} before it could serve.",
                        hint="The reason stands above.",
                    )
                lived_s = asyncio.get_running_loop().time() - began_s
                delay_s = FIRST_DELAY_S if lived_s > YOUNG_S else delay_s
                log.error(
                    "worker %d ended with status %s; another follows in %.1f s",
                    self._number, status, delay_s,
                )  # fmt: skip
                with suppress(TimeoutError):
                    await asyncio.wait_for(is_ending.wait(), delay_s)
                delay_s = min(2 * delay_s, LONGEST_DELAY_S)
        finally:  # another worker could not start: this one goes as well
            self.send(signal.SIGTERM)
            if self._process is not None:
                await asyncio.shield(self._process.wait())

    async def _run_one(self, is_ending: asyncio.Event) -> int:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await self._started(theirs.fileno())
        reader, writer = await asyncio.open_connection(sock=ours)
        if is_ending.is_set():  # the signal came while it was being started
            self.send(signal.SIGTERM)
        try:
            await self._listen(reader, is_ending)
            return await self._process.wait()
        finally:
            writer.close()
            if self._plan.figures is not None:
                forget_worker(self._number, self._plan.figures)

    async def _started(self, told_fd: int) -> asyncio.subprocess.Process:
        listening_fd = self._plan.listening.fileno()
        numbers = (listening_fd, told_fd, self._number, self._plan.drain_s)
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "webdial.cli.worker", *map(str, numbers),
            pass_fds=(listening_fd, told_fd),
            env=_environment(self._plan.figures),
            start_new_session=True,  # Ctrl+C in a terminal reaches this process alone, which passes it on
        )  # fmt: skip

    async def _listen(self, reader: asyncio.StreamReader, is_ending: asyncio.Event) -> None:
        """Hear the worker until it is gone; kill it when it is silent for too long."""
        limit_s = START_S
        while True:
            # While it ends it has no time to talk, and ends for itself soon enough.
            said = await _heard(reader, None if is_ending.is_set() else limit_s)
            if said is None and not is_ending.is_set():
                log.error("worker %d is silent; it is killed", self._number)
                self.send(signal.SIGKILL)
            if said is None and is_ending.is_set():
                continue
            if not said:
                return
            if READY in said:
                self.is_ready.set()
                limit_s = SILENT_S


async def _heard(reader: asyncio.StreamReader, limit_s: float | None) -> bytes | None:
    """What a worker said; nothing when it is gone, None when it has said nothing for so long."""
    try:
        return await asyncio.wait_for(reader.read(64), limit_s)
    except TimeoutError:
        return None
    except OSError:
        return b""


def _environment(figures: Path | None) -> dict[str, str]:
    """This process's own, without what systemd told it alone."""
    kept = {name: value for name, value in os.environ.items() if name not in {ADDRESS, WATCHDOG}}
    return kept if figures is None else {**kept, SHARED_FOLDER: str(figures)}
