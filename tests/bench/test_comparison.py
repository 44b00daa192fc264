"""A run where Webdial is not installed: stand-in and relay alone."""

from pathlib import Path

from bench import comparison, rounds, servers

PACE = rounds.Pace(
    rounds=1,
    starts=2,
    evaluations=1,
    warm_up_s=0.1,
    together_s=0.3,
    alone_warm_up_s=0.01,
    alone_s=0.3,
)


def test_run_without_webdial_starts_the_relay_anew(tmp_path: Path) -> None:
    told: list[str] = []
    measured = comparison.compare(
        tmp_path, None, pace=PACE, cores=servers.choose_cores(), tell=told.append
    )
    assert told == ["starting stand-in", "starting bare relay", "round 1 of 1"]
    assert measured.webdial is None
    assert 0 <= measured.stolen < 1
    for figures in (measured.standin, measured.relay):
        assert len(figures.rounds) == 1
        assert figures.upkeep.start_s > 0
        assert figures.upkeep.idle_bytes > 2**20
