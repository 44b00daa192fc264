"""A store of podman's for one trial: nothing of the machine's own images, containers and volumes is seen or touched."""

import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.container.how_to import run

PROGRAMS: Final = ("podman", "runc", "mmdebstrap", "unshare")
_MOST: Final = 4096
"""podman asks for a million open files and processes, which is not given on every machine. These do."""

_STORAGE: Final = """\
[storage]
driver = "overlay"
graphroot = "{folder}/images"
runroot = "{folder}/run"
"""
_CONTAINERS: Final = """\
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def missing() -> str:
    """Why no container can be run here; empty when one can."""
    if os.geteuid() != 0:
        return "Only root can make the base image and a network for it."
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"Not here: {', '.join(absent)} (Debian has a package of each name)." if absent else ""


@contextmanager
def own_store(folder: Path) -> Iterator[None]:
    """podman, from whatever starts it, keeps everything in `folder`, which is emptied at the end."""
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder), encoding="utf-8")
    (folder / "containers.conf").write_text(
        _CONTAINERS.format(
            files=_limit(resource.RLIMIT_NOFILE), processes=_limit(resource.RLIMIT_NPROC)
        ),
        encoding="utf-8",
    )
    named = {
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        "CONTAINERS_CONF": str(folder / "containers.conf"),
    }
    os.environ.update(named)
    try:
        yield
    finally:
        run("podman rmi --all --force", folder=folder)
        for name in named:
            del os.environ[name]


def _limit(kind: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
