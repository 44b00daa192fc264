"""What the lock files pin: looked at here, and asked after where a service of known weaknesses can be reached.

Here: every package is pinned and held to a hash, none comes from anywhere but the index, and each has a licence that
goes with ours. By the package index: whether a release is older than 18 months, which is told, or was yanked, which is
a fault. By pip-audit: whether a weakness is known. What nobody could be asked about is named as NOT LOOKED AT or NOT
AUDITED: a run that could not ask is no audit. `--strict` makes it fail.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from tests.scans.ages import Ages, ask_index

ROOT: Final = Path(__file__).resolve().parents[2]
LOCKS: Final = tuple(sorted((ROOT / "locks").glob("*.txt")))
DELIVERED: Final = ROOT / "locks" / "postgresql.txt"
"""What an installation runs."""

LICENCES: Final = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|0BSD|Zlib|LGPL|Lesser General",
    re.IGNORECASE,
)
"""Those that let a program under MIT stand on a package, unchanged."""

_ENTRY: Final = re.compile(
    r"^(\S.*?)(?: \\)?$((?:\n {4}--hash=sha256:[0-9a-f]{64}(?: \\)?)*)", re.MULTILINE
)
_PINNED: Final = re.compile(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;]+)(?: ;.*)?")


def main() -> int:
    options = _options().parse_args()
    faults = [
        fault for lock in LOCKS for fault in faults_of_lock(lock.name, lock.read_text("utf-8"))
    ]
    faults += faults_of_licences(DELIVERED.read_text("utf-8"))
    print(
        "\n".join(faults)
        or f"{len(LOCKS)} lock files: every package pinned, held to a hash, and free to be used."
    )
    ages = ask_index(LOCKS)
    print("\n".join(told_of_ages(ages, datetime.now(UTC))))
    weak, untold = _asked(options.scanner)
    print("\n".join(weak) or ("" if untold else "No weakness of these packages is known."))
    if untold:
        print(
            f"NOT AUDITED for known weaknesses: of {len(untold)} packages nobody could be asked from here."
        )
    is_faulty = bool(faults or weak or (ages and ages.yanked))
    is_untold = bool(untold or ages is None or ages.untold)
    return 1 if is_faulty or (is_untold and options.strict) else 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="dev.py audit", description=__doc__)
    options.add_argument("scanner", help=argparse.SUPPRESS)
    options.add_argument(
        "--strict", action="store_true", help="fail where nobody could be asked, too"
    )
    return options


def told_of_ages(ages: Ages | None, now: datetime) -> Iterator[str]:
    """What is printed of how old the releases are, and of what is not known."""
    if ages is None:
        yield "NOT LOOKED AT: how old the releases are, and which were yanked. The package index could not be asked."
        return
    yield from (f"{each}: its release was taken back" for each in ages.yanked)
    if not ages.yanked:
        yield "None of the releases was yanked."
    old = ages.old(now)
    yield f"{len(old)} of {len(ages.released)} releases are older than 18 months{':' if old else '.'}"
    yield from (f"  {each}" for each in old)
    if ages.untold:
        yield f"NOT LOOKED AT: the age of {', '.join(ages.untold)}, of which the index tells no date."


def faults_of_lock(name: str, text: str) -> Iterator[str]:
    """What is not pinned, has no hash, or comes from elsewhere."""
    content = "".join(
        line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#")
    )
    for entry, hashes in _ENTRY.findall(content):
        if not _PINNED.fullmatch(entry):
            yield f"{name}: {entry} is not a package of one version"
        elif not hashes:
            yield f"{name}: {entry} has no hash"


def faults_of_licences(text: str) -> list[str]:
    names = [
        match[1]
        for match in _PINNED.finditer(text)
        if text[match.start() - 1 : match.start()] in {"", "\n"}
    ]
    told = {name: _licence(name) for name in names}
    return [
        f"{name}: its licence is {found!r}"
        for name, found in told.items()
        if found is not None and not LICENCES.search(found)
    ]


def _licence(name: str) -> str | None:
    """As the installed package tells it; None for one that this system does not need."""
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        return None
    told = [found.metadata.get("License-Expression") or "", found.metadata.get("License") or ""]
    return " ".join(
        [*told, *(each for each in found.metadata.get_all("Classifier") or () if "License" in each)]
    )[:2_000]


def _asked(scanner: str) -> tuple[list[str], list[str]]:
    """Known weaknesses, and the packages of which nobody could tell.

    pip-audit says "No known vulnerabilities found" of packages that it could ask nobody about, too.
    """
    command = [scanner, "--requirement", str(DELIVERED), "--require-hashes", "--disable-pip"]
    more = ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(
        [*command, *more], capture_output=True, text=True, check=False, timeout=600
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print(done.stderr[-2_000:])
        return [], ["all packages"]
    weak = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for each in packages
        for one in each.get("vulns", ())
    ]
    return weak, [each["name"] for each in packages if "skip_reason" in each]


if __name__ == "__main__":
    sys.exit(main())
