"""A machine of its own with systemd as its first process: this one's files, and what is written there is gone after.

systemd-nspawn boots it over an overlay of the root file system. It has no network but its own loopback.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.docs.manual import ROOT

PYTHON: Final = Path("/opt/python")
PROGRAM: Final = Path("/opt/webdial")
LONGEST_S: Final = 300

_TARGET: Final = """\
[Unit]
Requires=basic.target
Wants=trial.service
After=basic.target
AllowIsolate=yes
"""
_TRIAL: Final = """\
[Unit]
After=basic.target
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/bin/bash /trial.sh
StandardOutput=append:/told
StandardError=append:/told
"""


def missing() -> str:
    """Why no machine can be booted here; empty when one can."""
    if os.geteuid() != 0:
        return "Only root can boot a machine."
    if shutil.which("systemd-nspawn") is None:
        return "systemd-nspawn is not here (Debian's package systemd-container)."
    return ""


def run_on_machine(folder: Path, script: str, *, drop_in: str = "") -> str:
    """What `script` prints on a machine with Webdial installed as the how-to says; `folder` is fresh."""
    with _root(folder) as root:
        _install(root, drop_in)
        (root / "trial.sh").write_text(script, encoding="utf-8")
        (root / "etc/systemd/system/trial.target").write_text(_TARGET, encoding="utf-8")
        (root / "etc/systemd/system/trial.service").write_text(_TRIAL, encoding="utf-8")
        subprocess.run(
            [
                "systemd-nspawn", "--quiet", "--directory", str(root), "--register=no", "--keep-unit",
                "--private-network", "--link-journal=no", f"--bind-ro={sys.base_prefix}:{PYTHON}",
                f"--bind-ro={sysconfig.get_path('purelib')}:{PROGRAM}/packages",
                f"--bind-ro={ROOT}/src:{PROGRAM}/src", "--boot", "--", "systemd.unit=trial.target",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=LONGEST_S, check=False,
        )  # fmt: skip
        return (root / "told").read_text(encoding="utf-8")


@contextmanager
def _root(folder: Path) -> Iterator[Path]:
    root, upper, work = (folder / name for name in ("root", "upper", "work"))
    for each in (root, upper, work):
        each.mkdir()
    layers = f"lowerdir=/,upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(root)], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", str(root)], check=True)


def _install(root: Path, drop_in: str) -> None:
    """Webdial under /opt, as far as the unit can tell; the unit itself is the very file."""
    for each in (PYTHON, PROGRAM / "bin", PROGRAM / "packages", PROGRAM / "src"):
        (root / each.relative_to("/")).mkdir(parents=True, exist_ok=True)
    program = root / PROGRAM.relative_to("/") / "bin/webdial"
    program.write_text(
        f"#!{PYTHON}/bin/python3\nimport sys\n"
        f"sys.path[:0] = ['{PROGRAM}/src', '{PROGRAM}/packages']\n"
        "from webdial.cli import main\nsys.exit(main())\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    (root / "etc/ld.so.conf.d/000-python.conf").write_text(f"{PYTHON}/lib\n", encoding="utf-8")
    units = root / "etc/systemd/system"
    shutil.copy(ROOT / "packaging/systemd/webdial.service", units)
    if drop_in:
        (units / "webdial.service.d").mkdir()
        (units / "webdial.service.d/own.conf").write_text(drop_in, encoding="utf-8")
