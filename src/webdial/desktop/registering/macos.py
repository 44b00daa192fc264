"""macOS: a small application that hands links on, and a launch agent. Not tried on a Mac yet.

A program that is no application cannot be named for a scheme there. Which one opens telephone links is
chosen by the person, in FaceTime under Settings | General | Default for calls.
"""

import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from webdial.desktop import SCHEMES
from webdial.desktop.errors import HelperError
from webdial.desktop.registering.own_command import own_command

_ID: Final = "org.webdial.desktop"
_LIMIT_S: Final = 60.0

_SCRIPT: Final = """\
on open location theLink
  do shell script {command} & " open " & quoted form of theLink & " > /dev/null 2>&1 &"
end open location
"""


def register() -> list[str]:
    application = _application()
    application.parent.mkdir(parents=True, exist_ok=True)
    command = shlex.join(own_command()).replace("\\", "\\\\").replace('"', '\\"')
    _run("osacompile", "-o", str(application), "-e", _SCRIPT.format(command=f'"{command}"'))
    file = application / "Contents/Info.plist"
    about = plistlib.loads(file.read_bytes())
    about["CFBundleIdentifier"] = _ID
    about["CFBundleURLTypes"] = [
        {"CFBundleURLName": "Telephone number", "CFBundleURLSchemes": list(SCHEMES)}
    ]
    file.write_bytes(plistlib.dumps(about))
    agent = {"Label": _ID, "ProgramArguments": [*own_command(), "run"], "RunAtLoad": True}
    _agent().parent.mkdir(parents=True, exist_ok=True)
    _agent().write_bytes(plistlib.dumps(agent))
    return [
        "Webdial starts when you sign in.",
        "Choose it in FaceTime under Settings | General | Default for calls.",
        "This was not tried on a Mac yet. Please tell us what you find.",
    ]


def unregister() -> list[str]:
    _agent().unlink(missing_ok=True)
    shutil.rmtree(_application(), ignore_errors=True)
    return ["Webdial opens no links any more. macOS goes back to FaceTime."]


def registered() -> list[str]:
    return list(SCHEMES) if _application().exists() else []


def previous_command(scheme: str, link: str) -> list[str] | None:
    return ["open", "-b", "com.apple.FaceTime", link] if registered() else None


def _application() -> Path:
    return Path.home() / "Applications/Webdial Desktop.app"


def _agent() -> Path:
    return Path.home() / f"Library/LaunchAgents/{_ID}.plist"


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_LIMIT_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise HelperError(f"{command[0]} failed: {error}") from error
