"""Writes the table of docs/reference/faults.md from tests/cases/faults.toml.

python3 dev.py run python -m tests.docs.faults
"""

from typing import Final

from tests.docs.manual import ROOT
from tests.exchange.fault_table import Fault, faults
from webdial.exchange.gates import is_gone
from webdial.exchange.outcome import Outcome, Verdict

PAGE: Final = ROOT / "docs/reference/faults.md"
BEGIN: Final = "<!-- generated -->"
END: Final = "<!-- end -->"


def table() -> str:
    """Every fault with what becomes of the call."""
    rows = [
        "| the phone system | outcome | the user reads | may have rung | counts as gone |",
        "|---|---|---|---|---|",
        *(_row(fault) for fault in faults()),
    ]
    return "\n".join(rows)


def _row(fault: Fault) -> str:
    outcome = Outcome(fault.outcome)
    beneath = Outcome.TIMED_OUT if fault.through == "log-in" and fault.hasty else None
    gone = is_gone(Verdict(outcome, fault.status, beneath=beneath))
    rung = "yes" if outcome.may_have_rung or outcome.is_success else "no"
    counts = "yes" if gone else "no"
    return f"| {fault.does} | `{outcome.value}` | {fault.sentence} | {rung} | {counts} |"


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
