"""What `dev.py` is told and does not know starts nothing: the usage is told, and that is all."""

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Final

import pytest

from tests.docs.manual import ROOT

MODULES: Final = {
    "api-scan": "tests.scans.api",
    "web-scan": "tests.scans.web",
    "audit": "tests.scans.packages",
    "messages": "tests.language.messages",
    "crash": "tests.crash.__main__",
    "fuzz": "tests.fuzz",
    "screenshots": "tests.pages.screenshots",
}
"""Who reads what the command is told."""

HERE: Final = {"check", "systemd", "container", "provider", "html", "extension", "format", "lock"}
"""dev.py itself reads it."""

HANDED_ON: Final = {"demo", "test", "thorough", "run", "bench"}
"""To programs that read it by argparse or in their own way."""

FIRST: Final = {"api-scan": ["scanner"], "audit": ["scanner"]}
"""What dev.py puts before it."""


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webdial_dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def told(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, list[str]], int | str | None]:
    """With which status a command ends that is told this."""

    def tell(command: str, arguments: list[str]) -> int | str | None:
        with pytest.raises(SystemExit) as ended:
            if command in HERE:
                dev.main([command, *arguments])
            module = importlib.import_module(MODULES[command])
            monkeypatch.setattr(sys, "argv", [command, *FIRST.get(command, []), *arguments])
            module.main()
        return ended.value.code

    return tell


def test_every_command_is_known_here(dev: ModuleType) -> None:
    named = set(re.findall(r"^    python3 dev\.py ([\w-]+)", str(dev.__doc__), re.MULTILINE))
    assert named == MODULES.keys() | HERE | HANDED_ON


@pytest.mark.parametrize("command", sorted(MODULES.keys() | HERE))
def test_unknown_option_is_refused_with_the_usage(
    told: Callable[[str, list[str]], int], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(command, ["--no-such"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"usage: dev.py {command} ")
    assert "unrecognized arguments: --no-such" in said
    assert "scanner" not in said


@pytest.mark.parametrize("command", sorted(MODULES.keys() | HERE))
def test_help_tells_the_usage_and_does_nothing(
    told: Callable[[str, list[str]], int], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(command, ["--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: dev.py {command} ")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("web-scan", ["eve"]),
        ("web-scan", ["--short", "carl", "eve"]),
        ("api-scan", ["carl"]),
        ("check", ["src"]),
        ("extension", ["--speed", "--lint"]),
        ("extension", ["one", "two"]),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(
    told: Callable[[str, list[str]], int], command: str, arguments: list[str]
) -> None:
    assert told(command, arguments) == 2


def test_webdial_is_run_where_it_was_never_installed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a clone that is new there is no program of that name yet."""
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "synchronise", lambda *locks: None)
    monkeypatch.setattr(dev, "inside", lambda *command, from_source: ran.append(command))
    dev.run_inside(["webdial", "--help"])
    dev.run_inside(["pytest", "-q"])
    assert ran == [("python", "-m", "webdial", "--help"), ("pytest", "-q")]


def test_what_follows_the_dashes_goes_to_the_scanner() -> None:
    from tests.scans.api import read_arguments  # noqa: PLC0415

    arguments = ["/bin/scanner", "--short", "--", "--seed", "7"]
    assert read_arguments(arguments) == ("/bin/scanner", True, ["--seed", "7"])
