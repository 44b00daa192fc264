"""Runs the database function for a call, in threads of its own so that a slow one holds up nobody.

Each thread has a read-only connection; a function that is stopped by its time limit has kept one
of them for a second, and every other call has gone on.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.errors import CallNotPlacedError
from webdial.exchange.configuration import Caller, Configuration
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


class DatabaseFunction:
    """A DialFunction (webdial.exchange) over the database. Close it at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webdial-function")
        self._local = threading.local()
        self._held: list[_Held] = []

    async def dial_string(
        self, number: str, caller: Caller, configuration: Configuration
    ) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(
                self._threads,
                self.call,
                configuration.function_source,
                number,
                caller,
                configuration,
            )
        except FunctionError as error:
            log.warning("the database function failed for StaffID %s: %s", caller.staff_id, error)
            raise CallNotPlacedError(
                f"The database function failed: {error.message} (line {error.line})",
                hint="The function's author can mend it in Maintenance | Database Functions.",
                code="function_failed",
            ) from error
        return result.value

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
        self._threads.shutdown()
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
                "The database function could not read the database.",
                hint="It may have taken too long; try again.",
                code="function_failed",
            ) from error

    def _held_tables(self) -> DatabaseTables:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            connection = open_reader(self._database, limit_s=LIMITS.wall_s)
            held = _Held(connection, DatabaseTables(connection))
            self._local.held = held
            self._held.append(held)
        return held.tables
