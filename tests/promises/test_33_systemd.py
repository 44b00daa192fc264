"""A service by our unit may write to its folder and sees next to nothing else of the machine."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.docs.manual import ROOT
from tests.promises.proofs import proven_by
from tests.promises.taken_over import ACTS
from tests.systemd.__main__ import MOST_EXPOSED
from tests.systemd.machine import missing, run_on_machine

test_proven_elsewhere = proven_by(
    "tests/docs/test_packaging.py::test_unit_is_hardened",
    "tests/docs/test_packaging.py::test_systemd_finds_nothing_wrong_with_the_unit",
    "tests/docs/test_packaging.py::test_container_runs_a_command_that_there_is_as_nobody_special",
)

UNIT: Final = ROOT / "packaging/systemd/webdial.service"

ALLOWED: Final = {"write to its folder", "connect"}
BARE: Final = {
    "write where all may", "read homes", "read what others keep in /tmp", "see the processes of others",
    "make a set-uid file", "write and run memory", "talk to the kernel", "be another kind of system",
}  # fmt: skip
"""What the same program may besides as the same user without our unit: so the unit is what refuses it."""

_INSTEAD: Final = """\
[Service]
Type=oneshot
Restart=no
WatchdogSec=0
ExecStart=
ExecStart=/opt/python/bin/python3 /taken_over.py
StandardOutput=append:/told
StandardError=append:/told
"""
_TRIAL: Final = """\
ldconfig; ip link set lo up
useradd --system --home-dir /var/lib/webdial --shell /usr/sbin/nologin webdial
mkdir -p -m 0755 /home/ann /tmp-of-all /bare; chmod 1777 /tmp-of-all; chown webdial /bare
echo dear > /home/ann/letter; echo theirs > /tmp/of-others
cat > /taken_over.py <<'END'
{program}
END
systemctl daemon-reload
systemctl start webdial
echo ==
runuser -u webdial -- /opt/python/bin/python3 /taken_over.py /bare
"""


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_who_runs_code_in_the_service_gets_no_further(tmp_path: Path) -> None:
    """On a machine of its own with a real systemd; beside it the same without the unit."""
    program = (Path(__file__).parent / "taken_over.py").read_text(encoding="utf-8")
    told = run_on_machine(tmp_path, _TRIAL.format(program=program), drop_in=_INSTEAD)
    by_unit, _, bare = told.partition("==\n")
    assert done(by_unit) == ALLOWED, told
    assert done(bare) >= ALLOWED | BARE, told


def done(told: str) -> set[str]:
    found = dict(line.split("\t", 1) for line in told.splitlines() if "\t" in line)
    assert found.keys() == ACTS.keys(), told
    return {name for name, what in found.items() if what == "done"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_itself_finds_little_exposed() -> None:
    """In short, where no machine can be booted: by the unit's text alone."""
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager"]
    threshold = f"--threshold={MOST_EXPOSED * 10:.0f}"
    judged = subprocess.run(
        [*command, threshold, str(UNIT)], capture_output=True, text=True, timeout=60, check=False
    )
    assert judged.returncode == 0, judged.stdout
    assert "Overall exposure level for webdial.service" in judged.stdout
