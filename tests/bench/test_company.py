"""The bench of a large company: a short run with real parts, and what its table says."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from bench.filling import Size

from bench import company, rounds, servers, webdial
from tests.bench.own_children import OwnChildren
from tests.bench.pace import SHORT

PACE = company.CompanyPace(
    empty=Size(branches=2, users=2, tokens=0, calls=0, callers=2),
    large=Size(branches=30, users=600, tokens=40, calls=2_000, callers=11),
    rounds=SHORT,
    changes=2,
    between_s=0.05,
)


@pytest.mark.thorough
def test_short_run(tmp_path: Path, own_children: OwnChildren) -> None:
    program = webdial.find_program()
    assert program is not None
    told: list[str] = []
    figures = company.measure_company(
        tmp_path, program, cores=servers.choose_cores(), tell=told.append, pace=PACE
    )
    assert told == [
        "making the empty company",
        "making the large company",
        "round 1 of 1",
        "settings are changed",
    ]
    for one in (figures.empty, figures.large):
        assert len(one.in_force_s) == 2
        assert all(0 <= taken < 30 for taken in one.in_force_s)
        assert one.beside_p99_s > 0
    assert own_children() == []
    with closing(sqlite3.connect(tmp_path / "large" / "webdial.sqlite3")) as database:
        assert counted(database, "webdial_branch") == 30
        assert counted(database, "webdial_user") == 600
        assert counted(database, "webdial_apitoken") == 51
        made = database.execute(
            "SELECT id, placed_at FROM webdial_call WHERE run_id = printf('%032x', 1) ORDER BY id"
        ).fetchall()
        callers = database.execute(
            "SELECT count(DISTINCT user_id) FROM webdial_call WHERE run_id <> printf('%032x', 1)"
        ).fetchone()
    assert len(made) == 2_000
    assert [placed_at for _, placed_at in made] == sorted(placed_at for _, placed_at in made)
    assert {UUID(call_id).version for call_id, _ in made} == {7}
    assert callers == (11,)


def counted(database: sqlite3.Connection, table: str) -> int:
    (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def one_company(
    one_call_ms: tuple[float, ...], *, size: Size, idle_mib: int, in_force_s: tuple[float, ...]
) -> company.OneCompany:
    taken = [rounds.Round(2_000, 0.02, each / 1000, 1.0, 0.0004) for each in one_call_ms]
    return company.OneCompany(size, taken, 2.4, idle_mib * 2**20, in_force_s, 0.021)


def figures_of(one_call_ms: tuple[float, ...], longest_s: float) -> company.CompanyFigures:
    return company.CompanyFigures(
        one_company((1.0, 2.0, 3.0), size=company.FULL.empty, idle_mib=135, in_force_s=(0.3, 0.2)),
        one_company(
            one_call_ms, size=company.FULL.large, idle_mib=235, in_force_s=(0.5, longest_s, 0.4)
        ),
    )


def test_table() -> None:
    assert company.table(figures_of((1.1, 2.4, 4.0), 0.94)).splitlines() == [
        "|  | empty | 10,000 branches, 100,000 users, 1,000,000 calls | target |",
        "| --- | ---: | ---: | --- |",
        "| median time of one call, one at a time | 2.00 ms | 2.40 ms |  |",
        "| large / empty | 1.000 | 1.200 | at most 1.200: met |",
        "| server's processor time for one call | 0.40 ms | 0.40 ms |  |",
        "| process start to first page served | 2.4 s | 2.4 s |  |",
        "| memory of the idle server | 135 MiB | 235 MiB |  |",
        "| memory of 1,000 users | – | 1,024 KiB |  |",
        "| a changed setting in force after, median of 3 | 0.25 s | 0.50 s |  |",
        "| the same, longest | 0.30 s | 0.94 s | at most 1.00 s: met |",
        "| 99th percentile of calls meanwhile, 32 in flight | 21.00 ms | 21.00 ms |  |",
    ]


def test_missed_targets_are_shown() -> None:
    shown = company.table(figures_of((1.1, 2.5, 4.0), 1.1))
    assert "| large / empty | 1.000 | 1.250 | at most 1.200: **missed** |" in shown
    assert "| 1.10 s | at most 1.00 s: **missed** |" in shown
