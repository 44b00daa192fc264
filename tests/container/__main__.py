"""Builds the image, runs it in a network of its own, and tells what came of it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.container.image import DEBIAN, build, make_base, newer_source
from tests.container.store import missing, own_store
from tests.container.trial import EXPECTED, NEWER
from tests.docs.manual import ROOT


def main() -> int:
    if why := missing():
        print(why)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with own_store(folder):
            told = _built_and_tried(folder)
    found = dict(line.split("\t", 1) for line in told.splitlines() if "\t" in line)
    wrong = {name for name, value in EXPECTED.items() if found.get(name) != value}
    for name, value in found.items():
        print(f"{'WRONG ' if name in wrong else '':6}{name}: {value}")
    for name in sorted(wrong - found.keys()):
        print(f"WRONG {name}: not told")
    return 1 if wrong else 0


def _built_and_tried(folder: Path) -> str:
    """What the trial prints. The newer image is built while pip can still reach its index."""
    make_base(ROOT / f".venv/base-{DEBIAN}.tar", folder)
    (folder / "newer").mkdir()
    build(newer_source(folder / "newer", NEWER), folder)
    _tag("webdial", "newer", folder)
    build(ROOT, folder)
    # No name but its own loopback and the containers' network: nothing of it gets out, and port 8000 is free.
    command = ["unshare", "--net", sys.executable, "-m", "tests.container.trial", str(folder)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=False
    ).stdout


def _tag(image: str, name: str, folder: Path) -> None:
    subprocess.run(["podman", "tag", image, name], cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
