"""The table and the page, from figures made up so that every cell can be foretold."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import comparison, machine, report, rounds, sample, sections, servers

MIB = 2**20


def figures(*taken: tuple[float, float], busy: float = 1.0) -> comparison.Figures:
    """Rounds of calls per second and milliseconds of one call."""
    return comparison.Figures(
        [
            rounds.Round(per_second, 0.02, one_call_ms / 1000, busy, 0.0002)
            for per_second, one_call_ms in taken
        ]
    )


def server_figures(
    *taken: tuple[float, float], busy: float = 1.0, idle_mib: int = 45, start_s: float = 0.5
) -> comparison.ServerFigures:
    upkeep = comparison.Upkeep(idle_mib * MIB, (idle_mib + 1) * MIB, start_s)
    return comparison.ServerFigures(figures(*taken, busy=busy).rounds, upkeep)


BY_WEBDIAL = comparison.WebdialFigures(
    dial_string=server_figures(
        (3_000, 1.30), (2_100, 1.70), (2_000, 1.40), idle_mib=160, start_s=3.04
    ),
    posted=figures((2_800, 1.35), (2_000, 1.75), (1_900, 1.45)),
    phone_system=figures((2_700, 1.40), (1_900, 1.80), (1_700, 1.50)),
    function=figures((1_500, 1.80), (1_400, 2.00), (1_800, 1.90)),
    evaluation=sample.Evaluation(database_s=0.0000241, memory_s=0.0000149),
)
COMPARISON = comparison.Comparison(
    setting=comparison.Setting(
        machine=machine.Machine(
            "Abacus 9", 2, "CPython 3.11.7", "Debian", ("aiohttp 3.14.5", "uvloop 1")
        ),
        day=date(2026, 11, 22),
        cores_apart=True,
        file_system="ext4",
        commit_s=0.000284,
    ),
    stolen=0.009,
    standin=server_figures((60_000, 0.02), (50_000, 0.02), (40_000, 0.02)),
    relay=server_figures((6_000, 0.40), (3_000, 0.60), (5_000, 0.50)),
    webdial=BY_WEBDIAL,
)


def test_table_puts_the_contenders_side_by_side() -> None:
    assert report.table(COMPARISON).splitlines() == [
        "|  | stand-in alone | bare relay | Webdial | by POST | by JSON | by FUNCTION | target |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
        "| calls per second on one core, 32 in flight | 50,000 | 5,000 | 2,100 | 2,000 | 1,900 | 1,500 |  |",
        "| Webdial / relay | – | 1.000 | 0.500 | 0.467 | 0.450 | 0.360 | at least 0.500: met |",
        "| JSON phone system / dial string that posts | – | – | – | 1.000 | 0.950 | – | at least 0.900: met |",
        "| FUNCTION / dial string | – | – | 1.000 | – | – | 0.667 | at least 0.700: **missed** |",
        "| 99th percentile of one call, 32 in flight | 20.00 ms | 20.00 ms | 20.00 ms | 20.00 ms | 20.00 ms | 20.00 ms |  |",
        "| server's processor time for one call | 0.20 ms | 0.20 ms | 0.20 ms | 0.20 ms | 0.20 ms | 0.20 ms |  |",
        "| median time of one call, one at a time | 0.02 ms | 0.50 ms | 1.40 ms | 1.45 ms | 1.50 ms | 1.90 ms |  |",
        "| added to the stand-in alone | – | 0.48 ms | 1.38 ms | 1.43 ms | 1.48 ms | 1.88 ms |  |",
        "| Webdial minus relay | – | – | 0.90 ms | 0.95 ms | 1.00 ms | 1.40 ms | at most 1.00 ms: met |",
        "| the sample function alone, its tables in SQLite | – | – | – | – | – | 24 µs |  |",
        "| the sample function alone, its tables in memory | – | – | – | – | – | 15 µs |  |",
        "| memory of the idle server | – | 45 MiB | 160 MiB | – | – | – | at most 160 MiB: met |",
        "| memory after the run | – | 46 MiB | 161 MiB | – | – | – |  |",
        "| process start to first page served | – | 0.5 s | 3.0 s | – | – | – | at most 3.0 s: **missed** |",
        "",
        "- One durable SQLite commit takes 0.28 ms on this disk (ext4).",
    ]


def test_rounds_are_compared_with_their_own_round() -> None:
    relay = figures((100, 1), (10, 10), (100, 1))
    by_webdial = figures((50, 3), (5, 12), (50, 3))
    assert comparison.ratio(by_webdial, relay) == 0.5
    assert comparison.added_s(by_webdial, relay) == pytest.approx(0.002)


def test_table_without_webdial_says_so() -> None:
    text = report.table(replace(COMPARISON, webdial=None))
    assert "| Webdial / relay | – | 1.000 | – | – | – | – | at least 0.500 |" in text
    assert (
        "| JSON phone system / dial string that posts | – | – | – | – | – | – | at least 0.900 |"
        in text
    )
    assert "| FUNCTION / dial string | – | – | – | – | – | – | at least 0.700 |" in text
    assert "- Webdial is not installed beside this Python and was not measured." in text


def test_function_that_keeps_up_meets_its_target() -> None:
    keeps_up = replace(BY_WEBDIAL, function=figures((2_100, 1), (1_470, 1), (1_401, 1)))
    text = report.table(replace(COMPARISON, webdial=keeps_up))
    assert (
        "| FUNCTION / dial string | – | – | 1.000 | – | – | 0.700 | at least 0.700: met |" in text
    )


def test_target_that_is_missed_by_a_hair_is_shown_as_missed() -> None:
    falls_behind = replace(BY_WEBDIAL, function=figures((2_100, 1), (1_466, 1), (1_396, 1)))
    text = report.table(replace(COMPARISON, webdial=falls_behind))
    assert "| 1.000 | – | – | 0.698 | at least 0.700: **missed** |" in text


def test_table_tells_of_a_server_that_was_held_back() -> None:
    held_back = server_figures((1, 1), (1, 1), (1, 1), busy=0.38)
    text = report.table(replace(COMPARISON, relay=held_back))
    assert "- The relay server had only 38% of its core:" in text


def test_table_tells_of_a_host_that_had_other_work() -> None:
    note = "- The host of this virtual machine kept 4% of the processors' time from it:"
    assert note in report.table(replace(COMPARISON, stolen=0.041))


def test_shared_core_is_told_in_table_and_page() -> None:
    shared = replace(COMPARISON, setting=replace(COMPARISON.setting, cores_apart=False))
    assert "The server had no core to itself" in report.table(shared)
    assert "shared the machine's cores." in report.page(shared)


def test_page_names_day_machine_packages_and_limits() -> None:
    text = report.page(COMPARISON)
    assert text.startswith(
        "# Performance\n\nMeasured by `python3 dev.py bench` on 22 November 2026;"
    )
    assert "in 3 alternating rounds" in text
    assert report.table(COMPARISON) in text
    assert "## What limits each figure" in text
    assert text.endswith(
        "Machine: Abacus 9, 2 cores; Debian; CPython 3.11.7.\nPackages: aiohttp 3.14.5, uvloop 1.\n"
    )


SECTION = sections.Section(
    "part", "A part", "How it was measured.", "- **It**: the disk.", lambda *_: "| 1 |"
)


def test_page_tells_of_each_part_with_its_table_and_limits() -> None:
    text = report.page(COMPARISON, [sections.Measured(SECTION, "| 1 |")])
    part = "## A part\n\nHow it was measured.\n\n| 1 |\n\n- **It**: the disk.\n\nMachine: Abacus 9"
    assert part in text
    assert text.index("## What limits each figure") < text.index("## A part")


def test_part_that_was_not_measured_says_why_and_limits_nothing() -> None:
    missing = sections.Measured(SECTION, why_not="Nobody was there.")
    text = report.page(COMPARISON, [missing])
    part = (
        "## A part\n\nHow it was measured.\n\nNot measured. Nobody was there.\n\nMachine: Abacus 9"
    )
    assert part in text
    assert report.section_table(missing) == "A part\n\nNot measured. Nobody was there."


def test_quick_run_names_the_parts_that_it_leaves_out() -> None:
    shown = [report.section_table(each) for each in sections.left_out()]
    why = "Not measured. A whole run measures it; this one was quick."
    assert shown == [
        f"Calls that wait\n\n{why}",
        f"A large company\n\n{why}",
        f"SQLite, PostgreSQL, two workers, two nodes\n\n{why}",
    ]


def test_part_without_webdial_says_so(tmp_path: Path) -> None:
    measured = sections.measure_section(
        SECTION, tmp_path, None, servers.choose_cores(), lambda _: None
    )
    assert measured == sections.Measured(
        SECTION, why_not="Webdial is not installed beside this Python."
    )


def test_part_is_measured_in_a_folder_of_its_own(tmp_path: Path) -> None:
    told: list[str] = []
    measured = sections.measure_section(
        SECTION, tmp_path, ("webdial",), servers.choose_cores(), told.append
    )
    assert measured == sections.Measured(SECTION, "| 1 |")
    assert told == ["A part"]
    assert [folder.name for folder in tmp_path.iterdir()] == ["part"]
