"""The table for people: Webdial next to the relay, with the targets and whether they are met."""

from collections.abc import Callable, Iterator

from bench.comparison import Comparison, Figures, Setting, added_s, ratio
from bench.rounds import IN_FLIGHT

LEAST_RATIO = 0.5
"""Webdial's calls per second over the relay's: what users, rules and a durable journal may cost."""

MOST_ADDED_S = 0.001
"""Webdial's time for one call over the relay's: not to be noticed by who clicks."""

MOST_IDLE_BYTES = 160 * 2**20
"""An idle server beside others on the smallest rented machine."""

MOST_START_S = 3.0
"""From the process to the first page: a restart that nobody reports."""

_LEAST_BUSY = 0.9
"""Below this share of its core a server was held back by something else than itself."""

_NONE = "–"


def table(comparison: Comparison) -> str:
    """The figures side by side, as a Markdown table with its notes."""
    rows = [
        ("", "stand-in alone", "bare relay", "Webdial", "target"),
        ("---", "---:", "---:", "---:", "---"),
        *_call_rows(comparison),
        *_upkeep_rows(comparison),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    notes = [f"- {note}" for note in _notes(comparison)]
    return "\n".join((*lines, "", *notes))


def _call_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    standin, relay, webdial = comparison.standin, comparison.relay, comparison.webdial

    def row(label: str, show: Callable[[Figures], str]) -> tuple[str, ...]:
        return (label, show(standin), show(relay), show(webdial) if webdial else _NONE, "")

    yield row(
        f"calls per second on one core, {IN_FLIGHT} in flight",
        lambda figures: f"{figures.median(lambda taken: taken.per_second):,.0f}",
    )
    yield (
        *("Webdial / relay", _NONE, "1.00"),
        *_at_least(LEAST_RATIO, ratio(webdial, relay) if webdial else None, _as_ratio),
    )
    yield row(
        f"99th percentile of one call, {IN_FLIGHT} in flight",
        lambda figures: _as_ms(figures.median(lambda taken: taken.p99_s)),
    )
    yield row(
        "server's processor time for one call",
        lambda figures: _as_ms(figures.median(lambda taken: taken.cpu_s)),
    )
    yield row(
        "median time of one call, one at a time",
        lambda figures: _as_ms(figures.median(lambda taken: taken.one_call_s)),
    )
    yield (
        *("added to the stand-in alone", _NONE, _as_ms(added_s(relay, standin))),
        *(_as_ms(added_s(webdial, standin)) if webdial else _NONE, ""),
    )
    yield (
        *("Webdial minus relay", _NONE, _NONE),
        *_at_most(MOST_ADDED_S, added_s(webdial, relay) if webdial else None, _as_ms),
    )


def _upkeep_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    relay = comparison.relay.upkeep
    webdial = comparison.webdial.upkeep if comparison.webdial else None
    yield (
        *("memory of the idle server", _NONE, _as_mib(relay.idle_bytes)),
        *_at_most(MOST_IDLE_BYTES, webdial.idle_bytes if webdial else None, _as_mib),
    )
    yield (
        *("memory after the run", _NONE, _as_mib(relay.worked_bytes)),
        *(_as_mib(webdial.worked_bytes) if webdial else _NONE, ""),
    )
    yield (
        *("process start to first page served", _NONE, _as_s(relay.start_s)),
        *_at_most(MOST_START_S, webdial.start_s if webdial else None, _as_s),
    )


def _at_least(least: float, value: float | None, show: Callable[[float], str]) -> tuple[str, str]:
    """The cells of a value that may be missing and of the target it is to reach."""
    is_met = value is not None and value >= least
    return _judged(f"at least {show(least)}", value, show, is_met=is_met)


def _at_most(most: float, value: float | None, show: Callable[[float], str]) -> tuple[str, str]:
    """The cells of a value that may be missing and of the target it is to stay within."""
    is_met = value is not None and value <= most
    return _judged(f"at most {show(most)}", value, show, is_met=is_met)


def _judged(
    target: str, value: float | None, show: Callable[[float], str], *, is_met: bool
) -> tuple[str, str]:
    if value is None:
        return _NONE, target
    return show(value), f"{target}: {'met' if is_met else '**missed**'}"


def _notes(comparison: Comparison) -> Iterator[str]:
    setting = comparison.setting
    yield (
        f"One durable SQLite commit takes {_as_ms(setting.commit_s)} on this disk"
        f" ({setting.file_system})."
    )
    if comparison.webdial is None:
        yield "Webdial is not installed beside this Python and was not measured."
    if not setting.cores_apart:
        yield "The server had no core to itself, so its figures depend on the rest of the bench."
    for name, figures in _named(comparison):
        busy = figures.median(lambda taken: taken.busy)
        if setting.cores_apart and busy < _LEAST_BUSY:
            yield (
                f"The {name} server had only {busy:.0%} of its core: others used it, or waiting"
                " held it back. Its calls per second are lower than they would be."
            )


def _named(comparison: Comparison) -> Iterator[tuple[str, Figures]]:
    yield "relay", comparison.relay
    if comparison.webdial:
        yield "Webdial", comparison.webdial


def page(comparison: Comparison) -> str:
    """The whole reference page: how it was measured, the machine, the table."""
    setting = comparison.setting
    machine = setting.machine
    return f"""# Performance

Measured by `python3 dev.py bench` on {setting.day:%d %B %Y}; run it to see your own machine's
figures. The bare relay takes a number over HTTP, sends one request to the stand-in and answers: no
correct system in this language can be faster. It knows no users, checks nothing and writes nothing
down. Webdial does all that and has every call on disk before anything leaves. The stand-in plays
the phone system and answers at once.

All were measured in one run in {len(comparison.relay.rounds)} alternating rounds; the figures are medians of the rounds. {_placement(setting)}
Every answer was checked, and the stand-in counted exactly the calls that succeeded.

{table(comparison)}

Machine: {machine.processor}, {machine.cores} cores; {machine.system}; {machine.python}.
Packages: {", ".join(machine.packages)}.
"""


def _placement(setting: Setting) -> str:
    if setting.cores_apart:
        return "The server ran on one core, the stand-in and the load generator on another."
    return "The server, the stand-in and the load generator shared the machine's cores."


def _as_ratio(value: float) -> str:
    return f"{value:.2f}"


def _as_ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _as_s(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _as_mib(size_bytes: float) -> str:
    return f"{size_bytes / 2**20:.0f} MiB"
