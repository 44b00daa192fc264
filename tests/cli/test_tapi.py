"""`webdial tapi`, where there is no Windows. What it does there: tests/desktop/test_windows.py."""

import sys

import pytest
from click.testing import CliRunner

from webdial.cli import main


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has lines")
def test_lines_are_on_windows_alone() -> None:
    done = CliRunner().invoke(main, ["tapi", "lines"])
    assert (done.exit_code, done.output) == (1, "TAPI is there on Windows alone.\n")
