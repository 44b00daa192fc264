"""The figures: what is counted under which labels, and that there are never too many."""

from types import SimpleNamespace
from typing import cast
from uuid import uuid4

from webdial.exchange import Channel, Outcome, PlacedCall
from webdial.metrics import MAX_CODES, MAX_PHONE_SYSTEMS, OTHERS, Metrics


def a_call(phone_system: str, outcome: Outcome = Outcome.SENT) -> PlacedCall:
    """What metrics read of a call."""
    prepared = SimpleNamespace(phone_system=phone_system)
    call = SimpleNamespace(prepared=prepared, outcome=outcome, channel=Channel.API)
    return cast("PlacedCall", call)


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Values by their labels' values."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == name
    }


def test_call_is_in_flight_between_its_beginning_and_its_end() -> None:
    metrics = Metrics()
    call = a_call("HQ")
    metrics.call_begun(call)
    metrics.call_begun(call)
    assert samples(metrics, "webdial_calls_in_flight") == {("HQ",): 2}
    metrics.call_ended(call, 0.3)
    assert samples(metrics, "webdial_calls_in_flight") == {("HQ",): 1}
    assert samples(metrics, "webdial_calls_total") == {("sent", "api", "HQ"): 1}
    assert samples(metrics, "webdial_call_seconds_sum") == {("HQ",): 0.3}


def test_phone_systems_beyond_the_limit_share_one_name() -> None:
    metrics = Metrics()
    for number in range(MAX_PHONE_SYSTEMS + 50):
        call = a_call(f"system {number}")
        metrics.call_begun(call)
        metrics.call_ended(call, 0.1)
        metrics.logged_in(call.prepared.phone_system, is_success=False)
    for name in ("webdial_calls_total", "webdial_log_ins_total", "webdial_calls_in_flight"):
        assert len(samples(metrics, name)) == MAX_PHONE_SYSTEMS + 1
    assert samples(metrics, "webdial_calls_total")["sent", "api", OTHERS] == 50


def test_codes_beyond_the_limit_share_one_label() -> None:
    metrics = Metrics()
    for number in range(MAX_CODES * 5):
        metrics.call_stopped(Channel.API, f"code_{number}")
        metrics.function_ran(f"code_{number}", 0.1)
    stops = samples(metrics, "webdial_calls_stopped_total")
    assert len(stops) <= MAX_CODES * len(Channel) + 1
    assert sum(stops.values()) == MAX_CODES * 5
    runs = samples(metrics, "webdial_function_runs_total")
    assert (len(runs), sum(runs.values())) == (MAX_CODES + 1, MAX_CODES * 5)


def test_journal_is_counted_by_commit_and_by_entry() -> None:
    metrics = Metrics()
    metrics.entries_written([0.002, 0.004, 0.2])
    metrics.entries_failed(4)
    metrics.end_not_written(uuid4())
    assert samples(metrics, "webdial_journal_batch_entries_sum") == {(): 3}
    assert samples(metrics, "webdial_journal_lag_seconds_count") == {(): 3}
    assert samples(metrics, "webdial_journal_lag_seconds_bucket")[("0.005",)] == 2
    assert samples(metrics, "webdial_journal_failures_total") == {(): 4}
    assert samples(metrics, "webdial_journal_late_ends_total") == {(): 1}


def test_gauge_is_read_when_it_is_asked_for() -> None:
    metrics = Metrics()
    waiting = [1, 2, 3]
    metrics.show("webdial_journal_waiting", "Entries.", lambda: len(waiting))
    waiting.append(4)
    assert b"\nwebdial_journal_waiting 4.0\n" in metrics.text()
