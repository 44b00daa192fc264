"""Figures for Prometheus: what the exchange tells of its calls, counted.

One registry of our own, so that nothing else in the process gets into it. With several workers each keeps
its figures in files of a folder that all share, by which whoever is asked tells the sum. No number, no user and no
address stands in a label; what can be a label's value is bounded. docs/how-to/watch-it.md describes
every figure.
"""

import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

import webdial
from webdial.exchange.calls import Channel, PlacedCall
from webdial.exchange.outcome import Outcome
from webdial.exchange.watching import Watcher

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

MAX_PHONE_SYSTEMS: Final = 200
"""Names of phone systems that are told apart since the start; later ones share one."""

MAX_CODES: Final = 200
"""Error codes that are told apart: the program has fewer."""

OTHERS: Final = "(others)"
"""Stands for names beyond the limit; no phone system has this name, since it says so little."""

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable. The process that starts workers sets it for them, and nobody else does."""

_TRIES, _PAUSE_S = 10, 0.01

_ANSWER_BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_FUNCTION_BUCKETS_S = (0.0005, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 5)
_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


_worker: int | None = None


def share_figures(worker: int) -> None:
    """This process is a worker, and keeps its figures in SHARED_FOLDER under its number.

    Not under the process's: whoever follows a dead worker goes on with its counts.
    """
    global _worker  # noqa: PLW0603 - said once, before there are figures
    _worker = worker
    values.ValueClass = values.MultiProcessValue(lambda: worker)  # type: ignore[no-untyped-call]


def forget_worker(number: int, folder: Path) -> None:
    """A worker is dead: what it had in flight counts no more, what it has counted stays."""
    mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]


class Metrics(Watcher):
    """Counts what it is told. Each labelled figure is looked up once and kept: a call costs µs."""

    def __init__(self) -> None:
        # When a counter began is when the process did.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._calls: dict[tuple[Outcome, Channel, str], Counter] = {}
        self._by_system: dict[str, _OfSystem] = {}
        self._log_ins: dict[tuple[str, bool], Counter] = {}
        self._stops: dict[tuple[Channel, str], Counter] = {}
        self._runs: dict[str, Counter] = {}
        self._blocks: dict[tuple[Channel, str], Counter] = {}
        self._make_figures_of_calls()
        self._make_figures_of_parts()
        self._looked_at: list[tuple[Gauge, Callable[[], float]]] = []
        self._process = ProcessCollector(registry=None if self.is_shared else self.registry)
        self._of_process: dict[str, Gauge] = {}

    def text(self) -> bytes:
        """All figures in Prometheus' text format. May be called from any thread."""
        if not self.is_shared:
            return generate_latest(self.registry)
        everybodys = CollectorRegistry()
        MultiProcessCollector(everybodys)  # type: ignore[no-untyped-call]
        for _ in range(_TRIES):
            with suppress(struct.error):  # a worker is making its file at this moment
                return generate_latest(everybodys)
            time.sleep(_PAUSE_S)
        return generate_latest(everybodys)

    def show(
        self, name: str, help_text: str, read: Callable[[], float], *, of_all: str = "sum"
    ) -> None:
        """A gauge that is read when it is asked for. `of_all`: what is told of several workers, sum or min."""
        # The library takes the mode for one of seven words.
        mode: Any = f"live{of_all}"
        gauge = Gauge(name, help_text, registry=self.registry, multiprocess_mode=mode)
        if self.is_shared:
            self._looked_at.append((gauge, read))
        else:
            gauge.set_function(read)

    @property
    def is_shared(self) -> bool:
        """Whether there are other workers, who must be told what is looked at here: see `look`."""
        return _worker is not None

    def look(self) -> None:
        """Put down for the other workers what they cannot look at. To be called every second."""
        for gauge, read in self._looked_at:
            gauge.set(read())
        for family in self._process.collect():
            for sample in family.samples:
                self._figure_of_process(sample.name, family.documentation).set(sample.value)

    def _figure_of_process(self, name: str, help_text: str) -> Gauge:
        if name not in self._of_process:
            gauge = Gauge(
                name, help_text, ("worker",), registry=self.registry, multiprocess_mode="livemax"
            )
            self._of_process[name] = gauge.labels(str(_worker))
        return self._of_process[name]

    def call_begun(self, call: PlacedCall) -> None:
        self._of(call.prepared.phone_system).in_flight.inc()

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        name = call.prepared.phone_system
        system = self._of(name)
        system.in_flight.dec()
        system.whole.observe(took_s)
        key = (call.outcome, call.channel, system.name)
        counted = self._calls.get(key)
        if counted is None:
            labels = (call.outcome.value, call.channel.value, system.name)
            counted = self._calls[key] = self._call_count.labels(*labels)
        counted.inc()

    def call_stopped(self, channel: Channel, error_code: str) -> None:
        key = (channel, error_code)
        if key not in self._stops:
            if len(self._stops) >= MAX_CODES * len(Channel):
                key = (channel, OTHERS)
            self._stops[key] = self._stop_count.labels(channel.value, key[1])
        self._stops[key].inc()

    def call_blocked(self, channel: Channel, reason: str) -> None:
        key = (channel, reason)
        if key not in self._blocks:
            self._blocks[key] = self._block_count.labels(channel.value, reason)
        self._blocks[key].inc()

    def answered(self, phone_system: str, took_s: float) -> None:
        self._of(phone_system).answer.observe(took_s)

    def held_back(self, phone_system: str, *, addresses: int) -> None:
        self._held_back.labels(self._of(phone_system).name).set(addresses)

    def logged_in(self, phone_system: str, *, is_success: bool) -> None:
        key = (self._of(phone_system).name, is_success)
        if key not in self._log_ins:
            self._log_ins[key] = self._log_in_count.labels(
                key[0], "done" if is_success else "failed"
            )
        self._log_ins[key].inc()

    def function_ran(self, result: str, took_s: float) -> None:
        if result not in self._runs:
            result = result if len(self._runs) < MAX_CODES else OTHERS
            self._runs[result] = self._run_count.labels(result)
        self._runs[result].inc()
        self._run_time.observe(took_s)

    def end_not_written(self, call_id: UUID) -> None:
        self._late_count.inc()

    def entries_written(self, lags_s: Sequence[float]) -> None:
        self._batch.observe(len(lags_s))
        for lag_s in lags_s:
            self._lag.observe(lag_s)

    def entries_failed(self, count: int) -> None:
        self._failed_count.inc(count)

    def _of(self, name: str) -> "_OfSystem":
        system = self._by_system.get(name)
        if system is None:
            shown = name if len(self._by_system) < MAX_PHONE_SYSTEMS else OTHERS
            system = _OfSystem(
                shown,
                self._in_flight.labels(shown),
                self._whole_time.labels(shown),
                self._answer_time.labels(shown),
            )
            if shown == name:  # what shares the name of all others is found again each time
                self._by_system[name] = system
        return system

    def _make_figures_of_calls(self) -> None:
        registry, of_system = self.registry, ("phone_system",)
        self._call_count = Counter(
            "webdial_calls", "Calls that have ended, by outcome, door and phone system.",
            ("outcome", "channel", "phone_system"), registry=registry,
        )  # fmt: skip
        self._stop_count = Counter(
            "webdial_calls_stopped", "Calls that were stopped before anything left, by error code.",
            ("channel", "code"), registry=registry,
        )  # fmt: skip
        self._block_count = Counter(
            "webdial_calls_blocked", "Calls that a rule of who may ring what has stopped, by rule.",
            ("channel", "reason"), registry=registry,
        )  # fmt: skip
        self._in_flight = Gauge(
            "webdial_calls_in_flight", "Calls that are being placed now.", of_system,
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._whole_time = Histogram(
            "webdial_call_seconds", "From the click to the outcome.", of_system,
            buckets=_ANSWER_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._answer_time = Histogram(
            "webdial_phone_system_seconds", "From a dial request to its answer.", of_system,
            buckets=_ANSWER_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._held_back = Gauge(
            "webdial_phone_system_held_back",
            "Addresses of the phone system that do not answer; calls to them are held back.",
            of_system, registry=registry, multiprocess_mode="livemax",
        )  # fmt: skip
        self._log_in_count = Counter(
            "webdial_log_ins", "Log-ins at phone systems.", ("phone_system", "result"),
            registry=registry,
        )  # fmt: skip

    def _make_figures_of_parts(self) -> None:
        registry = self.registry
        self._batch = Histogram(
            "webdial_journal_batch_entries", "Entries of one commit.",
            buckets=_BATCH_BUCKETS, registry=registry,
        )  # fmt: skip
        self._lag = Histogram(
            "webdial_journal_lag_seconds", "From asking for an entry to be written to its commit.",
            buckets=_LAG_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._failed_count = Counter(
            "webdial_journal_failures", "Entries that could not be written.", registry=registry
        )
        self._late_count = Counter(
            "webdial_journal_late_ends", "Outcomes that could not be written at once.",
            registry=registry,
        )  # fmt: skip
        self._run_count = Counter(
            "webdial_function_runs", "Calls of the database function, by what came of it.",
            ("result",), registry=registry,
        )  # fmt: skip
        self._run_time = Histogram(
            "webdial_function_seconds", "How long the database function took, its turn included.",
            buckets=_FUNCTION_BUCKETS_S, registry=registry,
        )  # fmt: skip
        build = Gauge(
            "webdial_build_info", "Always 1; the version.", ("version",), registry=registry,
            multiprocess_mode="livemax",
        )  # fmt: skip
        build.labels(webdial.__version__).set(1)


class _OfSystem:
    """The figures of one phone system."""

    __slots__ = ("answer", "in_flight", "name", "whole")

    def __init__(self, name: str, in_flight: Gauge, whole: Histogram, answer: Histogram) -> None:
        self.name = name
        self.in_flight = in_flight
        self.whole = whole
        self.answer = answer
