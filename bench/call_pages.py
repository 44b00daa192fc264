"""`python3 dev.py run python -m bench.call_pages`: how long pages over a long call log take.

Makes a call log of a million calls in a database of its own and asks it what the pages ask, by the
same functions. With --database-url the database is that one, which must be empty; with --explain
the plan of every query is printed as well; --keep leaves the SQLite file, and finds it there again.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

CALLS = 1_000_000
DAYS = 365
BRANCHES = 100
USERS = 2_000
ROUNDS = 7
_CHUNK = 20_000
_OUTCOMES = (
    ("sent", 70.0), ("accepted", 24.0), ("rejected", 2.0), ("timed_out", 2.0), ("failed", 1.0),
    ("unreachable", 0.99), ("tls_failed", 0.009), ("queued", 0.001),
)  # fmt: skip
_SYSTEMS = (("", 50.0), ("Head office", 30.0), ("Leeds", 19.9), ("Old one", 0.1))
_CHANNELS = (("page", 90.0), ("api", 9.99), ("cli", 0.01))


def main() -> int:
    options = argparse.ArgumentParser(prog="bench.call_pages")
    options.add_argument("--database-url", default="")
    options.add_argument("--calls", type=int, default=CALLS)
    options.add_argument("--keep", type=Path, metavar="FOLDER")
    options.add_argument("--explain", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="webdial-bench-") as folder:
        os.environ["WEBDIAL_DATA"] = str(given.keep or folder)
        os.environ["WEBDIAL_DATABASE_URL"] = given.database_url
        from webdial.cli.database import open_database  # noqa: PLC0415

        open_database()
        _fill(given.calls)
        _measure(explain=given.explain)
    return 0


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

    print(f"| {connection.vendor} | median of {ROUNDS} | of the processor | queries |")
    print("|---|---:|---:|---:|")
    connection.force_debug_cursor = True
    for name, ask in _questions():
        ask()
        times, own_times = [], []
        for _ in range(ROUNDS):
            reset_queries()
            began, own_began = time.perf_counter(), time.process_time()
            ask()
            times.append(time.perf_counter() - began)
            own_times.append(time.process_time() - own_began)
        asked = [each["sql"] for each in connection.queries if "SAVEPOINT" not in each["sql"]]
        middle, own = statistics.median(times) * 1000, statistics.median(own_times) * 1000
        print(f"| {name} | {middle:.0f} ms | {own:.0f} ms | {len(asked)} |", flush=True)
        if explain:
            _explain(asked)


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

    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        for sql in queries:
            cursor.execute(how + sql.replace("%", "%%") if "%s" not in sql else how + sql)
            for row in cursor.fetchall():
                _tell(f"    {row[-1]}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
