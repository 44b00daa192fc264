"""What is selected on the person's screen, for a key that dials it.

X11 and Wayland hold the selection ready. Windows and macOS do not: there it is what was copied last. Each is
read by a small program that the system has, or that is easily had.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from webdial.desktop.errors import HelperError

MAX_SELECTED: Final = 200
"""Characters; a whole page that is selected holds no one number."""

_LIMIT_S: Final = 5.0
"""Whoever holds the selection has to answer, and may hang."""

_POWERSHELL: Final = (
    "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false); Get-Clipboard -Raw"
)


class NothingSelectedError(HelperError):
    """There is no selection, or no way to read it."""


def selected_text(platform: str = sys.platform) -> str:
    """Without blanks around it; `platform` is as in `sys`. Raises NothingSelectedError."""
    programs = tuple(_programs(platform))
    command = next((each for each in programs if shutil.which(each[0])), None)
    if command is None:
        raise NothingSelectedError(_missing(programs))
    text = _output(command).strip()
    if not text:
        raise NothingSelectedError("Nothing is selected.")
    if len(text) > MAX_SELECTED:
        raise NothingSelectedError("More is selected than one number.")
    return text


def _programs(platform: str) -> Iterator[Sequence[str]]:
    """From the best to the last; on Wayland the X11 ones see what is selected in older programs."""
    if platform == "win32":
        yield ("powershell", "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL)
    elif platform == "darwin":
        yield ("pbpaste",)
    else:
        if os.environ.get("WAYLAND_DISPLAY"):
            yield ("wl-paste", "--primary", "--no-newline")
        if os.environ.get("DISPLAY"):
            yield ("xclip", "-out", "-selection", "primary")
            yield ("xsel", "--output", "--primary")


def _missing(programs: Sequence[Sequence[str]]) -> str:
    if not programs:
        return "There is no screen here whose selection could be read."
    names = " or ".join(program[0] for program in programs)
    return f"To read the selection, {names} is needed."


def _output(command: Sequence[str]) -> str:
    """What the program prints; one that fails has nothing to print."""
    try:
        done = subprocess.run(  # noqa: S603 - one of the programs above
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NothingSelectedError(f"{command[0]} gave no answer.") from error
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
