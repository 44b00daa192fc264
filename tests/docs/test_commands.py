"""Every command that the manual tells people to type is one that exists."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.command_line import parse
from tests.docs.manual import ROOT, all_pages, page
from webdial.environment import VARIABLES

# Programs of others that the manual mentions; what they are told is theirs.
OTHERS = {
    "cp", "curl", "echo", "install", "ln", "pip", "podman", "sqlite3", "systemctl", "systemd-run", "useradd"
}  # fmt: skip
LIBRARIES_VARIABLES = {"FORWARDED_ALLOW_IPS", "SSL_CERT_FILE"}

_RUN_BY = re.compile(
    r"^(?:podman exec (?:-it )?webdial (?=webdial )|systemd-run .+ (?=/opt/webdial/bin/webdial ))",
    re.MULTILINE,
)
"""What stands before a command of ours that something else runs."""

_SETS = re.compile(r"([A-Z][A-Z_]*)=")
_UNIT = re.compile(r"^(Environment|ExecStart)=(.+)$", re.MULTILINE)


def lines_of(path: str) -> Iterator[str]:
    """Command lines of a page's shell blocks, and what its systemd units start and set."""
    for fence in page(path).fences:
        match fence.info:
            case "sh":
                yield from _RUN_BY.sub("", fence.text.replace("\\\n", " ")).splitlines()
            case "ini":
                for kind, text in _UNIT.findall(fence.text):
                    yield text if kind == "ExecStart" else f"export {text}"


COMMANDS = [(path, line) for path in all_pages() for line in lines_of(path) if line.strip()]


def words_of(line: str) -> tuple[list[str], list[str]]:
    """Names of the variables that a line sets, and the command's words."""
    words = shlex.split(line)
    if words[0] == "export":
        words = words[1:]
    names = []
    while words and (match := _SETS.match(words[0])):
        names.append(match[1])
        words = words[1:]
    return names, words


def program_of(words: list[str]) -> str:
    return words[0].rpartition("/")[2]


@pytest.fixture(scope="module")
def commands_of_dev() -> set[str]:
    """What `python3 dev.py` says that it can do."""
    told = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "--help"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout
    return set(re.findall(r"python3 dev\.py ([\w-]+)", told))


def test_there_are_commands() -> None:
    programs = [program_of(words) for _, line in COMMANDS if (words := words_of(line)[1])]
    assert programs.count("webdial") > 25
    assert programs.count("python3") > 8


def test_contributing_shows_every_command_of_dev(commands_of_dev: set[str]) -> None:
    shown = {
        words[2]
        for line in lines_of("CONTRIBUTING.md")
        if (words := shlex.split(line))[:2] == ["python3", "dev.py"]
    }
    assert shown == commands_of_dev


@pytest.mark.parametrize(("path", "line"), COMMANDS)
def test_command_exists(
    path: str,
    line: str,
    commands_of_dev: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, words = words_of(line)
    # Files that a command reads are looked for when it is parsed.
    monkeypatch.chdir(tmp_path)
    for file in (word for word in words if word.endswith((".sql", ".xlsx", ".vcf", ".toml"))):
        (tmp_path / file).touch()
    assert set(names) <= {each.name for each in VARIABLES} | LIBRARIES_VARIABLES
    match [program_of(words), *words[1:]] if words else []:
        case ["webdial", *arguments]:
            parse(arguments)
        case ["python3", "dev.py", command, *_]:
            assert command in commands_of_dev
        case ["python3", "-m", module, *_]:
            assert module == "venv"
        case [program, *_]:
            assert program in OTHERS
        case []:
            assert names
