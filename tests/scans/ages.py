"""How old the pinned releases are, and which were taken back: what the package index tells to uv.

An index that answers in JSON (PEP 700, PEP 592) tells when each file was uploaded and whether its release was
yanked. uv, which installs the lock files, asks the index that it is set up with; none is named here. Nothing of it
is known without an index: installed packages do not tell their date, and then nothing is claimed.
"""

import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

OLD: Final = timedelta(days=548)
"""18 months: a package that had no release for so long may have nobody who looks after it."""

_YANKED: Final = re.compile(r"^warning: `(\S+)` is yanked(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ages:
    """What the index told of some pinned packages, by `name version`."""

    released: dict[str, datetime]
    """The first upload of each whose date it told."""

    untold: tuple[str, ...]
    """Those of which it told no date."""

    yanked: tuple[str, ...]
    """`name==version (reason)`."""

    def old(self, now: datetime) -> list[str]:
        """Those that are older than 18 months, the oldest first."""
        by_age = sorted(self.released.items(), key=lambda each: each[1])
        return [f"{name}, of {at:%d %B %Y}" for name, at in by_age if now - at > OLD]


def ask_index(locks: Sequence[Path]) -> Ages | None:
    """None when the index could not be asked about every one of the lock files."""
    found: list[Ages] = []
    for lock in locks:
        if (told := _ask(lock)) is None:
            return None
        found.append(told)
    return Ages(
        {name: at for ages in found for name, at in ages.released.items()},
        tuple(sorted({name for ages in found for name in ages.untold})),
        tuple(sorted({name for ages in found for name in ages.yanked})),
    )


def _ask(lock: Path) -> Ages | None:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "pylock.toml"
        command = ["uv", "pip", "compile", "--no-deps", "--universal", "--python-version", "3.11"]
        command += ["--no-header", "--format", "pylock.toml", "-o", str(written), str(lock)]
        command[0] = shutil.which("uv") or "uv"
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
        return read_ages(written.read_text(encoding="utf-8"), said=done.stderr)


def read_ages(pylock: str, *, said: str) -> Ages:
    """From a pylock.toml (PEP 751) and from what uv said when it wrote it."""
    dates = {
        f"{each['name']} {each['version']}": min(_uploads(each), default=None)
        for each in tomllib.loads(pylock).get("packages", ())
    }
    return Ages(
        {name: at for name, at in dates.items() if at is not None},
        tuple(name for name, at in dates.items() if at is None),
        tuple(f"{name}{reason.rstrip()}" for name, reason in _YANKED.findall(said)),
    )


def _uploads(package: dict[str, Any]) -> list[datetime]:
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    return [file["upload-time"] for file in files if "upload-time" in file]
