"""Two servers over one SQLite file know each other, whatever their data folders are."""

from pathlib import Path

from webdial.site.databases import SqliteDatabase
from webdial.site.runs import begin_run


def test_run_from_another_data_folder_is_alive(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.sqlite3")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = begin_run(database)
    second = begin_run(database)
    try:
        assert second.is_alive(first.id)
        first.close()
        assert not second.is_alive(first.id)
    finally:
        second.close()
