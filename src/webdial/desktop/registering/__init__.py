"""Making the helper the program for telephone links, starting it with the session, and taking both back.

What was there before is remembered and put back, unless the person has chosen something else since. Each
system has a module with the same four functions.
"""

import importlib
import sys
from typing import Any

from webdial.desktop.errors import HelperError

_MODULES = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def register() -> list[str]:
    """Become the program for the links, and start with the session; what the person is told.

    Raises HelperError.
    """
    told: list[str] = _system().register()
    return told


def unregister() -> list[str]:
    """Take both away again; what the person is told. Raises HelperError."""
    told: list[str] = _system().unregister()
    return told


def registered() -> list[str]:
    """The schemes whose program the helper is now."""
    schemes: list[str] = _system().registered()
    return schemes


def previous_command(scheme: str, link: str) -> list[str] | str | None:
    """What opens the link instead of the helper: empty when there is nothing else.

    None when the helper is not the program for it, so that the system may open it.
    """
    command: list[str] | str | None = _system().previous_command(scheme, link)
    return command


def _system() -> Any:
    name = _MODULES.get(sys.platform)
    if name is None:
        raise HelperError(f"The helper does not know {sys.platform}.")
    return importlib.import_module(f".{name}", __name__)
