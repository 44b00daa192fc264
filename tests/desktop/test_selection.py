"""What is selected on the screen: on a real X11, and by programs that stand in where none can be had here.

Wayland, Windows and macOS are tried by small programs under the names of the real ones: which are asked, how,
and what becomes of what they print. That the real ones print the selection is their manuals' word.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.presence import program, require
from webdial.desktop.selection import NothingSelectedError, selected_text

NUMBER = "+44 20 7946 0123"


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A real X11 without a screen; its name for DISPLAY."""
    require("xvfb", "xclip", "xsel")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [program("xvfb"), "-displayfd", str(writing), "-nolisten", "tcp", "-screen", "0", "64x64x8"],
        pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(30)


@pytest.fixture
def x11(screen: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", screen)
    return screen


@pytest.fixture
def select(x11: str) -> Iterator["Select"]:
    with Select() as select:
        yield select


class Select:
    """Selects a text as a program with a window does: it is asked for it, and has to stay."""

    def __init__(self) -> None:
        self._owner: subprocess.Popen[bytes] | None = None

    def __call__(self, text: str) -> None:
        self._end()
        self._owner = subprocess.Popen(
            [program("xclip"), "-quiet", "-selection", "primary"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._owner.stdin is not None
        assert self._owner.stderr is not None
        self._owner.stdin.write(text.encode())
        self._owner.stdin.close()
        # It says so once the selection is its own.
        assert b"Waiting for" in self._owner.stderr.readline()

    def _end(self) -> None:
        if self._owner is None:
            return
        self._owner.terminate()
        self._owner.wait(30)
        assert self._owner.stderr is not None
        self._owner.stderr.close()

    def __enter__(self) -> "Select":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


def test_selection_of_x11_is_read(select: Select) -> None:
    select(f"  {NUMBER}\n")
    assert selected_text() == NUMBER
    select("0711 – Größe")
    assert selected_text() == "0711 – Größe"


def test_selection_of_x11_is_read_by_xsel_alone(
    select: Select, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    select(NUMBER)
    (tmp_path / "xsel").symlink_to(program("xsel"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert selected_text() == NUMBER


def test_nothing_selected_is_told(x11: str) -> None:
    with pytest.raises(NothingSelectedError, match="Nothing is selected"):
        selected_text()


def test_whole_page_is_no_number(select: Select) -> None:
    select("7" * 5_000)
    with pytest.raises(NothingSelectedError, match="More is selected"):
        selected_text()


def stand_in(folder: Path, name: str, prints: str, status: int = 0) -> Path:
    """A program that writes its arguments beside it, prints and ends."""
    file = folder / name
    file.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({str(folder / 'asked')!r}, 'w').write(repr(sys.argv[1:]))\n"
        f"sys.stdout.buffer.write({prints.encode()!r})\nsys.exit({status})\n"
    )
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("platform", "environment", "name", "asked"),
    [
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wl-paste", "--primary"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "xclip", "primary"),
        ("win32", {}, "powershell", "Get-Clipboard -Raw"),
        ("darwin", {}, "pbpaste", "[]"),
    ],
)
def test_program_of_the_system_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    environment: dict[str, str],
    name: str,
    asked: str,
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, name, f"{NUMBER}\r\n")
    assert selected_text(platform) == NUMBER
    assert asked in (tmp_path / "asked").read_text()


@pytest.mark.parametrize(
    ("display", "told"), [("", "no screen"), (":0", "xclip or xsel is needed")], ids=["none", "X11"]
)
def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, display: str, told: str
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NothingSelectedError, match=told):
        selected_text()


def test_program_that_fails_selects_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, "wl-paste", "020 7946 0123", status=1)
    with pytest.raises(NothingSelectedError, match="Nothing is selected"):
        selected_text()
