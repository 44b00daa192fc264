"""The table and the page, from figures made up so that every cell can be foretold."""

from dataclasses import replace
from datetime import date

import pytest

from bench.comparison import Comparison, Figures, Setting, Upkeep, added_s, ratio
from bench.machine import Machine
from bench.report import page, table
from bench.rounds import Round

MIB = 2**20


def figures(
    *rounds: tuple[float, float], busy: float = 1.0, idle_mib: int = 45, start_s: float = 0.5
) -> Figures:
    """Rounds of calls per second and milliseconds of one call."""
    return Figures(
        [
            Round(per_second, 0.02, one_call_ms / 1000, busy, 0.0002)
            for per_second, one_call_ms in rounds
        ],
        Upkeep(idle_mib * MIB, (idle_mib + 1) * MIB, start_s),
    )


COMPARISON = Comparison(
    setting=Setting(
        machine=Machine("Abacus 9", 2, "CPython 3.11.7", "Debian", ("aiohttp 3.14.5", "uvloop 1")),
        day=date(2026, 11, 22),
        cores_apart=True,
        file_system="ext4",
        commit_s=0.000284,
    ),
    standin=figures((60_000, 0.02), (50_000, 0.02), (40_000, 0.02)),
    relay=figures((6_000, 0.40), (3_000, 0.60), (5_000, 0.50)),
    webdial=figures((3_000, 1.30), (2_100, 1.70), (2_000, 1.40), idle_mib=160, start_s=3.04),
)


def test_table_puts_the_contenders_side_by_side() -> None:
    assert table(COMPARISON).splitlines() == [
        "|  | stand-in alone | bare relay | Webdial | target |",
        "| --- | ---: | ---: | ---: | --- |",
        "| calls per second on one core, 32 in flight | 50,000 | 5,000 | 2,100 |  |",
        "| Webdial / relay | – | 1.00 | 0.50 | at least 0.50: met |",
        "| 99th percentile of one call, 32 in flight | 20.00 ms | 20.00 ms | 20.00 ms |  |",
        "| server's processor time for one call | 0.20 ms | 0.20 ms | 0.20 ms |  |",
        "| median time of one call, one at a time | 0.02 ms | 0.50 ms | 1.40 ms |  |",
        "| added to the stand-in alone | – | 0.48 ms | 1.38 ms |  |",
        "| Webdial minus relay | – | – | 0.90 ms | at most 1.00 ms: met |",
        "| memory of the idle server | – | 45 MiB | 160 MiB | at most 160 MiB: met |",
        "| memory after the run | – | 46 MiB | 161 MiB |  |",
        "| process start to first page served | – | 0.5 s | 3.0 s | at most 3.0 s: **missed** |",
        "",
        "- One durable SQLite commit takes 0.28 ms on this disk (ext4).",
    ]


def test_rounds_are_compared_with_their_own_round() -> None:
    slow_in_the_second = figures((100, 1), (10, 10), (100, 1)), figures((50, 3), (5, 12), (50, 3))
    relay, webdial = slow_in_the_second
    assert ratio(webdial, relay) == 0.5
    assert added_s(webdial, relay) == pytest.approx(0.002)


def test_table_without_webdial_says_so() -> None:
    text = table(replace(COMPARISON, webdial=None))
    assert "| Webdial / relay | – | 1.00 | – | at least 0.50 |" in text
    assert "- Webdial is not installed beside this Python and was not measured." in text


def test_table_tells_of_a_server_that_was_held_back() -> None:
    held_back = replace(COMPARISON, relay=figures((1, 1), (1, 1), (1, 1), busy=0.38))
    assert "- The relay server had only 38% of its core:" in table(held_back)


def test_shared_core_is_told_in_table_and_page() -> None:
    shared = replace(COMPARISON, setting=replace(COMPARISON.setting, cores_apart=False))
    assert "The server had no core to itself" in table(shared)
    assert "shared the machine's cores." in page(shared)


def test_page_names_day_machine_and_packages() -> None:
    text = page(COMPARISON)
    assert text.startswith(
        "# Performance\n\nMeasured by `python3 dev.py bench` on 22 November 2026;"
    )
    assert "in 3 alternating rounds" in text
    assert table(COMPARISON) in text
    assert text.endswith(
        "Machine: Abacus 9, 2 cores; Debian; CPython 3.11.7.\nPackages: aiohttp 3.14.5, uvloop 1.\n"
    )
