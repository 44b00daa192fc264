"""What the disk is, and that its commits are really written."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench import disk


def test_commits_are_on_disk_and_take_time(tmp_path: Path) -> None:
    assert disk.commit_s(tmp_path, commits=5) > 0
    with closing(sqlite3.connect(tmp_path / "commits.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM entry").fetchone() == (5,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_data_folder_can_be_written_to() -> None:
    folder = disk.data_folder()
    assert folder.is_dir()
    assert disk.file_system(folder)
