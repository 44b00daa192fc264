"""The one file, and what is in it: the standard library alone, and nothing of the rest of Webdial."""

import ast
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import webdial.desktop
from tests.desktop.machine import Helper
from webdial.desktop.builder import INSTALLERS, NAME, build, installer

PACKAGE = Path(webdial.desktop.__file__).parent


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.name)
def test_only_the_standard_library_is_imported(file: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            imported.add(node.module)
    strange = {
        name
        for name in imported
        if name.partition(".")[0] not in sys.stdlib_module_names
        and name != "webdial.desktop"
        and not name.startswith("webdial.desktop.")
    }
    assert strange == set()


def test_same_source_gives_the_same_file() -> None:
    assert build("https://webdial.example") == build("https://webdial.example")


def test_file_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    done = Helper(tmp_path).run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, webdial.desktop.VERSION)


def test_address_is_inside(tmp_path: Path) -> None:
    helper = Helper(tmp_path)
    helper.file.write_bytes(build("http://127.0.0.1:9"))
    done = helper.run("pair", "abcd-efgh")
    assert (done.returncode, "http://127.0.0.1:9 cannot be reached" in done.stderr) == (1, True)


def test_without_an_address_it_is_asked_for(tmp_path: Path) -> None:
    done = Helper(tmp_path).run("pair", "abcd-efgh")
    assert (done.returncode, done.stderr.strip()) == (1, "Which server? Run: pair ADDRESS CODE")


@pytest.mark.parametrize("name", INSTALLERS)
def test_installer_holds_the_file(name: str) -> None:
    made = installer(name, "https://webdial.example").decode("ascii")
    assert "@HELPER@" not in made
    assert ("\r\n" in made) == name.endswith(".ps1")


@pytest.mark.parametrize("name", [each for each in INSTALLERS if each.endswith(".sh")])
def test_shell_takes_the_script(name: str) -> None:
    done = subprocess.run(["sh", "-n"], input=installer(name), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_linux_installer_puts_the_file_there(tmp_path: Path) -> None:
    """With a code that no server takes it stops there, and says why."""
    script = tmp_path / INSTALLERS[0]
    script.write_bytes(installer(INSTALLERS[0], "http://127.0.0.1:9"))
    environment = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", str(script), "abcd-efgh"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "http://127.0.0.1:9 cannot be reached" in done.stderr
    made = (tmp_path / ".local/share/webdial-desktop" / NAME).read_bytes()
    assert made == build("http://127.0.0.1:9")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
