"""The property tests, again and again with new seeds: `python3 dev.py fuzz --minutes 10`.

Every round is a fresh process, so that what one round leaves behind cannot hide a fault from the
next. Ends with how many inputs were tried, and with status 1 at the first round that fails, whose
output and seed are printed.
"""

import argparse
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGETS = ("tests/dialstring", "tests/numbers", "tests/watcom")
_EXAMPLES = re.compile(
    r"generate phase .*?(\d+) passing.*?(\d+) failing.*?(\d+) invalid", re.DOTALL
)
_TEST = re.compile(r"^(tests/\S+::\S+):$", re.MULTILINE)


@dataclass
class Tally:
    """Inputs tried, by property test."""

    tried: dict[str, int] = field(default_factory=dict)

    def add(self, output: str) -> None:
        parts = _TEST.split(output)
        for name, report in zip(parts[1::2], parts[2::2], strict=True):
            count = sum(sum(map(int, found)) for found in _EXAMPLES.findall(report))
            self.tried[name] = self.tried.get(name, 0) + count

    @property
    def total(self) -> int:
        return sum(self.tried.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="dev.py fuzz", description="Run the property tests for a while."
    )
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    end = time.monotonic() + minutes * 60
    tally = Tally()
    rounds = 0
    while time.monotonic() < end:
        seed = secrets.randbelow(2**32)
        done = run_round(seed)
        if done.returncode:
            print(done.stdout, done.stderr, f"\nThe seed was {seed}.", sep="\n")
            return 1
        rounds += 1
        tally.add(done.stdout)
        left = max(0, round(end - time.monotonic()))
        print(f"round {rounds}: {tally.total:,} inputs so far, {left} s left", flush=True)
    for name, count in sorted(tally.tried.items()):
        print(f"{count:>12,}  {name}")
    print(f"{tally.total:>12,}  inputs in {rounds} rounds and {minutes:g} minutes, no fault")
    return 0


def run_round(seed: int) -> subprocess.CompletedProcess[str]:
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            *TARGETS,
            "-q",
            "-k",
            "properties or any_text or grouping",
        ),
        *("-p", "no:cacheprovider", "-n", "2", "--timeout", "1200"),
        *("--hypothesis-profile", "fuzz", f"--hypothesis-seed={seed}"),
        "--hypothesis-show-statistics",
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
