"""The bench of growth: a short run on a real PostgreSQL, which core has what, and what the table says."""

from pathlib import Path

import pytest
from bench.filling import Size

from bench import growth, rounds, sections, servers, webdial
from tests.bench.own_children import OwnChildren
from tests.bench.pace import SHORT
from tests.real import presence

PACE = growth.GrowthPace(
    size=Size(branches=3, users=3, tokens=0, calls=0, callers=3),
    rounds=SHORT,
)


@pytest.mark.thorough
def test_short_run(tmp_path: Path, own_children: OwnChildren) -> None:
    presence.require("postgresql")
    program = webdial.find_program()
    assert program is not None
    told: list[str] = []
    figures = growth.measure_growth(
        tmp_path, program, cores=servers.choose_cores(), tell=told.append, pace=PACE
    )
    assert told[0] == "starting PostgreSQL"
    assert tuple(figures.rounds) == growth.NAMES
    for name in growth.NAMES:
        (taken,) = figures.rounds[name]
        assert taken.per_second > 0
        assert (taken.database_cpu_s > 0) == (name != "SQLite")
    assert own_children() == []


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        ([0], growth.Places(0, 0, (0, 0), 0, are_apart=False)),
        ([0, 1], growth.Places(0, 0, (0, 0), 1, are_apart=False)),
        ([0, 1, 2], growth.Places(0, 0, (0, 0), 1, are_apart=False)),
        ([0, 1, 2, 3], growth.Places(0, (0, 2), (0, 2), [3], are_apart=True)),
        ([2, 3, 5, 7, 8], growth.Places(2, (2, 5), (2, 5), [7, 8], are_apart=True)),
    ],
)
def test_second_process_gets_a_core_where_one_is_left(
    available: list[int], expected: growth.Places
) -> None:
    first, *others = available
    cores = servers.Cores(server=first, harness=others[0] if others else first)
    assert growth.choose_places(cores, available) == expected


def test_nothing_is_pinned_where_nothing_can_be() -> None:
    cores = servers.Cores(server=None, harness=None)
    places = growth.choose_places(cores, [])
    assert places == growth.Places(None, None, (None, None), None, are_apart=False)


def taken(per_second: float, cpu_ms: float) -> list[rounds.Round]:
    return [rounds.Round(per_second, 0.02, 0.003, 1.0, cpu_ms / 1000, 0.0002)]


def figures_of(workers: float, cpu_ms: float, *, are_apart: bool) -> growth.GrowthFigures:
    measured = {
        "SQLite": taken(3_000, 0.3),
        "PostgreSQL": taken(2_000, 0.4),
        "two workers": taken(workers, cpu_ms),
        "two nodes": taken(3_500, 0.44),
    }
    return growth.GrowthFigures(measured, are_apart)


def test_table_of_two_with_a_core_each() -> None:
    shown = growth.table(figures_of(3_400, 0.47, are_apart=True)).splitlines()
    assert shown == [
        "|  | SQLite | PostgreSQL | PostgreSQL, two workers | PostgreSQL, two nodes | target |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        "| calls per second, 32 in flight for each process | 3,000 | 2,000 | 3,400 | 3,500 |  |",
        "| of what one process does on PostgreSQL | 1.500 | 1.000 | 1.700 | 1.750 | at least 1.700: met |",
        "| the same with a core each, by processor time | – | 1.000 | 1.702 | 1.818 | at least 1.700: met |",
        "| servers' processor time for one call | 0.30 ms | 0.40 ms | 0.47 ms | 0.44 ms |  |",
        "| PostgreSQL's processor time for one call | – | 0.20 ms | 0.20 ms | 0.20 ms |  |",
        "| 99th percentile of one call, 32 in flight for each process | 20.00 ms | 20.00 ms | 20.00 ms | 20.00 ms |  |",
        "| median time of one call, one at a time | 3.00 ms | 3.00 ms | 3.00 ms | 3.00 ms |  |",
    ]


def test_two_on_one_core_are_judged_by_processor_time_alone() -> None:
    shown = growth.table(figures_of(1_900, 0.50, are_apart=False)).splitlines()
    assert shown[3].endswith("| 0.950 | 1.750 | at least 1.700, where each has a core |")
    assert shown[4].endswith("| – | 1.000 | 1.600 | 1.818 | at least 1.700: **missed** |")


def test_without_postgresql_the_part_says_what_it_misses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "missing", lambda part: f"{part} is not on this machine")
    (section,) = (each for each in sections.SECTIONS if each.name == "growth")
    cores = servers.choose_cores()
    measured = sections.measure_section(section, tmp_path, ("webdial",), cores, lambda _: None)
    assert measured.table == ""
    assert measured.why_not == "postgresql is not on this machine."
    assert list(tmp_path.iterdir()) == []
