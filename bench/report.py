"""The table for people: Webdial next to the relay, with the targets and whether they are met."""

from collections.abc import Callable, Iterable, Iterator

from bench.comparison import Comparison, Figures, Setting, added_s, ratio
from bench.rounds import IN_FLIGHT
from bench.sections import Measured
from bench.tables import NONE, as_mib, as_ms, as_ratio, as_s, as_us, at_least, at_most, markdown

LEAST_RATIO = 0.5
"""Webdial's calls per second over the relay's: what users, rules and a durable journal may cost."""

LEAST_SYSTEM_RATIO = 0.9
"""Calls per second through a phone system with JSON and a kept log-in over those by a dial string that
posts too."""

LEAST_FUNCTION_RATIO = 0.7
"""Calls per second by the sample function over those by a dial string: what a language may cost."""

MOST_ADDED_S = 0.001
"""Webdial's time for one call over the relay's: not to be noticed by who clicks."""

MOST_IDLE_BYTES = 160 * 2**20
"""An idle server beside others on the smallest rented machine."""

MOST_START_S = 3.0
"""From the process to the first page: a restart that nobody reports."""

_LEAST_BUSY = 0.9
"""Below this share of its core a server was held back by something else than itself."""

_MOST_STOLEN = 0.01
"""Above this share the host had other work, and what it ran beside slowed the rest down too."""


def table(comparison: Comparison) -> str:
    """The figures side by side, as a Markdown table with its notes."""
    head = (
        "",
        "stand-in alone",
        "bare relay",
        "Webdial",
        "by POST",
        "by JSON",
        "by FUNCTION",
        "target",
    )
    rows = [
        *_call_rows(comparison),
        *_evaluation_rows(comparison),
        *_upkeep_rows(comparison),
    ]
    notes = [f"- {note}" for note in _notes(comparison)]
    return "\n".join((markdown(head, rows), "", *notes))


def _call_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    standin, relay, webdial = comparison.standin, comparison.relay, comparison.webdial
    by_string = webdial.dial_string if webdial else None
    by_post = webdial.posted if webdial else None
    by_system = webdial.phone_system if webdial else None
    by_function = webdial.function if webdial else None
    everyone = (standin, relay, by_string, by_post, by_system, by_function)

    def row(label: str, show: Callable[[Figures], str]) -> tuple[str, ...]:
        return (label, *(_shown(figures, show) for figures in everyone), "")

    yield row(
        f"calls per second on one core, {IN_FLIGHT} in flight",
        lambda figures: f"{figures.median(lambda taken: taken.per_second):,.0f}",
    )
    yield (
        *("Webdial / relay", NONE, as_ratio(1)),
        _shown(by_string, lambda figures: as_ratio(ratio(figures, relay))),
        _shown(by_post, lambda figures: as_ratio(ratio(figures, relay))),
        _shown(by_system, lambda figures: as_ratio(ratio(figures, relay))),
        _shown(by_function, lambda figures: as_ratio(ratio(figures, relay))),
        at_least(LEAST_RATIO, ratio(by_string, relay) if by_string else None, as_ratio),
    )
    of_string = ratio(webdial.phone_system, webdial.posted) if webdial else None
    yield (
        *("JSON phone system / dial string that posts", NONE, NONE, NONE),
        *(as_ratio(1) if webdial else NONE, NONE if of_string is None else as_ratio(of_string)),
        *(NONE, at_least(LEAST_SYSTEM_RATIO, of_string, as_ratio)),
    )
    of_string = ratio(webdial.function, webdial.dial_string) if webdial else None
    yield (
        *("FUNCTION / dial string", NONE, NONE, as_ratio(1) if webdial else NONE, NONE),
        NONE,
        NONE if of_string is None else as_ratio(of_string),
        at_least(LEAST_FUNCTION_RATIO, of_string, as_ratio),
    )
    yield row(
        f"99th percentile of one call, {IN_FLIGHT} in flight",
        lambda figures: as_ms(figures.median(lambda taken: taken.p99_s)),
    )
    yield row(
        "server's processor time for one call",
        lambda figures: as_ms(figures.median(lambda taken: taken.cpu_s)),
    )
    yield row(
        "median time of one call, one at a time",
        lambda figures: as_ms(figures.median(lambda taken: taken.one_call_s)),
    )
    yield (
        *("added to the stand-in alone", NONE, as_ms(added_s(relay, standin))),
        _shown(by_string, lambda figures: as_ms(added_s(figures, standin))),
        _shown(by_post, lambda figures: as_ms(added_s(figures, standin))),
        _shown(by_system, lambda figures: as_ms(added_s(figures, standin))),
        _shown(by_function, lambda figures: as_ms(added_s(figures, standin))),
        "",
    )
    yield (
        *("Webdial minus relay", NONE, NONE),
        _shown(by_string, lambda figures: as_ms(added_s(figures, relay))),
        _shown(by_post, lambda figures: as_ms(added_s(figures, relay))),
        _shown(by_system, lambda figures: as_ms(added_s(figures, relay))),
        _shown(by_function, lambda figures: as_ms(added_s(figures, relay))),
        at_most(MOST_ADDED_S, added_s(by_string, relay) if by_string else None, as_ms),
    )


