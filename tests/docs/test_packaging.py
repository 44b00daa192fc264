"""What is in packaging/: the unit that systemd takes, the container whose files and commands exist."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.docs.command_line import parse
from tests.docs.manual import ROOT
from webdial.environment import VARIABLES
from webdial.runtime import SHUTDOWN_S

UNIT = ROOT / "packaging/systemd/webdial.service"
CONTAINER = ROOT / "packaging/container/Containerfile"
NAMES = {each.name for each in VARIABLES}


def service() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser["Service"]


def instructions() -> list[tuple[str, str]]:
    """Of the Containerfile, each with what follows it, in one line."""
    text = re.sub(r"^#.*\n", "", CONTAINER.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines if line]


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    text = UNIT.read_text(encoding="utf-8").replace("/opt/webdial/bin/webdial", "/bin/true")
    unit = tmp_path / "webdial.service"
    unit.write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    # A container has no systemd to ask; what is wrong with the unit names the unit.
    assert [line for line in told.stderr.splitlines() if "webdial.service" in line] == []


def test_unit_starts_a_command_that_there_is() -> None:
    parse(shlex.split(service()["ExecStart"])[1:])
    assert service()["Environment"].partition("=")[0] in NAMES


def test_unit_is_hardened() -> None:
    wanted = {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "PrivateDevices": "yes", "CapabilityBoundingSet": "", "StateDirectoryMode": "0700", "UMask": "0077",
        "RestrictSUIDSGID": "yes", "MemoryDenyWriteExecute": "yes",
    }  # fmt: skip
    assert {name: service()[name] for name in wanted} == wanted
    assert service()["User"] not in {"root", "nobody"}


def test_unit_waits_for_the_end() -> None:
    """Requests, then calls, and some to spare; the first process alone is told (test_workers.py)."""
    assert int(service()["TimeoutStopSec"].rstrip("s")) > 2 * SHUTDOWN_S + 10
    assert (service()["Type"], service()["KillMode"]) == ("notify", "mixed")


def copied_into_the_image() -> list[str]:
    return [
        name
        for kind, rest in instructions()
        if kind == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    ]


def needed_for_the_wheel() -> set[str]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = told["tool"]["hatch"]["build"]["targets"]["wheel"]
    project = told["project"]
    files = {"pyproject.toml", project["readme"], *project["license-files"]}
    return files | set(wheel["packages"]) | set(wheel["force-include"])


def is_within(name: str, folders: list[str]) -> bool:
    return any(name == each or name.startswith(f"{each}/") for each in folders)


def test_container_copies_what_there_is() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = copied_into_the_image()
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in needed_for_the_wheel() if not is_within(name, copied)] == []
    assert [name for name in copied if not is_within(name, let_in)] == []
    assert (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines() == ignored


def test_container_runs_a_command_that_there_is_as_nobody_special() -> None:
    found = dict(instructions())
    assert json.loads(found["ENTRYPOINT"]) == ["webdial"]
    parse(json.loads(found["CMD"]))
    assert found["USER"] not in {"root", "0"}
    variables = re.findall(r"(WEBDIAL_\w+)=", " ".join(rest for _, rest in instructions()))
    assert set(variables) <= NAMES
    check = json.loads(found["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "healthcheck", "exec")


def test_container_holds_every_package_to_a_hash() -> None:
    lock = (ROOT / "locks/postgresql.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w-]+)==[^\\]*\\\n\s+--hash=sha256:", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[\w-]+==", lock, re.MULTILINE))
    assert {"django", "psycopg", "psycopg-binary"} <= set(pinned)


def test_packages_of_postgresql_are_those_without_and_the_driver() -> None:
    def pins(name: str) -> set[str]:
        lock = (ROOT / "locks" / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([\w-]+==[^ ;\\]+)", lock, re.MULTILINE))

    more = pins("postgresql.txt") - pins("run.txt")
    assert pins("run.txt") <= pins("postgresql.txt")
    assert {each.partition("==")[0] for each in more} == {"psycopg", "psycopg-binary"}
