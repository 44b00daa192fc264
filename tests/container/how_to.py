"""The commands of docs/how-to/run-it-in-a-container.md, run as they stand there."""

import subprocess
from pathlib import Path
from typing import Final

from tests.docs.manual import Page, page

LONGEST_S: Final = 900


def section(heading: str) -> Page:
    return page("docs/how-to/run-it-in-a-container.md").sections(2)[heading]


def commands(heading: str) -> list[str]:
    """The blocks of shell commands of a section."""
    return [fence.text for fence in section(heading).fences if fence.info == "sh"]


def variables() -> str:
    """What stands in webdial.env."""
    (found,) = (fence.text for fence in section("Start it").fences if fence.info == "ini")
    return found


def run(commands: str, *, folder: Path) -> subprocess.CompletedProcess[str]:
    """Up to the first that fails; what they print on both ways is one text."""
    return subprocess.run(
        ["bash", "-eu", "-c", commands], cwd=folder, text=True, check=False, timeout=LONGEST_S,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def run_all(commands: str, *, folder: Path) -> str:
    """As `run`. Raises RuntimeError when one of them fails."""
    done = run(commands, folder=folder)
    if done.returncode:
        raise RuntimeError(f"{commands}\nfailed with {done.returncode}:\n{done.stdout}")
    return done.stdout
