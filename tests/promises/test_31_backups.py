"""A backup is its owner’s alone, and is looked through before anything of it is used."""

import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by
from tests.server import Installation

test_proven_elsewhere = proven_by(
    "tests/running/test_backup.py::test_backup_without_keys_holds_none",
    "tests/running/test_backup.py::test_backup_that_is_not_whole_is_refused",
    "tests/running/test_backup.py::test_backup_takes_no_other_file_s_place",
)


@pytest.fixture(scope="module")
def backup(attacked: AttackedSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made while the site is running, by somebody whose files others may read."""
    file = tmp_path_factory.mktemp("backup") / "webdial.tar.gz"
    before = os.umask(0)
    try:
        done = attacked.installation.run("backup", str(file))
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    return file


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights than modes")
def test_backup_is_its_owners_alone(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def forge(good: Path, forged: Path, entry: tarfile.TarInfo, content: bytes = b"") -> None:
    """With an entry more, which takes the place of one of the same name."""
    with tarfile.open(good) as source, tarfile.open(forged, "w:gz") as target:
        for member in source.getmembers():
            if member.name != entry.name:
                target.addfile(member, source.extractfile(member))
        entry.size = len(content)
        target.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    "name",
    ["../escaped", "/tmp/escaped-webdial", "keys/../../escaped", "webdial.sqlite3/../escaped"],
)
def test_name_in_a_backup_is_no_path(backup: Path, tmp_path: Path, name: str) -> None:
    forge(backup, tmp_path / "forged.tar.gz", tarfile.TarInfo(name), b"evil")
    restored = Installation(tmp_path / "restored")
    restored.run("restore", str(tmp_path / "forged.tar.gz"))
    assert not Path("/tmp/escaped-webdial").exists()
    assert list(tmp_path.rglob("*escaped*")) == []


@pytest.mark.parametrize("name", ["credential.key", "webdial.sqlite3", "manifest.json"])
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_entry_that_is_no_file_is_refused(
    backup: Path, tmp_path: Path, name: str, kind: bytes
) -> None:
    """Nothing of it is there afterwards, the good entries included."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, "/etc/passwd"
    forge(backup, tmp_path / "forged.tar.gz", entry)
    restored = Installation(tmp_path / "restored")
    done = restored.run("restore", str(tmp_path / "forged.tar.gz"))
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert not (restored.folder / "webdial.sqlite3").exists()
    assert not (restored.folder / "credential.key").exists()


def test_backup_that_is_whole_is_restored(backup: Path, tmp_path: Path) -> None:
    """So that the tests above could fail."""
    restored = Installation(tmp_path / "restored")
    done = restored.run("restore", str(backup))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ada" in restored.run("user", "list").stdout
