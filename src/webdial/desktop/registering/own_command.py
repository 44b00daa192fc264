"""How the helper is started: as the one file that it was handed out as, or as a module."""

import sys
import zipfile
from pathlib import Path


def own_command(*, without_window: bool = False) -> list[str]:
    """Program and arguments, before those of a command. On Windows also without a console."""
    python = Path(sys.executable)
    if without_window:
        quiet = python.with_name("pythonw.exe")
        python = quiet if quiet.exists() else python
    file = Path(sys.argv[0]).resolve()
    if file.is_file() and zipfile.is_zipfile(file):
        return [str(python), str(file)]
    return [str(python), "-m", "webdial.desktop"]
