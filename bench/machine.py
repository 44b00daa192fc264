"""The machine and the versions a run was made on, for whoever compares its figures."""

import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

_PACKAGES = ("aiohttp", "fastapi", "starlette", "uvicorn", "uvloop", "httptools", "django")


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    python: str
    system: str
    packages: tuple[str, ...]


def describe_machine() -> Machine:
    """The machine this runs on."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=_system(),
        packages=tuple(_versions()),
    )


def stolen_s() -> float:
    """Processor seconds that the host has kept from this virtual machine since it began.

    0 where nobody says: proc(5) has the figure as `steal`, other systems have none.
    """
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _processor() -> str:
    """The model's name: Linux keeps it out of `platform.processor()`."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    kernel = f"{platform.system()} {platform.release()}"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel


def _versions() -> list[str]:
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return found
