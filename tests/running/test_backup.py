"""`webdial backup` and `webdial restore`: while calls are placed, into either database, and nothing torn."""

import io
import json
import stat
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real.postgres import PostgresCluster
from tests.running.kept import ask, fill, lift_limits
from tests.running.nodes import placing_all_the_time
from tests.running.test_nothing_lost import phone_system
from tests.server import Installation
from webdial.errors import InvalidValueError
from webdial.site.domain.backup.restoring import opened_backup

PLACED = "SELECT outcome FROM webdial_call"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Nothing changes it but calls."""
    installation = Installation(tmp_path_factory.mktemp("filled"))
    cluster: PostgresCluster | None = None
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
    if cluster is None:
        yield _filled(installation)
        return
    with cluster.fresh_database() as url:
        installation.database_url = url
        yield _filled(installation)


def _filled(installation: Installation) -> Installation:
    installation.prepare()
    fill(installation)
    lift_limits(installation)
    return installation


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small SQLite installation."""
    folder = tmp_path_factory.mktemp("small")
    installation = Installation(folder / "data")
    installation.prepare()
    fill(installation)
    assert installation.run("backup", str(folder / "small.tar.gz")).returncode == 0
    return folder / "small.tar.gz"


def restored(backup: Path, folder: Path, url: str = "", *options: str) -> Installation:
    installation = Installation(folder, url)
    done = installation.run("restore", str(backup), *options)
    assert done.returncode == 0, done.stderr
    return installation