def _evaluation_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    evaluation = comparison.webdial.evaluation if comparison.webdial else None
    label = "the sample function alone, its tables in"
    before = (NONE, NONE, NONE, NONE, NONE)
    yield (f"{label} SQLite", *before, as_us(evaluation.database_s) if evaluation else NONE, "")
    yield (f"{label} memory", *before, as_us(evaluation.memory_s) if evaluation else NONE, "")


def _upkeep_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    relay = comparison.relay.upkeep
    webdial = comparison.webdial.dial_string.upkeep if comparison.webdial else None
    yield (
        *("memory of the idle server", NONE, as_mib(relay.idle_bytes)),
        *(as_mib(webdial.idle_bytes) if webdial else NONE, NONE, NONE, NONE),
        at_most(MOST_IDLE_BYTES, webdial.idle_bytes if webdial else None, as_mib),
    )
    yield (
        *("memory after the run", NONE, as_mib(relay.worked_bytes)),
        *(as_mib(webdial.worked_bytes) if webdial else NONE, NONE, NONE, NONE, ""),
    )
    yield (
        *("process start to first page served", NONE, as_s(relay.start_s)),
        *(as_s(webdial.start_s) if webdial else NONE, NONE, NONE, NONE),
        at_most(MOST_START_S, webdial.start_s if webdial else None, as_s),
    )


def _shown(figures: Figures | None, show: Callable[[Figures], str]) -> str:
    return NONE if figures is None else show(figures)


def _notes(comparison: Comparison) -> Iterator[str]:
    setting = comparison.setting
    yield (
        f"One durable SQLite commit takes {as_ms(setting.commit_s)} on this disk"
        f" ({setting.file_system})."
    )
    if comparison.webdial is None:
        yield "Webdial is not installed beside this Python and was not measured."
    if not setting.cores_apart:
        yield "The server had no core to itself, so its figures depend on the rest of the bench."
    if comparison.stolen > _MOST_STOLEN:
        yield (
            f"The host of this virtual machine kept {comparison.stolen:.0%} of the processors' time"
            " from it: all figures are worse than on a quiet host, and the comparisons less sure."
        )
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
        yield "Webdial", comparison.webdial.dial_string


def section_table(measured: Measured) -> str:
    """One more table under its title, or why there is none."""
    return f"{measured.section.title}\n\n{measured.table or _missing(measured)}"


def _missing(measured: Measured) -> str:
    return f"Not measured. {measured.why_not}"


def _section(measured: Measured) -> str:
    section = measured.section
    shown = f"{measured.table}\n\n{section.limits}" if measured.table else _missing(measured)
    return f"## {section.title}\n\n{section.about}\n\n{shown}\n"


def page(comparison: Comparison, sections: Iterable[Measured] = ()) -> str:
    """The whole reference page: how it was measured, the machine, the tables, what limits what."""
    setting = comparison.setting
    machine = setting.machine
    return f"""# Performance

Measured by `python3 dev.py bench` on {setting.day:%d %B %Y}; run it to see your own machine's
figures. The bare relay takes a number over HTTP, sends one request to the stand-in and answers: no
correct system in this language can be faster. It knows no users, checks nothing and writes nothing
down. Webdial does all that and has every call on disk before anything leaves. The stand-in plays
the phone system and answers at once.

One caller of Webdial calls by a dial string, another by one that posts a form. A third calls through a
set-up phone system that wants a log-in, whose token is kept, and a JSON body, and answers in JSON that a
success rule reads. A fourth calls by FUNCTION: the database function of the
[older system's manual](../how-to/use-a-database-function.md), word for word but for the host.

All were measured in one run in {len(comparison.relay.rounds)} alternating rounds; the figures are medians of the rounds. {_placement(setting)}
Every answer was checked, and the stand-in counted exactly the calls that succeeded.

{table(comparison)}

{_LIMITS}
{"".join(f"{_section(measured)}{chr(10)}" for measured in sections)}Machine: {machine.processor}, {machine.cores} cores; {machine.system}; {machine.python}.
Packages: {", ".join(machine.packages)}.
"""


_LIMITS = """## What limits each figure

- **Calls per second**: the processor. One core does as many calls as its second holds the
  processor time for one call. The disk does not count: calls that arrive during a commit share the next, and
  what the server has at hand comes along.
  The stand-in alone shares its core with the load generator; what they could do together bounds every
  other figure, and is far above them.
- **One call at a time**: the disk. A call commits twice, before its request leaves and when its outcome
  is known, and nobody shares these commits with it. The rest is the outgoing request, which the relay
  makes as well, and the hand-over to the journal's thread and back.
- **By POST**: on Python 3.11 the HTTP library writes every body in a task of its own, which a request
  without a body is spared.
- **JSON phone system**: the same, and reading the answer by the rules of the phone system's file.
- **FUNCTION**: the function's own time, then reading what it returned as a dial string, which is
  done anew for each call, and the hand-over to a thread, so that a slow function holds up nobody.
- **The sample function alone**: one look-up of the caller in the tables and one general setting. What
  the tables in SQLite take longer is that look-up.
- **99th percentile**: calls that wait behind others on the one core, and now and then a commit that
  also tidies the database's log.
- **Memory and start**: the packages that are loaded, before all Django and FastAPI.
"""


def _placement(setting: Setting) -> str:
    if setting.cores_apart:
        return "The server ran on one core, the stand-in and the load generator on another."
    return "The server, the stand-in and the load generator shared the machine's cores."
