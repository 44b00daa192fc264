"""The image, built by the how-to's command from a base that is made here: a Debian with Python, of the machine's package source.

The Containerfile names a base of a registry. What is made here has the same Debian and the same Python, and nothing more.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.container import how_to
from tests.docs.manual import ROOT

DEBIAN: Final = "trixie"
"""Its Python is 3.13, as that of the Containerfile's base."""

BASE: Final = "localhost/webdial-base"
_PACKAGES: Final = "ca-certificates,python3,python3-venv,python-is-python3"
_SOURCES: Final = (
    *("docs", "extension", "locks", "packaging", "src", "pyproject.toml", "README.md", "LICENSE"),
    ".containerignore",
)
_OF_PIP: Final = re.compile(r"^\S+\.(index-url|cert|proxy|trusted-host)='(.+)'$", re.MULTILINE)


def make_base(kept: Path, folder: Path) -> None:
    """Import the base as BASE. It is made once, and kept as the file `kept`."""
    if not kept.exists():
        made = kept.with_suffix(".part.tar")
        how_to.run_all(
            f"mmdebstrap --quiet --variant=minbase --include={_PACKAGES} {DEBIAN} '{made}'",
            folder=folder,
        )
        made.replace(kept)
    how_to.run_all(f"podman import --quiet '{kept}' {BASE}", folder=folder)


def build(source: Path, folder: Path) -> None:
    """By the how-to's command, from our base, and with this machine's way to its package index."""
    (command,) = how_to.commands("Build the image")
    own = f"podman build --quiet --build-arg BASE={BASE} {_pip_as_here(folder)} "
    assert command.startswith("podman build ")
    how_to.run_all(command.replace("podman build ", own, 1), folder=source)


def newer_source(folder: Path, version: str) -> Path:
    """A copy of what goes into the image, which says that it is another version."""
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, folder / name)
    file = folder / "src/webdial/__init__.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub('"[^"]+"$', f'"{version}"', text, flags=re.MULTILINE), encoding="utf-8")
    return folder


def _pip_as_here(folder: Path) -> str:
    """Options that give pip in the build the index and the certificates of this machine's pip, whatever they are."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True, text=True, check=True, env={**os.environ, "PIP_NO_COLOR": "1"},
    ).stdout  # fmt: skip
    settings = dict(_OF_PIP.findall(told))
    file = folder / "pip.conf"
    lines = [f"{name} = {value}" for name, value in settings.items()]
    file.write_text("\n".join(("[global]", *lines, "")), encoding="utf-8")
    shown = {str(file): "/etc/pip.conf"}
    if certificates := settings.get("cert"):
        shown[certificates] = certificates
    return " ".join(f"--volume '{here}:{there}:ro'" for here, there in shown.items())
