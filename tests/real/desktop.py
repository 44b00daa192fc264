"""The person's desktop as far as links go: which program a link of a scheme is handed to.

A home of its own in which one program is registered for the schemes, by the means of every Linux
desktop (a .desktop file, `xdg-mime`, `xdg-open`). The program tells the test, through a named pipe,
what it was started with. No screen is needed: DISPLAY must be set, but nothing has to be there.
"""

import os
import selectors
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from . import presence
from .events import PartError

SCHEMES = ("tel", "dial", "sip", "callto")

_HANDLER = """\
#!/bin/sh
# A line a start: what this was started with, arguments parted by the control character US.
line=$(printf '%s\\037' "$@")
printf '%s\\n' "$line" >> '{pipe}'
"""

_ENTRY = """\
[Desktop Entry]
Type=Application
Name=Link handler of the tests
NoDisplay=true
Terminal=false
Exec={handler} %u
MimeType={types}
"""

_FOREIGN = ("XDG_CURRENT_DESKTOP", "DESKTOP_SESSION", "KDE_FULL_SESSION", "BROWSER")
"""Of the developer's own desktop; with one of these, xdg-open would ask that desktop instead."""
_COMMAND_LIMIT_S = 20.0
_START_LIMIT_S = 40.0
"""For the handler to be started: xdg-open runs dozens of programs, which a loaded machine does in ten seconds."""


class Desktop:
    """A home with its link handler; a context manager that stops listening to it."""

    def __init__(self, home: Path) -> None:
        """Set it up in `home`, an empty folder.

        Raises PartError with the words of the desktop's programs when they refuse.
        """
        self.home = home
        self._pipe = home / "started"
        os.mkfifo(self._pipe)
        # Open for writing too, so that the pipe never counts as ended between two starts.
        self._reader = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK)
        self._read = b""
        self.environment = self._environment()
        self._register_handler()

    def open_link(self, link: str) -> int:
        """Open a link as a program of the desktop would; return xdg-open's exit status, 0 for done."""
        return self._run(presence.program("xdg-utils"), link).returncode

    def register(self, *schemes: str) -> None:
        """Let the program that tells the test be the one for these schemes too."""
        xdg_mime = presence.program("xdg-utils").with_name("xdg-mime")
        types = [f"x-scheme-handler/{scheme}" for scheme in schemes]
        done = self._run(xdg_mime, "default", "handler.desktop", *types)
        if done.returncode:
            raise PartError(f"{done.args[0]}: {done.stdout}")

    def restore(self) -> None:
        """Let that program be the one for all of SCHEMES again, whoever took them over meanwhile."""
        defaults = self.home / ".config/mimeapps.list"
        told = defaults.read_text(encoding="utf-8") if defaults.exists() else ""
        if not all(f"x-scheme-handler/{name}=handler.desktop" in told for name in SCHEMES):
            self.register(*SCHEMES)

    def wait_started(self, *, timeout_s: float = _START_LIMIT_S) -> tuple[str, ...]:
        """Return the arguments of the handler's next start. Raises PartError after `timeout_s`."""
        limit = time.monotonic() + timeout_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._reader, selectors.EVENT_READ)
            while b"\n" not in self._read:
                if not selector.select(max(0.0, limit - time.monotonic())):
                    raise PartError(f"the link handler was not started within {timeout_s} s")
                self._read += os.read(self._reader, 65536)
        line, _, self._read = self._read.partition(b"\n")
        return tuple(line.decode(errors="replace").removesuffix("\x1f").split("\x1f"))

    def forget(self) -> None:
        """Forget the starts that were not waited for."""
        self._read = b""
        try:
            while os.read(self._reader, 65536):
                pass
        except BlockingIOError:
            return

    def end(self) -> None:
        """Stop listening. A handler started later writes to a plain file instead of waiting."""
        self._pipe.unlink()
        os.close(self._reader)

    def _environment(self) -> dict[str, str]:
        """The variables with which a program runs on this desktop."""
        own = {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "DISPLAY": os.environ.get("DISPLAY", ":99"),
        }
        kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return {**kept, **own}

    def _register_handler(self) -> None:
        handler = self.home / "handler"
        handler.write_text(_HANDLER.format(pipe=self._pipe), encoding="utf-8")
        handler.chmod(0o755)
        applications = self.home / ".local/share/applications"
        applications.mkdir(parents=True)
        (self.home / ".config").mkdir()
        types = [f"x-scheme-handler/{scheme}" for scheme in SCHEMES]
        entry = _ENTRY.format(handler=handler, types="".join(f"{name};" for name in types))
        (applications / "handler.desktop").write_text(entry, encoding="utf-8")
        xdg_mime = presence.program("xdg-utils").with_name("xdg-mime")
        for done in (
            self._run(presence.program("desktop-file-utils"), str(applications)),
            self._run(xdg_mime, "default", "handler.desktop", *types),
        ):
            if done.returncode:
                raise PartError(f"{done.args[0]}: {done.stdout}")

    def _run(self, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_COMMAND_LIMIT_S,
            check=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
