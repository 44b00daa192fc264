"""Puts the parts together for one run of the program: database, configuration, journal, exchange.

Used by the server (webdial.asgi) and by `webdial dial`, so that both place calls alike.
"""

import asyncio
import gc
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import django
from django.core.management import call_command
from django.db import connection
from filelock import FileLock

from webdial.errors import WebdialError
from webdial.language import translatable

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from webdial.exchange import Exchange
    from webdial.exchange.breaker import Held
    from webdial.exchange.gates import GateKey
    from webdial.exchange.watching import Watcher
    from webdial.site.computer_hub import ComputerHub
    from webdial.site.domain.configuration import ConfigurationReader
    from webdial.site.runs import Run

log = logging.getLogger("webdial.runtime")

CONFIGURATION_S: Final = 0.3
"""How often changed configuration is looked for: a token that was revoked ends everywhere within a second, also
where 100,000 users are compared first. A look takes 0.9 ms of the processor."""

REFRESH_S: Final = 1.0
"""How often the rest is looked at: what dead runs left behind, the use of tokens, other nodes."""

LEFT_BEHIND_S: Final = 30.0
"""Age from which a call of our own that nobody places any more is taken for interrupted."""

UPGRADE_LOOK_S: Final = 0.2
"""How often somebody who waits for another machine's upgrade looks whether it is over."""

PRUNE_S: Final = 3_600.0
"""How often calls are looked for that are older than they are kept."""

SHUTDOWN_S: Final = 10.0
"""How long calls in flight may go on after the program was told to end."""


