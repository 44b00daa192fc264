"""Runs the database function for a call, in threads of its own so that a slow one holds up nobody.

Each thread has a read-only connection; a function that is stopped by its time limit has kept one
of them for a second, and every other call has gone on.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final

from webdial.errors import CallNotPlacedError, WebdialError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.watching import Watcher
from webdial.language import translate
from webdial.site.databases import Database
from webdial.site.function_tables import SCHEMA, Connection, DatabaseTables, open_reader
from webdial.watcom import (
    CallResult,
    CompiledFunction,
    Context,
    FunctionError,
    Limits,
    compile_function,
)

log = logging.getLogger("webdial.function")

THREADS: Final = 4
"""Functions that run at once. They share the interpreter, so more would only wait for it."""

LIMITS: Final = Limits()


@lru_cache(maxsize=16)
def compiled(source: str) -> CompiledFunction:
    """The function of this source, compiled once. Raises FunctionError with every fault."""
    return compile_function(source, schema=SCHEMA)


@dataclass(frozen=True, slots=True)
class _Held:
    connection: Connection
    tables: DatabaseTables


Work = Callable[[], CallResult]


class FunctionThreads:
    """Threads that take works in the order they came, one each. They start with the first work.

    They do what a ThreadPoolExecutor and `run_in_executor` would, at about 30 µs less of the
    processor for a call: one future instead of two, and an event loop that is woken once for many.
    """

    def __init__(self, count: int = THREADS) -> None:
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"webdial-function_{number}", daemon=True)
            for number in range(count)
        ]
        self._opening = threading.Lock()
        self._is_started = False
        self.is_closed = False
        self._returns: _Returns | None = None

    async def result_of(self, work: Work) -> CallResult:
        """What `work` returns in one of the threads.

        Raises its WebdialError, and CallNotPlacedError for any other end or after `close`. Whoever
        gives up waiting takes the work back if it has not begun.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, self._returns_to(loop), loop.create_future())
        self._put(waiting)
        return await waiting.done

    def close(self) -> None:
        """Tell whoever still waits for a thread, and end all. Blocks while works that began go on."""
        with self._opening:
            self.is_closed = True
            running = self._threads if self._is_started else []
        for _ in running:
            self._waiting.put(None)
        for thread in running:
            thread.join()

    def _put(self, waiting: "_Waiting") -> None:
        with self._opening:  # a work is put before the threads' ends or not at all
            if self.is_closed:
                raise _shutting_down()
            if not self._is_started:
                self._is_started = True
                for thread in self._threads:
                    thread.start()
            self._waiting.put(waiting)

    def _returns_to(self, loop: asyncio.AbstractEventLoop) -> "_Returns":
        """One for all works of a loop; a program has one loop, a run of tests many."""
        returns = self._returns
        if returns is None or returns.loop is not loop:
            returns = self._returns = _Returns(loop)
        return returns

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            if not waiting.done.cancelled():
                waiting.returns.give(waiting, self._end_of(waiting.work))
            del waiting  # an idle thread holds on to nobody's call

    def _end_of(self, work: Work) -> CallResult | WebdialError:
        if self.is_closed:
            return _shutting_down()
        try:
            return work()
        except WebdialError as error:
            return error
        except BaseException as error:  # whatever it is: the caller is told, the thread goes on
            log.exception("the database function could not be called")
            told = CallNotPlacedError(
                translate("The database function could not be called."),
                hint=translate("An administrator finds the reason in the server's log."),
                code="function_failed",
            )
            told.__cause__ = error
            return told


def _shutting_down() -> CallNotPlacedError:
    return CallNotPlacedError(translate("The server is shutting down, so the call was not placed."))


