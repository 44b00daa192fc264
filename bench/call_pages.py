"""`python3 dev.py run python -m bench.call_pages`: how long pages over a long call log take.

Makes a call log of a million calls and asks it what the pages ask, by the same functions, first in
SQLite, then in a PostgreSQL of its own that runs as it is delivered. It tells how far it is, and
prints each figure as soon as it has it; a few minutes for each of the two on a quiet machine.
With --explain the plan of every query is printed as well; --keep leaves the SQLite file, and finds it
there again; --database-url takes that database, which must be empty or filled by this program.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.disk import data_folder
from bench.machine import describe_machine
from bench.processor import processor_clock

CALLS = 1_000_000
DAYS = 365
BRANCHES = 100
USERS = 2_000
ROUNDS = 7
"""By the clock the best of them is told, to which other work on the machine adds least."""

POSTGRES_HOST = "127.0.91.2"
"""A loopback address that no test uses."""
_CHUNK = 50_000
_OUTCOMES = (
    ("sent", 70.0), ("accepted", 24.0), ("rejected", 2.0), ("timed_out", 2.0), ("failed", 1.0),
    ("unreachable", 0.99), ("tls_failed", 0.009), ("queued", 0.001),
)  # fmt: skip
_SYSTEMS = (("", 50.0), ("Head office", 30.0), ("Leeds", 19.9), ("Old one", 0.1))
_CHANNELS = (("page", 90.0), ("api", 9.99), ("cli", 0.01))


def main() -> int:
    given = _options().parse_args()
    if given.measure:
        _measure_here(given.calls, explain=given.explain)
        return 0
    machine = describe_machine()
    print(f"{machine.processor}, {machine.cores} cores, {machine.system}, {machine.python}\n")
    if given.database_url:
        _measure_in(given.keep, given.database_url, given)
        return 0
    if given.only in {None, "sqlite"}:
        _measure_in(given.keep, "", given)
    if given.only in {None, "postgresql"}:
        _measure_own_postgres(given)
    return 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="bench.call_pages")
    options.add_argument("--only", choices=("sqlite", "postgresql"))
    options.add_argument("--database-url", default="")
    options.add_argument("--calls", type=int, default=CALLS)
    options.add_argument("--keep", type=Path, metavar="FOLDER")
    options.add_argument("--explain", action="store_true")
    options.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    return options


def _measure_own_postgres(given: argparse.Namespace) -> None:
    from tests.real.postgres import PostgresCluster  # noqa: PLC0415 - the checkout's own

    with PostgresCluster(POSTGRES_HOST, settings=()) as cluster:
        cluster.wait_ready()
        with cluster.fresh_database() as url:
            _measure_in(None, url, given)


def _measure_in(folder: Path | None, url: str, given: argparse.Namespace) -> None:
    """In a process of its own: a process knows one database."""
    with tempfile.TemporaryDirectory(prefix="webdial-bench-", dir=data_folder()) as own:
        environment = {**os.environ, "WEBDIAL_DATA": str(folder or own)}
        environment["WEBDIAL_DATABASE_URL"] = url
        command = [sys.executable, "-m", "bench.call_pages", "--measure"]
        command += ["--calls", str(given.calls), *(["--explain"] if given.explain else [])]
        subprocess.run(command, env=environment, check=True)


def _measure_here(calls: int, *, explain: bool) -> None:
    from webdial.cli.database import open_database  # noqa: PLC0415

    open_database()
    _fill(calls)
    _measure(explain=explain)


def _fill(count: int) -> None:
    from django.db import connection  # noqa: PLC0415

    from webdial.site.domain.branches import save_branch  # noqa: PLC0415
    from webdial.site.models import Call, User  # noqa: PLC0415

    if Call.objects.exists():
        return
    branches = [save_branch(agency_id=f"B{i}", name=f"Branch {i}") for i in range(BRANCHES)]
    people = (
        User(login=f"u{i}", staff_id=f"S{i}", name=f"User {i}", branch=branches[i % BRANCHES])
        for i in range(USERS)
    )
    users = [(user.pk, user.branch_id) for user in User.objects.bulk_create(people)]
    began = time.perf_counter()
    chunk: list[Call] = []
    for call in _calls(count, users):
        chunk.append(call)
        if len(chunk) == _CHUNK:
            Call.objects.bulk_create(chunk)
            chunk = []
            _tell(f"{call.placed_at:%d %B %Y} reached after {time.perf_counter() - began:.0f} s")
    Call.objects.bulk_create(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    _tell(f"{count:,} calls made in {time.perf_counter() - began:.0f} s")


def _calls(count: int, users: list[tuple[int, int]]) -> Iterator[Any]:
    from webdial.site.models import Call  # noqa: PLC0415

    dice = random.Random(7)
    end = datetime.now(UTC)
    for index in range(count):
        placed_at = end - timedelta(days=DAYS) * (1 - index / count)
        user_id, branch_id = dice.choice(users)
        number = f"020794{dice.randrange(100_000):05}"
        seconds = dice.expovariate(2)
        yield Call(
            id=UUID(int=(int(placed_at.timestamp() * 1000) << 80) | dice.getrandbits(74)),
            user_id=user_id, branch_id=branch_id, extension="1001", typed=number, dialled=number,
            channel=_one_of(dice, _CHANNELS), kind="http", setting_source="set for all branches",
            request=f"GET http://192.168.7.231:5000/ivr/PbxAPI.aspx?from=1001&to={number}",
            run_id="0" * 32, placed_at=placed_at, outcome=_one_of(dice, _OUTCOMES), status=200,
            answer="OK " * 20, phone_system=_one_of(dice, _SYSTEMS),
            finished_at=placed_at + timedelta(seconds=seconds), took_ms=round(seconds * 1000),
        )  # fmt: skip


def _one_of(dice: random.Random, weighted: tuple[tuple[str, float], ...]) -> str:
    return dice.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


def _measure(*, explain: bool) -> None:
    from django.db import connection, reset_queries  # noqa: PLC0415

    print(f"| {connection.vendor} | by the clock | processor | queries |")
    print("|---|---:|---:|---:|")
    connection.force_debug_cursor = True
    spent = processor_clock()
    for name, ask in _questions():
        ask()
        times, spent_before = [], spent()
        for _ in range(ROUNDS):
            reset_queries()
            began = time.perf_counter()
            ask()
            times.append(time.perf_counter() - began)
        asked = [each["sql"] for each in connection.queries if "SAVEPOINT" not in each["sql"]]
        best, processor = min(times) * 1000, (spent() - spent_before) / ROUNDS * 1000
        print(f"| {name} | {best:.0f} ms | {processor:.0f} ms | {len(asked)} |", flush=True)
        if explain:
            _explain(asked)
    print(flush=True)


def _questions() -> Iterator[tuple[str, Callable[[], object]]]:
    from webdial.site.domain.call_figures import figures_of  # noqa: PLC0415
    from webdial.site.domain.call_filters import id_at, read_filter  # noqa: PLC0415
    from webdial.site.domain.call_pages import page_of_calls  # noqa: PLC0415
    from webdial.site.domain.calls import EVERYTHING, Sight  # noqa: PLC0415
    from webdial.site.models import User  # noqa: PLC0415

    now = datetime.now(UTC)
    own = Sight(user_id=User.objects.get(staff_id="S7").pk)
    oldest, newest = id_at(now - timedelta(days=DAYS - 1)), id_at(now - timedelta(days=1))

    def page(sight: Sight = EVERYTHING, **how: Any) -> Callable[[], object]:
        keys = {name: how.pop(name) for name in ("before", "after") if name in how}
        return lambda: page_of_calls(sight, read_filter(how, now=now), size=50, **keys)

    def figures(period: str, **how: str) -> Callable[[], object]:
        wanted = {"period": period, **how}
        return lambda: figures_of(EVERYTHING, read_filter(wanted, now=now), now=now)

    yield "newest page", page()
    yield "page 19,900", page(before=oldest)
    yield "page 19,900, turned back", page(after=oldest)
    yield "own calls", page(own)
    yield "own calls that went wrong", page(own, outcome="went_wrong")
    yield "a user's", page(user="S7")
    yield "a user's, with an outcome nobody had", page(user="S7", outcome="host_unknown")
    yield "a branch's", page(branch="B7")
    yield "a branch's that went wrong", page(branch="B7", outcome="went_wrong")
    yield "went wrong", page(outcome="went_wrong")
    yield "went wrong, from page 19,900", page(outcome="went_wrong", before=oldest)
    yield "a rare outcome (10 in a million)", page(outcome="queued")
    yield "an outcome nobody had", page(outcome="host_unknown")
    yield "a rare phone system", page(system="Old one")
    yield "a phone system nobody has", page(system="No such")
    yield "a rare channel", page(channel="cli")
    yield "a whole number", page(number="020 7940 0042")
    yield "part of a number", page(number="0042")
    yield "digits that stand in no number", page(number="999999")
    yield "one day a year ago", page(**{"from": f"{now - timedelta(days=360):%Y-%m-%d}",
                                       "to": f"{now - timedelta(days=360):%Y-%m-%d}"})  # fmt: skip
    yield (
        "everything at once",
        page(
            branch="B7",
            outcome="went_wrong",
            system="Leeds",
            number="42",
            period="90d",
            before=newest,
        ),
    )
    yield "figures of a day", figures("today")
    yield "figures of 30 days", figures("30d")
    yield "figures of a branch, 30 days", figures("30d", branch="B7")
    yield "figures of 365 days", figures("365d")


def _explain(queries: list[str]) -> None:
    from django.db import connection  # noqa: PLC0415

    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE) "
    with connection.cursor() as cursor:
        for sql in queries:
            cursor.execute(how + sql.replace("%", "%%") if "%s" not in sql else how + sql)
            for row in cursor.fetchall():
                _tell(f"    {row[-1]}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
