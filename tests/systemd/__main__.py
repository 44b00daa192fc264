"""Boots a machine, starts Webdial there by its unit, kills it, silences it, stops it, and tells what came of it."""

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.systemd.machine import missing, run_on_machine

_DROP_IN: Final = """\
[Service]
WatchdogSec=5s
StandardOutput=append:/told
StandardError=append:/told
"""
"""The unit's own minute would only take longer; what the server says stands beside what is told."""

_NOTHING: Final = "0000000000000000"
EXPECTED: Final = {
    "started": "0",
    "ready": '"ready":true',
    "called": '"outcome":"sent"',
    "user": "webdial",
    "CapEff": _NOTHING,
    "CapBnd": _NOTHING,
    "NoNewPrivs": "1",
    "Seccomp": "2",
    "folder": "webdial 700",
    "database": "webdial 600",
    "backup": "0",
    "again_after_kill": '"ready":true',
    "called_after_kill": '"outcome":"sent"',
    "again_after_silence": '"ready":true',
    "called_after_silence": '"outcome":"sent"',
    "stopped": "success 0",
    "record": "All stands as it was written.",
}
MOST_EXPOSED: Final = 2.0
"""By `systemd-analyze security`, of 10."""


def main() -> int:
    if why := missing():
        print(why)
        return 1
    script = Path(__file__).with_name("trial.sh").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        told = run_on_machine(Path(folder), script, drop_in=_DROP_IN)
    found = dict(line.split("\t", 1) for line in told.splitlines() if "\t" in line)
    wrong = {name for name, value in EXPECTED.items() if found.get(name) != value}
    if not 0 < float(found.get("exposure") or 10) < MOST_EXPOSED:
        wrong.add("exposure")
    for name, value in found.items():
        print(f"{'WRONG ' if name in wrong else '':6}{name}: {value}")
    for name in sorted(wrong - found.keys()):
        print(f"WRONG {name}: not told")
    if wrong:
        print(told)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
