"""Windows: the user's own part of the registry, so that no administrator is needed.

Where a person has chosen a program for a scheme in Windows' Settings, that choice wins, and only they can
change it: the helper is then listed there under Default apps (learn.microsoft.com, "Default Programs").
"""

import contextlib
import subprocess
import sys
import winreg
from typing import Final

from webdial.desktop import SCHEMES
from webdial.desktop.registering.own_command import own_command
from webdial.desktop.registering.remembered import forget_previous, load_previous, save_previous

assert sys.platform == "win32"  # winreg is there alone

_CLASSES: Final = r"Software\Classes"
_PROG_ID: Final = "WebdialDesktop.Link"
_CAPABILITIES: Final = r"Software\WebdialDesktop\Capabilities"
_APPLICATIONS: Final = r"Software\RegisteredApplications"
_RUN: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
_CHOICE: Final = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\{}\UserChoice"
_NAME: Final = "WebdialDesktop"


def register() -> list[str]:
    opens = f'{_line("open")} "%1"'
    previous = load_previous()
    for scheme in SCHEMES:
        found = _read(winreg.HKEY_CURRENT_USER, _command_key(scheme))
        if found != opens:
            previous[scheme] = found
    save_previous(previous)
    for name in (*SCHEMES, _PROG_ID):
        key = rf"{_CLASSES}\{name}"
        if not previous.get(name):  # what another program wrote there stays
            _write(key, "", "URL:Webdial" if name == _PROG_ID else f"URL:{name}")
            _write(key, "URL Protocol", "")
        _write(rf"{key}\shell\open\command", "", opens)
    _write(_CAPABILITIES, "ApplicationName", "Webdial")
    _write(_CAPABILITIES, "ApplicationDescription", "Dials the numbers clicked on this computer")
    for scheme in SCHEMES:
        _write(rf"{_CAPABILITIES}\UrlAssociations", scheme, _PROG_ID)
    _write(_APPLICATIONS, _NAME, _CAPABILITIES)
    _write(_RUN, _NAME, _line("run"))
    told = ["Webdial opens telephone links now, and starts when you sign in."]
    others = [scheme for scheme in SCHEMES if scheme not in registered()]
    if others:
        told.append(
            f"For {', '.join(others)} you have chosen another program. Choose Webdial in Settings | "
            "Apps | Default apps."
        )
    return told


def unregister() -> list[str]:
    opens = f'{_line("open")} "%1"'
    previous = load_previous()
    for scheme in SCHEMES:
        if _read(winreg.HKEY_CURRENT_USER, _command_key(scheme)) != opens:
            continue
        if before := previous.get(scheme, ""):
            _write(_command_key(scheme), "", before)
        else:
            _remove(rf"{_CLASSES}\{scheme}")
    _remove(rf"{_CLASSES}\{_PROG_ID}")
    _remove(r"Software\WebdialDesktop")
    _remove_value(_APPLICATIONS, _NAME)
    _remove_value(_RUN, _NAME)
    forget_previous()
    return ["Telephone links are opened as they were before."]


def registered() -> list[str]:
    opens = f'{_line("open")} "%1"'
    return [
        scheme
        for scheme in SCHEMES
        if _choice_of(scheme) in {"", _PROG_ID}
        and _read(winreg.HKEY_CURRENT_USER, _command_key(scheme)) == opens
    ]


def previous_command(scheme: str, link: str) -> str | None:
    if scheme not in registered():
        return None
    before = load_previous().get(scheme, "") or _read(
        winreg.HKEY_LOCAL_MACHINE, _command_key(scheme)
    )
    if not before:
        return ""
    # Links hold no quotation marks and no blanks, so they stay one argument.
    return before.replace("%1", link) if "%1" in before else f'{before} "{link}"'


def _line(command: str) -> str:
    return subprocess.list2cmdline([*own_command(without_window=True), command])


def _command_key(scheme: str) -> str:
    return rf"{_CLASSES}\{scheme}\shell\open\command"


def _choice_of(scheme: str) -> str:
    return _read(winreg.HKEY_CURRENT_USER, _CHOICE.format(scheme), "ProgId")


def _read(root: int, key: str, name: str = "") -> str:
    """A text; empty when it is not there."""
    try:
        with winreg.OpenKey(root, key) as opened:
            value, _ = winreg.QueryValueEx(opened, name)
    except OSError:
        return ""
    return value if isinstance(value, str) else ""


def _write(key: str, name: str, value: str) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
        winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)


def _remove(key: str) -> None:
    """A key with all below it."""
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            count = winreg.QueryInfoKey(opened)[0]
            below = [winreg.EnumKey(opened, index) for index in range(count)]
    except OSError:
        return
    for name in below:
        _remove(rf"{key}\{name}")
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)


def _remove_value(key: str, name: str) -> None:
    with (
        contextlib.suppress(OSError),
        winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened,
    ):
        winreg.DeleteValue(opened, name)