class _Returns:
    """The way back to one event loop, which is woken once for all that has been given meanwhile.

    Nothing given waits for more: the loop has been woken for it or is being woken. Waiting for a
    few more ends would wake the loop less often, but a thread cannot know that its next work will
    be as short as its last, and what it holds back would wait a second for a hostile one.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._given: deque[tuple[_Waiting, CallResult | WebdialError]] = deque()
        self._is_woken = False

    def give(self, waiting: "_Waiting", end: CallResult | WebdialError) -> None:
        """From any thread. Two threads may wake the loop at once; the second finds nothing left."""
        self._given.append((waiting, end))
        if not self._is_woken:
            self._is_woken = True
            try:
                self.loop.call_soon_threadsafe(self._settle)
            except RuntimeError:  # the loop is closed: nobody waits any more
                log.warning("a function was called for a loop that has ended")

    def _settle(self) -> None:
        # Before the first look: whatever is given after the last look then wakes the loop again.
        self._is_woken = False
        while self._given:
            waiting, end = self._given.popleft()
            if waiting.done.done():
                continue
            if isinstance(end, WebdialError):
                waiting.done.set_exception(end)
            else:
                waiting.done.set_result(end)


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Work
    returns: _Returns
    done: "asyncio.Future[CallResult]" = field(repr=False)


class DatabaseFunction:
    """A DialFunction (webdial.exchange) over the database. Close it at the end."""

    def __init__(self, database: Database, *, watcher: Watcher | None = None) -> None:
        self._database = database
        self._watcher = watcher or Watcher()
        self._threads = FunctionThreads()
        self._local = threading.local()
        self._held: list[_Held] = []

    async def dial_string(
        self, number: str, caller: Caller, configuration: Configuration
    ) -> str | None:
        source = configuration.function_source
        try:
            result = await self._watched(partial(self.call, source, number, caller, configuration))
        except FunctionError as error:
            log.warning("the database function failed for StaffID %s: %s", caller.staff_id, error)
            raise CallNotPlacedError(
                translate(
                    "The database function failed: {message} (line {line})",
                    message=error.message,
                    line=error.line,
                ),
                hint=translate(
                    "The function's author can mend it in Maintenance | Database Functions."
                ),
                code="function_failed",
            ) from error
        return result.value

    async def _watched(self, work: Work) -> CallResult:
        """What `work` gives in a thread, where log lines bear the call's id as they do here."""
        asked_s = time.perf_counter()
        came_of_it = "cancelled"
        try:
            result = await self._threads.result_of(partial(copy_context().run, work))
            came_of_it = "null" if result.value is None else "text"
        except WebdialError as error:
            came_of_it = error.error_code
            raise
        finally:
            self._watcher.function_ran(came_of_it, time.perf_counter() - asked_s)
        return result

    def call(
        self, source: str, number: str, caller: Caller, configuration: Configuration
    ) -> CallResult:
        """Call the function of this source, from any thread. Raises FunctionError."""
        return self._with_tables(
            lambda tables: compiled(source).call(
                number,
                context=Context(
                    tables=tables,
                    user_staff_id=caller.staff_id,
                    settings=configuration.value_for_agency,
                    limits=LIMITS,
                ),
            )
        )

    def close(self) -> None:
        self._threads.close()
        for held in self._held:
            held.connection.close()

    def _with_tables(self, work: Callable[[DatabaseTables], CallResult]) -> CallResult:
        """Run `work` over this thread's connection; one that fails is opened anew next time."""
        try:
            return work(self._held_tables())
        except FunctionError:
            raise
        except Exception as error:  # the database's own errors differ by database
            self._local.held = None
            log.exception("the database function could not read the database")
            raise CallNotPlacedError(
                translate("The database function could not read the database."),
                hint=translate("It may have taken too long; try again."),
                code="function_failed",
            ) from error

    def _held_tables(self) -> DatabaseTables:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            connection = open_reader(self._database, limit_s=LIMITS.wall_s)
            tables = DatabaseTables(connection, most_rows=LIMITS.rows_per_query + 1)
            held = _Held(connection, tables)
            self._local.held = held
            self._held.append(held)
        return held.tables
