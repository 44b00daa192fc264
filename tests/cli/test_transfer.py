"""`webdial export`, `import` and `config` as they are run, from one database to the other."""

from pathlib import Path

import pytest

from tests.server import MECHANISM, Installation

PASSPHRASE = "four words of nothing\n"


def test_table_is_previewed_imported_and_exported(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("StaffID;Sign-in name;Name;AgencyID\nXY;xy;Xenia;lon\n", encoding="utf-8-sig")
    done = installation.run("import", "users", str(file), "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Row 2: new: Xenia\n" in done.stdout
    assert "1 new, 0 changed, 0 unchanged, 0 wrong\n" in done.stdout
    assert "Left alone, since the file has no row for them: 1 (Carl Osei)\n" in done.stdout
    assert done.stdout.endswith("Nothing was kept.\n")
    done = installation.run("import", "users", str(file))
    assert (done.returncode, "Nothing was kept" in done.stdout) == (0, False)
    exported = tmp_path / "all.xlsx"
    installation.run_all(["export", "users", str(exported)])
    again = installation.run("import", "users", str(exported)).stdout
    assert again == "0 new, 0 changed, 2 unchanged, 0 wrong\n"


def test_wrong_rows_end_with_status_two(sqlite_installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("StaffID,AgencyID,Number\nCO,London,4.42079E+11\n", encoding="utf-8")
    done = sqlite_installation.run("import", "users", str(file))
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "Row 2: wrong: Carl Osei",
        "  AgencyID: London: There is no branch with the AgencyID 'London'.",
        "    The AgencyID of London is LON.",
        "  Number 1: 4.42079E+11: A spreadsheet has shortened this number, and its digits are lost.",
        "    Give the column the format Text, and type the number again.",
        "0 new, 0 changed, 0 unchanged, 1 wrong",
        "Nothing was kept.",
    ]


def test_file_that_is_no_table_ends_with_status_one(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("Name\nx\n", encoding="utf-8")
    done = sqlite_installation.run("import", "users", str(file))
    assert done.returncode == 1
    assert done.stderr.startswith("There is no column StaffID.\n")
    done = sqlite_installation.run("export", "users", str(tmp_path / "staff.pdf"))
    assert (done.returncode, done.stderr[:13]) == (1, "staff.pdf is ")


@pytest.mark.timeout(300)
def test_configuration_moves_to_another_database(
    installation: Installation, tmp_path: Path
) -> None:
    """From each of the databases to SQLite and back: the file stays the same."""
    other = Installation(tmp_path / "other")
    other.folder.mkdir()
    first, second = tmp_path / "1.toml", tmp_path / "2.toml"
    installation.run_all(["setting", "set", MECHANISM, "tel:#"], ["config", "export", str(first)])
    told = other.run("config", "import", str(first))
    assert told.returncode == 0, told.stderr
    assert "Users\n" in told.stdout
    other.run_all(["config", "export", str(second)])
    assert second.read_text() == first.read_text()
    assert other.run("config", "import", str(first)).stdout.count(" 0 new, 0 changed") == 3


@pytest.mark.timeout(300)
def test_secrets_move_under_a_passphrase(sqlite_installation: Installation, tmp_path: Path) -> None:
    other, sealed = Installation(tmp_path / "other"), tmp_path / "sealed.toml"
    other.folder.mkdir()
    sqlite_installation.run("credential", "set", "CRM", stdin="planted-secret\n")
    done = sqlite_installation.run(
        "config", "export", str(sealed), "--with-secrets", stdin=PASSPHRASE
    )
    assert done.returncode == 0, done.stderr
    assert "planted-secret" not in sealed.read_text()
    refused = other.run("config", "import", str(sealed), stdin="another passphrase\n")
    assert (refused.returncode, refused.stderr) == (
        1,
        "The passphrase is not the one that the file was sealed with.\n",
    )
    tried = other.run("config", "import", str(sealed), "--dry-run", stdin=PASSPHRASE)
    assert "Entry 1: new: CRM\n" in tried.stdout
    assert other.run("credential", "list").stdout == ""
    done = other.run("config", "import", str(sealed), stdin=PASSPHRASE)
    assert (done.returncode, "planted-secret" in done.stdout) == (0, False)
    assert other.run("credential", "list").stdout.startswith("CRM\t")