def set_up_django() -> None:
    """Make the models usable. Settings come from the environment alone."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "webdial.site.settings"
    django.setup()


def upgrade_database() -> None:
    """Bring the database to this version, making it on first start. Takes a lock against a second."""
    from webdial.site import settings  # noqa: PLC0415 - needs the environment of the run
    from webdial.site.databases import UPGRADE_KEY  # noqa: PLC0415
    from webdial.site.upgrades import missing_migrations  # noqa: PLC0415

    with FileLock(settings.ENVIRONMENT.data / "upgrade.lock"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # other machines may start at the same moment
            _refuse_other_than_utf8(cursor)
            _take_upgrade_lock(cursor, UPGRADE_KEY)
        try:
            if missing_migrations():
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [UPGRADE_KEY])


def _refuse_other_than_utf8(cursor: "CursorWrapper") -> None:
    """Raises WebdialError. In another encoding there are names that cannot be kept, and SQL_ASCII gives every text back as bytes."""
    cursor.execute("SHOW server_encoding")
    found = cursor.fetchone()[0]
    if found != "UTF8":
        raise WebdialError(
            f"The database keeps texts as {found}. Webdial needs one that keeps them as UTF8.",
            hint="Make another: CREATE DATABASE name OWNER user ENCODING 'UTF8' TEMPLATE template0",
        )


def _take_upgrade_lock(cursor: "CursorWrapper", key: int) -> None:
    """Asks again and again: an index that is built meanwhile waits for every statement that waits."""
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if cursor.fetchone()[0]:
            return
        time.sleep(UPGRADE_LOOK_S)


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
    from webdial.exchange.duplicates import Duplicates  # noqa: PLC0415
    from webdial.exchange.named_hosts import policy_of  # noqa: PLC0415
    from webdial.exchange.system_calls import SystemCaller  # noqa: PLC0415
    from webdial.site import settings  # noqa: PLC0415
    from webdial.site.computer_hub import ComputerHub  # noqa: PLC0415
    from webdial.site.domain.configuration import (  # noqa: PLC0415
        ConfigurationReader,
    )
    from webdial.site.domain.credentials import opener  # noqa: PLC0415
    from webdial.site.domain.first_calls import DatabaseRecords  # noqa: PLC0415
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
        sender = HttpSender(policy=lambda: policy_of(reader.current))
        systems = SystemCaller(sender, sign_ins=DatabaseSignIns(), watcher=watcher)
        function = DatabaseFunction(settings.DATABASE, watcher=watcher)
        computers = ComputerHub(reader)
        await in_database_thread(computers.keep)
        exchange = Exchange(
            configuration=reader, journal=journal, sender=sender, function=function,
            system_caller=systems, computers=computers,
            opener=await asyncio.to_thread(opener), run_id=run.id,
            watcher=watcher, duplicates=Duplicates(records=DatabaseRecords(), has_company=run.has_company),
        )  # fmt: skip
        await _share(run, exchange)
        _relieve_collector()
        upkeep = asyncio.create_task(_upkeep(reader, run, exchange, computers), name="upkeep")
        looking = asyncio.create_task(_take_up_changes(reader), name="configuration")
        try:
            yield {
                "exchange": exchange,
                "journal": journal,
                "configuration_reader": reader,
                "system_caller": systems,
                "sender": sender,
                "computers": computers,
            }
        finally:
            upkeep.cancel()
            looking.cancel()
            await exchange.close(wait_s=SHUTDOWN_S)
            await computers.close()
            await _share(run, exchange)
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
    """For the server: at the start and every hour, remove calls older than Keep Calls For.

    Claims and tallies that have lapsed go with them, and where the journals' chains stand is written
    into the record. Of several processes on one database, one does it at a time.
    """
    from webdial.site.audit.journal_chains import tie_chains  # noqa: PLC0415
    from webdial.site.databases import PRUNE_KEY  # noqa: PLC0415
    from webdial.site.domain.call_retention import remove_old_calls  # noqa: PLC0415
    from webdial.site.domain.claims import sweep_claims  # noqa: PLC0415
    from webdial.site.threads import in_database_thread  # noqa: PLC0415
    from webdial.site.turns import turn  # noqa: PLC0415

    is_ending = threading.Event()

    def remove_in_turn() -> None:
        with turn(PRUNE_KEY) as is_ours:
            if is_ours:
                remove()

    def remove() -> None:
        removal = remove_old_calls(
            datetime.now(UTC),
            actor=translatable("the server"),
            goes_on=lambda: not is_ending.is_set(),
        )
        if removal.count:
            log.info("%d calls from before %s removed", removal.count, removal.placed_before)
        sweep_claims(datetime.now(UTC))
        tie_chains()

    try:
        while True:
            try:
                await in_database_thread(remove_in_turn)
            except Exception:  # the database may be away; an hour later it is tried again
                log.exception("old calls could not be removed")
            await asyncio.sleep(PRUNE_S)
    finally:
        is_ending.set()


async def _take_up_changes(reader: "ConfigurationReader") -> None:
    """Apart from the rest of the upkeep, which may take its time."""
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    while True:
        await asyncio.sleep(CONFIGURATION_S)
        # What goes wrong is told by the upkeep, which looks as well.
        with suppress(Exception):
            await in_database_thread(reader.refresh)


async def _upkeep(
    reader: "ConfigurationReader", run: "Run", exchange: "Exchange", computers: "ComputerHub"
) -> None:
    """Every second: take up changed configuration, and what dead runs left behind."""

    from webdial.site.domain.token_use import token_uses  # noqa: PLC0415
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    def look() -> None:
        run.keep()
        reader.refresh()
        token_uses.keep()
        computers.keep()
        mark_calls_left_behind(run, exchange)

    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await in_database_thread(look)
        except Exception:  # the database may be away for a while; calls are stopped by the journal
            log.exception("the configuration could not be looked at")
        await _share(run, exchange)


async def _share(run: "Run", exchange: "Exchange") -> None:
    """Tell other nodes which phone systems do not answer, and hear of it from them."""
    from webdial.site.domain.pauses import (  # noqa: PLC0415
        in_flight_elsewhere,
        keep_pauses,
        pauses,
    )
    from webdial.site.threads import in_database_thread  # noqa: PLC0415

    gates = exchange.gates
    moved = gates.moved()

    def look() -> "tuple[dict[GateKey, Held], dict[str, int]]":
        keep_pauses(moved)
        return pauses(), in_flight_elsewhere(run.id)

    try:
        held, elsewhere = await in_database_thread(look)
    except Exception:  # the database may be away for a while; this process goes on by what it knows
        log.exception("the state of phone systems could not be shared")
    else:
        gates.adopt(held, told=moved, elsewhere=elsewhere)
