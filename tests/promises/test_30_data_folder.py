"""The data folder of a new installation can be read by its owner alone."""

import os
import stat
from pathlib import Path

import pytest

from tests.server import Installation

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights than modes")


def test_new_folder_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    before = os.umask(0)
    try:
        installation.run_all(
            ["branch", "add", "LON", "--name", "London"], ["credential", "new-key"]
        )
    finally:
        os.umask(before)
    assert stat.S_IMODE(installation.folder.stat().st_mode) == 0o700
    keys = list(installation.folder.glob("*.key"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys} <= {0o600}
