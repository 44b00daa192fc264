"""How tables of figures look: Markdown, a unit to each figure, and whether a target is met."""

from collections.abc import Callable, Sequence

NONE = "–"

Row = tuple[str, ...]


def markdown(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table; figures, between the first column and the last, stand to the right."""
    ruler = ("---", *("---:" for _ in head[1:-1]), "---")
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


def at_least(least: float, value: float | None, show: Callable[[float], str]) -> str:
    """The target, and whether the value reaches it; no word about a value that is missing."""
    return _target(f"at least {show(least)}", None if value is None else value >= least)


def at_most(most: float, value: float | None, show: Callable[[float], str]) -> str:
    """The target, and whether the value stays within it."""
    return _target(f"at most {show(most)}", None if value is None else value <= most)


def under(most: float, value: float, show: Callable[[float], str]) -> str:
    """The target, and whether the value stays below it."""
    return _target(f"under {show(most)}", value < most)


def _target(target: str, is_met: bool | None) -> str:
    return target if is_met is None else f"{target}: {'met' if is_met else '**missed**'}"


def as_ratio(value: float) -> str:
    """Three digits, since a target is missed by less than two would show."""
    return f"{value:.3f}"


def as_ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def as_us(seconds: float) -> str:
    return f"{seconds * 1_000_000:.0f} µs"


def as_s(seconds: float) -> str:
    return f"{seconds:.1f} s"


def as_mib(size_bytes: float) -> str:
    return f"{size_bytes / 2**20:.0f} MiB"
