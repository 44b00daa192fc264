"""Tampering shows: each entry that was changed, removed or put in is named."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.promises.proofs import proven_by
from tests.server import Installation

test_proven_elsewhere = proven_by(
    "tests/site/test_log_lines.py::test_nothing_that_is_told_begins_a_line_of_the_log",
    "tests/numbers/test_cleaning.py::test_what_was_typed_is_kept_without_marks_that_nobody_sees",
    "tests/site/test_audit.py::test_every_column_of_a_call_is_chained",
    "tests/site/test_audit.py::test_record_cut_short_or_written_anew_is_found_by_the_head",
)
COUNT: Final = 6
NUMBER: Final = "0163298"


@dataclass(frozen=True, slots=True)
class Written:
    installation: Installation
    head: str
    """Anchored after the last call."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """What a server wrote while it ran: of this log everything is vouched for."""
    installation = Installation(tmp_path_factory.mktemp("written"))
    installation.prepare()
    installation.dial_by("tel:#")
    with installation.serving() as server:
        for count in range(COUNT):
            assert server.place_call(f"{NUMBER}{count:04}").status == 201
        head = installation.run("audit", "head").stdout.strip()
    return Written(installation, head)


def copied_to(folder: Path, source: Path) -> None:
    for key in source.glob("*.key"):
        shutil.copy(key, folder)
    with (
        closing(sqlite3.connect(source / "webdial.sqlite3")) as there,
        closing(sqlite3.connect(folder / "webdial.sqlite3")) as here,
    ):
        there.backup(here)


@pytest.fixture
def stolen(written: Written, tmp_path: Path) -> Installation:
    """A copy to do harm to."""
    copied_to(tmp_path, written.installation.folder)
    return Installation(tmp_path)


def found_after(stolen: Installation, harm: str, *options: str) -> str:
    """What `webdial audit verify` says after this SQL."""
    with closing(sqlite3.connect(stolen.folder / "webdial.sqlite3")) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():  # an intruder takes guards away first
            database.execute(f'DROP TRIGGER "{name}"')
        database.executescript(harm)
    done = stolen.run("audit", "verify", *options)
    assert done.returncode == (1 if harm else 0), done.stdout + done.stderr
    return done.stdout


def call_of(stolen: Installation, count: int) -> str:
    """The id, as it is shown."""
    with closing(sqlite3.connect(stolen.folder / "webdial.sqlite3")) as database:
        query = "SELECT id FROM webdial_call WHERE typed = ?"
        ((found,),) = database.execute(query, [f"{NUMBER}{count:04}"]).fetchall()
    return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"


def test_what_was_written_stands(stolen: Installation) -> None:
    """So that the tests below could fail for another reason than the harm."""
    assert "looked at" in found_after(stolen, "")


_ONE: Final = f"WHERE typed = '{NUMBER}0002'"


@pytest.mark.parametrize(
    "harm",
    [
        f"UPDATE webdial_call SET dialled = '0900123' {_ONE}",
        f"UPDATE webdial_call SET user_id = 99 {_ONE}",
        f"UPDATE webdial_call SET placed_at = '2020-01-01 00:00:00' {_ONE}",
        f"UPDATE webdial_call SET outcome = 'blocked' {_ONE}",
        f"UPDATE webdial_call SET begun_salt = '', ended_salt = '' {_ONE}",
        f"UPDATE webdial_call SET erased_at = placed_at, typed = '', dialled = '' {_ONE}",
        f"DELETE FROM webdial_call {_ONE}",
        f"UPDATE webdial_call SET extension = '1' {_ONE}; VACUUM",
    ],
    ids=["number", "caller", "time", "outcome", "salts", "as-if-erased", "removed", "extension"],
)
def test_call_that_was_harmed_is_named(stolen: Installation, harm: str) -> None:
    call = call_of(stolen, 2)
    assert f"Call {call} " in found_after(stolen, harm)


def test_call_that_was_put_in_is_named(stolen: Installation) -> None:
    """As a copy of a true one, salts and all."""
    made_up = "01a21570-0000-7000-8000-00000000abcd"
    with closing(sqlite3.connect(stolen.folder / "webdial.sqlite3")) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(webdial_call)")]
    kept = ", ".join(f'"{name}"' for name in columns if name != "id")
    harm = f"INSERT INTO webdial_call (id, {kept}) SELECT '{made_up.replace('-', '')}', {kept} FROM webdial_call {_ONE}"
    assert f"Call {made_up}" in found_after(stolen, harm)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE webdial_change SET user_name = 'Somebody Else' WHERE id = {last}",
        "UPDATE webdial_change SET after = '{{}}' WHERE id = {last}",
        "DELETE FROM webdial_change WHERE id = {last}",
        "DELETE FROM webdial_auditrecord WHERE position = (SELECT max(position) - 1 FROM webdial_auditrecord)",
        "UPDATE webdial_auditrecord SET content = replace(content, 'a', 'b')",
        "UPDATE webdial_journallink SET hash = zeroblob(32) WHERE position = 2",
        "DELETE FROM webdial_journallink WHERE position = 2",
    ],
)
def test_harm_to_history_and_chains_is_found(stolen: Installation, harm: str) -> None:
    with closing(sqlite3.connect(stolen.folder / "webdial.sqlite3")) as database:
        ((last,),) = database.execute("SELECT max(id) FROM webdial_change").fetchall()
    assert found_after(stolen, harm.format(last=last))


def test_log_that_was_cut_short_does_not_fit_its_anchored_head(
    stolen: Installation, written: Written
) -> None:
    """The last call is gone, and with it all that vouched for it: only a head that is kept elsewhere tells."""
    assert "looked at" in found_after(stolen, "", "--head", written.head)
    harm = f"""
        DELETE FROM webdial_call WHERE typed = '{NUMBER}{COUNT - 1:04}';
        DELETE FROM webdial_journallink WHERE position > 1;
        DELETE FROM webdial_auditrecord WHERE position > 1;
    """
    assert "it was anchored" in found_after(stolen, harm, "--head", written.head)
