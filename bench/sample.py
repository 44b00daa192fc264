"""The database function that is measured: the sample of the old system's manual, word for word.

Only the host that its branch MAIN dials at is another: the stand-in's instead of `sys1:82`.
"""

from dataclasses import dataclass

from bench import BenchError
from bench.servers import ROOT

PHONE_SYSTEM_SETTING = "SYNETY"
"""The general setting by which the sample chooses a phone system."""

PHONE_SYSTEM = "MAIN"

DIAL_PATH = "/api/call/makecall/"
"""The path that the sample dials for MAIN; extension, number and the outside line follow."""

_FILE = ROOT / "tests" / "functions" / "sample.sql"
_URL = f"http://sys1:82{DIAL_PATH}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Median seconds of one evaluation: with the tables in the database, and in memory."""

    database_s: float
    memory_s: float


def source(authority: str) -> str:
    """The sample, dialling at `authority`. Raises BenchError when the file is not the sample."""
    text = _FILE.read_text(encoding="utf-8")
    if text.count(_URL) != 1:
        raise BenchError(f"{_FILE} does not dial {_URL} in one place")
    return text.replace(_URL, f"http://{authority}{DIAL_PATH}")


def dial_string(authority: str, extension: str, number: str) -> str:
    """What the sample returns for a caller of a branch with MAIN."""
    return f"http://{authority}{DIAL_PATH}{extension}/{number}/9"
