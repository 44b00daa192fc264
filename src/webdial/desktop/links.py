"""Opening a link by the program that the machine has for it.

A link for a telephone number would come straight back to the helper where that is the program for them, so
it goes to the program that was there before.
"""

import os
import re
import subprocess
import sys
from typing import Final

from webdial.desktop import SCHEMES
from webdial.desktop.registering import previous_command

OPENED: Final = "WEBDIAL_DESKTOP_OPENED"
"""Set for what the helper starts: a link that comes back within it goes round in a circle."""

_LINK: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):[^\x00-\x20\x7f]+")

_REFUSED: Final = frozenset({
    "about", "blob", "chrome", "data", "file", "filesystem", "ftp", "ftps", "intent", "jar",
    "javascript", "ldap", "ldaps", "mk", "res", "search-ms", "shell", "smb", "ssh", "telnet",
    "vbscript", "view-source",
})  # fmt: skip
"""Schemes that run scripts, read files or sign in somewhere. No phone program has one of these."""

_START_LIMIT_S: Final = 15.0


class NotOpenedError(Exception):
    """Nothing was opened; `str()` says why, in a sentence."""


def scheme_of(link: str) -> str:
    """In lower case. Raises NotOpenedError for what is no link, or one that is never opened."""
    match = _LINK.fullmatch(link)
    if match is None:
        raise NotOpenedError("This is no link.")
    scheme = match[1].lower()
    if scheme in _REFUSED or (scheme.startswith("ms-") and scheme != "ms-teams"):
        raise NotOpenedError(f"Links that begin with {scheme}: are not opened.")
    return scheme


def open_link(link: str) -> None:
    """Have the link opened. Raises NotOpenedError."""
    scheme = scheme_of(link)
    # Programs are found by the scheme in lower case; xdg-open refuses it otherwise.
    link = scheme + link[len(scheme) :]
    if scheme in SCHEMES and (command := previous_command(scheme, link)) is not None:
        if not command:
            raise NotOpenedError(f"No other program here opens links that begin with {scheme}:")
        _start(command)
        return
    _open(link)


def _open(link: str) -> None:
    """By the system's own means."""
    if sys.platform == "win32":
        try:
            os.startfile(link)  # noqa: S606 - a link whose scheme was looked at
        except OSError as error:
            raise NotOpenedError(f"Windows: {error.strerror}") from error
        return
    _start(["open" if sys.platform == "darwin" else "xdg-open", link])


def _start(command: list[str] | str) -> None:
    """Start a program and wait while it hands on; one that stays is the phone program itself."""
    try:
        started = subprocess.Popen(  # noqa: S603 - no shell
            command,
            env={**os.environ, OPENED: "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
        )
        status = started.wait(_START_LIMIT_S)
    except subprocess.TimeoutExpired:
        return
    except OSError as error:
        raise NotOpenedError(f"The program could not be started: {error.strerror}") from error
    if status != 0:
        raise NotOpenedError("No program here opens this link, or it refused it.")
