"""What a whole run measures after calls by each way, each with a table of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import company, growth, waiting
from bench.servers import Cores

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Section:
    """`measure` gives its table as Markdown, and raises BenchError; `why_not` says what it misses here.

    `about` stands before the table on the page, `limits` after it.
    """

    name: str
    title: str
    about: str
    limits: str
    measure: Callable[[Path, tuple[str, ...], Cores, Tell], str]
    why_not: Callable[[], str] = lambda: ""


def _waiting(folder: Path, program: tuple[str, ...], cores: Cores, tell: Tell) -> str:
    return waiting.table(waiting.measure_waiting(folder, program, cores=cores, tell=tell))


def _company(folder: Path, program: tuple[str, ...], cores: Cores, tell: Tell) -> str:
    return company.table(company.measure_company(folder, program, cores=cores, tell=tell))


def _growth(folder: Path, program: tuple[str, ...], cores: Cores, tell: Tell) -> str:
    return growth.table(growth.measure_growth(folder, program, cores=cores, tell=tell))


SECTIONS: Final = (
    Section("waiting", "Calls that wait", waiting.ABOUT, waiting.LIMITS, _waiting),
    Section("company", "A large company", company.ABOUT, company.LIMITS, _company),
    Section(
        "growth",
        "SQLite, PostgreSQL, two workers, two nodes",
        growth.ABOUT,
        growth.LIMITS,
        _growth,
        growth.why_not,
    ),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A section with its table; or without, and `why_not`."""

    section: Section
    table: str = ""
    why_not: str = ""


def measure_section(
    section: Section, folder: Path, program: tuple[str, ...] | None, cores: Cores, tell: Tell
) -> Measured:
    """Measure in a fresh folder of its own below `folder`. Raises BenchError."""
    if program is None:
        return Measured(section, why_not="Webdial is not installed beside this Python.")
    if why_not := section.why_not():
        return Measured(section, why_not=f"{why_not}.")
    tell(section.title)
    own = folder / section.name
    own.mkdir()
    return Measured(section, section.measure(own, program, cores, tell))


def left_out(sections: tuple[Section, ...] = SECTIONS) -> list[Measured]:
    """As a quick run has them."""
    return [
        Measured(each, why_not="A whole run measures it; this one was quick.") for each in sections
    ]
