"""Linux: a .desktop file, `xdg-mime`, and an entry in the session's autostart (freedesktop.org's
Desktop Entry, MIME applications and Autostart specifications)."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

from webdial.desktop import SCHEMES
from webdial.desktop.errors import HelperError
from webdial.desktop.registering.own_command import own_command
from webdial.desktop.registering.remembered import forget_previous, load_previous, save_previous

ID: Final = "webdial-desktop.desktop"

_ENTRY: Final = """\
[Desktop Entry]
Type=Application
Name=Webdial
Comment=Dials the numbers that are clicked on this computer
NoDisplay=true
Terminal=false
Exec={command} open %u
MimeType={types}
"""

_AUTOSTART: Final = """\
[Desktop Entry]
Type=Application
Name=Webdial
Comment=Starts calls that are placed for this computer
Terminal=false
Exec={command} run
"""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_LIMIT_S: Final = 20.0


def register() -> list[str]:
    previous = load_previous()
    for scheme in SCHEMES:
        found = _default_of(scheme)
        if found != ID:
            previous[scheme] = found
    save_previous(previous)
    command = _exec(own_command())
    types = "".join(f"{_type(scheme)};" for scheme in SCHEMES)
    _write(_applications() / ID, _ENTRY.format(command=command, types=types))
    _write(_config() / "autostart" / ID, _AUTOSTART.format(command=command))
    _refresh()
    _xdg_mime("default", ID, *map(_type, SCHEMES))
    missing = [scheme for scheme in SCHEMES if _default_of(scheme) != ID]
    if missing:
        raise HelperError(f"This desktop does not let the helper open {', '.join(missing)} links.")
    return ["Telephone links are opened by Webdial now, and it starts with your session."]


def unregister() -> list[str]:
    previous = load_previous()
    ours = registered()
    for scheme in ours:
        _forget_us(_type(scheme))
    (_applications() / ID).unlink(missing_ok=True)
    (_config() / "autostart" / ID).unlink(missing_ok=True)
    _refresh()
    for scheme in ours:
        if before := previous.get(scheme, ""):
            _xdg_mime("default", before, _type(scheme))
    forget_previous()
    return ["Telephone links are opened as they were before."]


def registered() -> list[str]:
    return [scheme for scheme in SCHEMES if _default_of(scheme) == ID]


def previous_command(scheme: str, link: str) -> list[str] | None:
    if _default_of(scheme) != ID:
        return None
    before = load_previous().get(scheme, "")
    return _command_of(before, link) if before else []


def _command_of(desktop_id: str, link: str) -> list[str]:
    """The program of a .desktop file with its arguments; empty when the file is gone or has none.

    Field codes stand alone as an argument (Desktop Entry Specification, "The Exec key").
    """
    for folder in _data_folders():
        file = folder / "applications" / desktop_id
        if file.is_file():
            words = shlex.split(_value(file, "Exec"))
            if not words:
                return []
            takes_link = any(word in {"%u", "%U"} for word in words)
            filled = [link if word in {"%u", "%U"} else word for word in words]
            kept = [word.replace("%%", "%") for word in filled if not _is_field_code(word)]
            return kept if takes_link else [*kept, link]
    return []


def _is_field_code(word: str) -> bool:
    return len(word) == 2 and word[0] == "%" and word[1].isalpha()


def _value(file: Path, key: str) -> str:
    section = ""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("["):
            section = line.strip()
        name, found, value = line.partition("=")
        if section == "[Desktop Entry]" and found and name.strip() == key:
            return value.strip().replace("\\\\", "\\")
    return ""


def _forget_us(kind: str) -> None:
    """Take the helper out of the user's own lists; xdg-mime cannot."""
    for file in _lists():
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        kept = [line for line in (_without_us(line, kind) for line in lines) if line is not None]
        if kept != lines:
            text = "".join(f"{line}\n" for line in kept)
            file.write_text(text, encoding="utf-8", errors="surrogateescape")


def _without_us(line: str, kind: str) -> str | None:
    name, found, value = line.partition("=")
    if not found or name.strip() != kind:
        return line
    programs = [each for each in value.split(";") if each.strip() and each.strip() != ID]
    return f"{name}={';'.join(programs)}" if programs else None


def _lists() -> list[Path]:
    folders = (_config(), _applications())
    return [file for folder in folders for file in sorted(folder.glob("*mimeapps.list"))]


def _type(scheme: str) -> str:
    return f"x-scheme-handler/{scheme}"


def _exec(command: list[str]) -> str:
    """As an Exec key has it: percent signs doubled, and quoted where it must be.

    xdg-open on a bare desktop splits at blanks and knows no quotation marks.
    """
    quoted = []
    for word in command:
        if _PLAIN.fullmatch(word):
            quoted.append(word)
            continue
        inner = (
            word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
        )
        quoted.append(f'"{inner}"'.replace("\\", "\\\\").replace("%", "%%"))
    return " ".join(quoted)


def _default_of(scheme: str) -> str:
    return _xdg_mime("query", "default", _type(scheme)).strip()


def _xdg_mime(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            ["xdg-mime", *arguments],  # noqa: S607 - the user's own desktop has it in its path
            capture_output=True, text=True, timeout=_LIMIT_S, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise HelperError(
            "The program xdg-mime is missing. Install the package xdg-utils."
        ) from None
    except subprocess.TimeoutExpired:
        raise HelperError("The program xdg-mime does not answer.") from None
    return done.stdout


def _refresh() -> None:
    """Some desktops keep a cache of what programs open; without the program there is none."""
    command = ["update-desktop-database", str(_applications())]
    try:
        subprocess.run(command, capture_output=True, timeout=_LIMIT_S, check=False)  # noqa: S603
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _config() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")


def _data_folders() -> list[Path]:
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [_data(), *(Path(each) for each in shared.split(":") if each)]


def _applications() -> Path:
    return _data() / "applications"