def changed(backup: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same backup with other files in it."""
    with tarfile.open(backup) as archive:
        files = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
    change(files)
    with tarfile.open(target, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target


@pytest.mark.parametrize("moves", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_restored_installation_places_calls(
    filled: Installation, *, moves: bool, tmp_path: Path, postgres: PostgresCluster
) -> None:
    """From each of the databases to the other, and to the same."""
    backup = tmp_path / "webdial.tar.gz"
    made = filled.run("backup", str(backup))
    assert made.returncode == 0, made.stderr
    assert "with secret.key and credential.key" in made.stdout
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with postgres.fresh_database() as url:
        was_in_postgresql = bool(filled.database_url)
        there = restored(backup, tmp_path / "restored", "" if moves == was_in_postgresql else url)
        there.token = filled.token
        for name in ("secret.key", "credential.key"):
            file = there.folder / name
            assert file.read_text() == (filled.folder / name).read_text()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with phone_system() as phones:
            there.dial_by(phones.url("", "/?to=#&secret={secret PBX}"))
            with there.serving() as server:
                assert server.place_call("01632960000").content["outcome"] == "sent"
            assert "secret=hunter2" in phones.requests[0].target
        assert ask(there, "SELECT name FROM webdial_person") == [("Zoë",)]
        assert there.run("check").returncode == 0


def test_backup_while_calls_are_placed_is_of_one_moment(
    filled: Installation, tmp_path: Path
) -> None:
    with phone_system() as phones:
        filled.dial_by(phones.url("", "/?to=#"))
        with (
            filled.serving() as server,
            placing_all_the_time(server.place_call, clients=3) as placed,
        ):
            phones.wait(20)  # type: ignore[attr-defined]
            before = {reply.content["id"].replace("-", "") for reply in placed}
            done = filled.run("backup", str(tmp_path / "busy.tar.gz"))
        assert done.returncode == 0, done.stderr
        there = restored(tmp_path / "busy.tar.gz", tmp_path / "restored")
        kept = {row[0].replace("-", "") for row in ask(there, "SELECT id FROM webdial_call")}
        assert before <= kept
        with there.serving() as server:
            assert server.ask("/api/v1/openapi.json").status == 200
        outcomes = Counter(outcome for (outcome,) in ask(there, PLACED))
        assert outcomes["placing"] == 0
        assert outcomes["interrupted"] <= 3
        assert outcomes["sent"] >= len(before)
    assert phones.requests_seen == len(placed)


def test_backup_takes_no_other_file_s_place(filled: Installation, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_text("mine", encoding="ascii")
    assert filled.run("backup", str(file)).returncode == 1
    assert file.read_text(encoding="ascii") == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["there"]


def test_where_there_is_no_database_nothing_is_backed_up(tmp_path: Path) -> None:
    """As from a timer that was not told WEBDIAL_DATA: it would back up an empty database every day."""
    refused = Installation(tmp_path / "data").run("backup", str(tmp_path / "file.tar.gz"))
    assert refused.returncode == 1
    assert f"There is no database {tmp_path / 'data' / 'webdial.sqlite3'}" in refused.stderr
    assert not (tmp_path / "file.tar.gz").exists()
    assert not (tmp_path / "data" / "webdial.sqlite3").exists()


def test_backup_without_keys_holds_none(filled: Installation, tmp_path: Path) -> None:
    backup = tmp_path / "webdial.tar.gz"
    made = filled.run("backup", str(backup), "--without-keys")
    assert "without keys" in made.stdout
    with tarfile.open(backup) as archive:
        assert archive.getnames() == ["manifest.json", "webdial.sqlite3"]
    content = Installation(tmp_path / "restored").run("restore", str(backup))
    assert "The backup has no secret.key and no credential.key." in content.stdout
    assert not (tmp_path / "restored" / "credential.key").exists()


def test_key_that_is_given_is_not_in_the_backup(filled: Installation, tmp_path: Path) -> None:
    given = {"WEBDIAL_SECRET_KEY": "k" * 40}
    elsewhere = Installation(filled.folder, filled.database_url, extra_environment=given)
    made = elsewhere.run("backup", str(tmp_path / "webdial.tar.gz"))
    assert "Not in it, since you give it yourself: WEBDIAL_SECRET_KEY." in made.stdout
    with tarfile.open(tmp_path / "webdial.tar.gz") as archive:
        assert "secret.key" not in archive.getnames()


def test_restoring_over_something_wants_force(small: Path, tmp_path: Path) -> None:
    there = Installation(tmp_path)
    there.prepare(with_own_keys=True)
    refused = there.run("restore", str(small))
    assert refused.returncode == 1
    assert "webdial.sqlite3" in refused.stderr
    assert ask(there, "SELECT count(*) FROM webdial_user") == [(1,)]
    restored(small, tmp_path, "", "--force")
    assert ask(there, "SELECT count(*) FROM webdial_user") == [(2,)]
    assert len(list(tmp_path.glob("webdial.sqlite3.before-*"))) == 1
    assert len(list(tmp_path.glob("secret.key.before-*"))) == 1


def test_restoring_over_postgresql_wants_force(
    small: Path, tmp_path: Path, postgres: PostgresCluster
) -> None:
    with postgres.fresh_database() as url:
        there = Installation(tmp_path / "other", url)
        there.prepare(with_own_keys=True)
        refused = Installation(tmp_path / "new", url).run("restore", str(small))
        assert (refused.returncode, "not empty" in refused.stderr) == (1, True)
        assert ask(there, "SELECT count(*) FROM webdial_user") == [(1,)]
        restored(small, tmp_path / "new", url, "--force")
        assert ask(there, "SELECT count(*) FROM webdial_user") == [(2,)]


def test_nothing_is_restored_under_a_server(small: Path, installation: Installation) -> None:
    with installation.serving():
        refused = installation.run("restore", str(small), "--force")
    assert refused.returncode == 1
    assert "A server is running" in refused.stderr


def _cut(files: dict[str, bytes]) -> None:
    files["webdial.sqlite3"] = files["webdial.sqlite3"][:-1]


def _flip(files: dict[str, bytes]) -> None:
    content = bytearray(files["webdial.sqlite3"])
    content[5_000] ^= 1
    files["webdial.sqlite3"] = bytes(content)


def _lose_key(files: dict[str, bytes]) -> None:
    del files["credential.key"]


def _lose_manifest(files: dict[str, bytes]) -> None:
    del files["manifest.json"]


def _add_path(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["../outside"] = manifest["files"]["secret.key"]
    files["../outside"] = files["secret.key"]
    files["manifest.json"] = json.dumps(manifest).encode()


def _tell_other_count(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["counts"]["webdial_user"] += 1
    files["manifest.json"] = json.dumps(manifest).encode()


def _be_newer(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["format"] = 2
    files["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    "change", [_cut, _flip, _lose_key, _lose_manifest, _add_path, _tell_other_count, _be_newer]
)
def test_backup_that_is_not_whole_is_refused(
    small: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    bad = changed(small, tmp_path / "bad.tar.gz", change)
    with (
        pytest.raises(InvalidValueError, match="The backup cannot be used"),
        opened_backup(bad, beside=tmp_path),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["bad.tar.gz"]


@pytest.mark.parametrize("kept", [0, 100, 5_000])
def test_backup_that_was_cut_off_is_refused(small: Path, tmp_path: Path, kept: int) -> None:
    (tmp_path / "cut.tar.gz").write_bytes(small.read_bytes()[:kept])
    with (
        pytest.raises(InvalidValueError, match="The backup cannot be used"),
        opened_backup(tmp_path / "cut.tar.gz", beside=tmp_path),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["cut.tar.gz"]


def test_restore_of_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "no.tar.gz").write_text("no backup", encoding="ascii")
    refused = Installation(tmp_path / "data").run("restore", str(tmp_path / "no.tar.gz"))
    assert refused.returncode == 1
    assert "The backup cannot be used." in refused.stderr
    assert list((tmp_path / "data").iterdir()) == []


def test_backup_of_a_newer_version_is_refused(small: Path, tmp_path: Path) -> None:
    there = restored(small, tmp_path / "newer")
    there.execute(
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "from django.db import connection\n"
        "MigrationRecorder(connection).record_applied('webdial', '9999_future')\n"
    )
    assert there.run("backup", str(tmp_path / "newer.tar.gz")).returncode == 0
    refused = Installation(tmp_path / "data").run("restore", str(tmp_path / "newer.tar.gz"))
    assert refused.returncode == 1
    assert "a newer version of Webdial" in refused.stderr
    assert list((tmp_path / "data").iterdir()) == []
