"""Which real parts this machine has, by the table in `packages.toml`.

A developer's machine may lack a part: its tests are skipped with a line that says what to
install. A CI machine (`CI=true` in the environment) may not: there the same line fails the test.
"""

import os
import shutil
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = Path(__file__).with_name("packages.toml")

_SYSTEM_FOLDERS = "/usr/sbin:/sbin"
"""Where Debian keeps servers; not on the PATH of ordinary users."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of `packages.toml`; either `program` or `module` is set."""

    name: str
    purpose: str
    packages: tuple[str, ...]
    program: str = ""
    module: str = ""


@cache
def parts() -> dict[str, Part]:
    """Every part by its name, in the order of the file."""
    tables = tomllib.loads(PACKAGES.read_text(encoding="utf-8"))
    return {
        name: Part(name=name, **{**table, "packages": tuple(table["packages"])})
        for name, table in tables.items()
    }


def missing(part: str) -> str | None:
    """Return a sentence naming the part and what to install, or None when the part is here.

    Raises KeyError for a part that `packages.toml` does not have.
    """
    wanted = parts()[part]
    if wanted.module:
        found = find_spec(wanted.module) is not None
        remedy = f"install the Python package that brings the module {wanted.module}"
    else:
        found = _find(wanted.program) is not None
        remedy = f"apt-get install {' '.join(wanted.packages)}"
    return None if found else f"{part} is not on this machine: {remedy}"


def require(*names: str) -> None:
    """Skip the running test when a part is missing; fail it when the environment has CI=true."""
    lacking = [line for name in names if (line := missing(name))]
    if not lacking:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("; ".join(lacking), pytrace=False)
    pytest.skip("; ".join(lacking))


def program(part: str) -> Path:
    """Return the path of the part's program.

    Raises FileNotFoundError with the sentence of `missing` when it is not here.
    """
    found = _find(parts()[part].program)
    if found is None:
        raise FileNotFoundError(missing(part))
    return found


def _find(name: str) -> Path | None:
    if name.startswith("/"):
        found = sorted(Path("/").glob(name.removeprefix("/")), key=_version_order)
        return found[-1] if found else None
    path = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_FOLDERS}"
    where = shutil.which(name, path=path)
    return Path(where) if where else None


def _version_order(path: Path) -> list[int]:
    """Order paths by the numbers in their folders, so that PostgreSQL 9 comes before 15."""
    return [int(piece) for piece in path.parts if piece.isdigit()]
