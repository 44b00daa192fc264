"""`webdial dial --selection` and `webdial dial -`: what is selected on a real X11, and what is piped in."""

import json
import os
import subprocess
import sys

import pytest

from tests.desktop.test_selection import Select, screen, select, x11
from tests.server import Installation

__all__ = ["screen", "select", "x11"]  # fixtures

NUMBER = "+44 20 7946 0123"


@pytest.fixture(scope="module")
def installed(sqlite_installation: Installation) -> Installation:
    sqlite_installation.dial_by("tel:#")
    sqlite_installation.run("setting", "set", "Same Call Within", "0")
    return sqlite_installation


def test_selected_number_is_dialled(installed: Installation, select: Select, x11: str) -> None:
    installed.extra_environment["DISPLAY"] = x11
    select(f"  Tel. {NUMBER}\n")
    done = installed.run("dial", "--selection", "--user", "carl")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "tel:+442079460123"), done.stderr
    listed = installed.run("calls", "list", "--json")
    assert json.loads(listed.stdout.splitlines()[0])["number"] == NUMBER, listed.stdout


def test_selection_that_is_no_number_dials_nothing(
    installed: Installation, select: Select, x11: str
) -> None:
    installed.extra_environment["DISPLAY"] = x11
    select("Yours sincerely")
    done = installed.run("dial", "--selection", "--user", "carl")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no number in this that could be dialled." in done.stderr


def test_selection_where_there_is_no_screen_is_told(installed: Installation) -> None:
    installed.extra_environment |= {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    done = installed.run("dial", "--selection", "--user", "carl")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no screen here" in done.stderr


@pytest.mark.parametrize("arguments", [["-"], []], ids=["-", "none"])
def test_number_from_a_pipe_is_dialled(installed: Installation, arguments: list[str]) -> None:
    done = installed.run("dial", *arguments, "--user", "carl", stdin=f"{NUMBER}\n")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "tel:+442079460123"), done.stderr


def test_number_and_selection_are_one_too_many(installed: Installation) -> None:
    done = installed.run("dial", NUMBER, "--selection", "--user", "carl")
    assert done.returncode == 2
    assert "Give a number or --selection, not both." in done.stderr


def test_nothing_is_waited_for_at_a_terminal(installed: Installation) -> None:
    """Without a number and without a pipe the command says what it wants."""
    leader, follower = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "webdial", "dial", "--user", "carl"], stdin=follower,
        env=installed.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(leader)
    os.close(follower)
    assert done.returncode == 2
    assert "Which number?" in done.stderr
