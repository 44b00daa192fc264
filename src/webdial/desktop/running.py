"""One helper for a user and machine: the one that was started last.

Whoever runs holds a lock on a file that names it. The lock ends with the process, however that ends, so a
number that stands in the file is a running helper's or is not looked at.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from webdial.desktop.errors import HelperError
from webdial.desktop.pairing import folder

_FILE: Final = "running"
_LIMIT_S: Final = 10.0
_LOCKED_BYTE: Final = 1 << 20
"""Behind the text: Windows lets nobody read what is locked."""


@contextmanager
def running_alone() -> Iterator[None]:
    """Take the place of a helper that runs already. Raises HelperError when it does not go."""
    file = folder() / _FILE
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a+", encoding="ascii") as opened:
        deadline = time.monotonic() + _LIMIT_S
        while not _lock(opened):
            if time.monotonic() > deadline:
                raise HelperError("Another helper runs here already, and does not end.")
            _end(file)
            time.sleep(0.1)
        opened.seek(0)
        opened.truncate()
        opened.write(str(os.getpid()))
        opened.flush()
        yield


def _lock(opened: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - there alone

            opened.seek(_LOCKED_BYTE)
            msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _end(file: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(file.read_text(encoding="ascii")), signal.SIGTERM)
