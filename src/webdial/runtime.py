"""Puts the parts together for one run of the program: database, configuration, journal, exchange.

Used by the server (webdial.asgi) and by `webdial dial`, so that both place calls alike.
"""

import asyncio
import gc
import logging
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import django
from django.core.management import call_command
from django.db import connection
from filelock import FileLock

if TYPE_CHECKING:
    from webdial.exchange import Exchange
    from webdial.exchange.watching import Watcher
    from webdial.site.domain.configuration import ConfigurationReader
    from webdial.site.runs import Run

log = logging.getLogger("webdial.runtime")

REFRESH_S: Final = 1.0
"""How soon a change made by another process is in force here."""

LEFT_BEHIND_S: Final = 30.0
"""Age from which a call of our own that nobody places any more is taken for interrupted."""

PRUNE_S: Final = 3_600.0
"""How often calls are looked for that are older than they are kept."""

SHUTDOWN_S: Final = 10.0
"""How long calls in flight may go on after the program was told to end."""


_UPGRADE_KEY: Final = 0x77656264
"""Advisory lock under which one of several machines upgrades a PostgreSQL database."""


def set_up_django() -> None:
    """Make the models usable. Settings come from the environment alone."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "webdial.site.settings"
    django.setup()


def upgrade_database() -> None:
    """Bring the database to this version, making it on first start. Takes a lock against a second."""
    from webdial.site import settings  # noqa: PLC0415 - needs the environment of the run

    with FileLock(settings.ENVIRONMENT.data / "upgrade.lock"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # other machines may start at the same moment
            cursor.execute("SELECT pg_advisory_lock(%s)", [_UPGRADE_KEY])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_UPGRADE_KEY])


def mark_calls_left_behind(run: "Run", exchange: "Exchange | None" = None) -> None:
    """Whatever a dead run was placing is shown as interrupted; nothing is sent again.

    So is what this run has on disk as being placed and its `exchange` knows nothing of: its end
    could not be written, or the database kept its beginning but never said so.
    """
    from webdial.site.domain.calls import mark_interrupted, runs_placing_calls  # noqa: PLC0415

    for run_id in runs_placing_calls():
        if run_id == run.id and exchange is not None:
            before = datetime.now(UTC) - timedelta(seconds=LEFT_BEHIND_S)
            mark_interrupted(run_id, except_ids=exchange.underway, placed_before=before)
        elif run_id != run.id and not run.is_alive(run_id):
            count = mark_interrupted(run_id)
            log.warning("%d calls were being placed when the program ended; interrupted", count)


@asynccontextmanager
async def running_exchange(watchers: "Sequence[Watcher]" = ()) -> AsyncIterator[dict[str, object]]:
    """An exchange with all it needs, as `exchange` and `configuration_reader`.

    `watchers` are told of what happens; lines of the log are written besides where they are wanted.
    """
    from webdial.exchange import Exchange, GroupCommitJournal, HttpSender  # noqa: PLC0415
    from webdial.exchange.system_calls import SystemCaller  # noqa: PLC0415
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.domain.configuration import (  # noqa: PLC0415
        ConfigurationReader,
    )
    from webdial.site.domain.credentials import opener  # noqa: PLC0415
    from webdial.site.domain.sign_ins import DatabaseSignIns  # noqa: PLC0415
    from webdial.site.function_runner import DatabaseFunction  # noqa: PLC0415
    from webdial.site.journal import open_journal_store  # noqa: PLC0415
    from webdial.site.runs import begin_run  # noqa: PLC0415
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    run = await asyncio.to_thread(begin_run, settings.DATABASE)
    try:
        await in_database_thread(lambda: mark_calls_left_behind(run))
        reader = await in_database_thread(ConfigurationReader)
        watcher = _watcher(watchers)
        journal = GroupCommitJournal(open_journal_store(settings.DATABASE), watcher=watcher)
        sender = HttpSender()
        systems = SystemCaller(sender, sign_ins=DatabaseSignIns(), watcher=watcher)
        function = DatabaseFunction(settings.DATABASE, watcher=watcher)
        exchange = Exchange(
            configuration=reader, journal=journal, sender=sender, function=function,
            system_caller=systems, opener=await asyncio.to_thread(opener), run_id=run.id,
            watcher=watcher,
        )  # fmt: skip
        _relieve_collector()
        upkeep = asyncio.create_task(_upkeep(reader, run, exchange), name="upkeep")
        try:
            yield {
                "exchange": exchange,
                "journal": journal,
                "configuration_reader": reader,
                "system_caller": systems,
                "sender": sender,
            }
        finally:
            upkeep.cancel()
            await exchange.close(wait_s=SHUTDOWN_S)
            await asyncio.to_thread(journal.close)
            await sender.close()
            await asyncio.to_thread(function.close)
    finally:
        await asyncio.to_thread(run.close)


def _watcher(watchers: "Sequence[Watcher]") -> "Watcher":
    """One that tells all `watchers`, and writes a line for each call where such lines are kept."""
    from webdial.exchange import call_lines  # noqa: PLC0415
    from webdial.exchange.watching import Several, Watcher  # noqa: PLC0415

    told = list(watchers)
    if call_lines.log.isEnabledFor(logging.INFO):
        told.append(call_lines.CallLines())
    if len(told) > 1:
        return Several(told)
    return told[0] if told else Watcher()


def _relieve_collector() -> None:
    """Spare the garbage collector what lives as long as the program.

    Under load it took 9 % of the event loop's time, most of it spent on looking again at modules
    and configuration; calls themselves leave next to no cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


async def keep_call_log_short() -> None:
    """For the server: at the start and every hour, remove calls older than Keep Calls For."""
    from webdial.site.domain.call_retention import remove_old_calls  # noqa: PLC0415
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    is_ending = threading.Event()

    def remove() -> None:
        removal = remove_old_calls(
            datetime.now(UTC), actor="the server", goes_on=lambda: not is_ending.is_set()
        )
        if removal.count:
            log.info("%d calls from before %s removed", removal.count, removal.placed_before)

    try:
        while True:
            try:
                await in_database_thread(remove)
            except Exception:  # the database may be away; an hour later it is tried again
                log.exception("old calls could not be removed")
            await asyncio.sleep(PRUNE_S)
    finally:
        is_ending.set()


async def _upkeep(reader: "ConfigurationReader", run: "Run", exchange: "Exchange") -> None:
    """Every second: take up changed configuration, and what dead runs left behind."""

    from webdial.site.domain.token_use import token_uses  # noqa: PLC0415
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    def look() -> None:
        run.keep()
        reader.refresh()
        token_uses.keep()
        mark_calls_left_behind(run, exchange)

    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await in_database_thread(look)
        except Exception:  # the database may be away for a while; calls are stopped by the journal
            log.exception("the configuration could not be looked at")
