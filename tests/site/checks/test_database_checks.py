"""Checks that read the database: its version, and whether every secret opens."""

from pathlib import Path

import pytest

from tests.site.conftest import opened_database
from webdial.environment import Environment
from webdial.sealing import Seal, new_key
from webdial.site.databases import PostgresDatabase, SqliteDatabase
from webdial.site.domain.checks import known
from webdial.site.domain.checks.database import (
    check_database,
    check_version,
    newest_moment,
    time_of_database,
)
from webdial.site.domain.checks.people import has_administrator
from webdial.site.domain.checks.phone_systems import catalogue_ids_by_setup
from webdial.site.domain.checks.running import check_installation
from webdial.site.domain.checks.secrets import MOST_TOLD, Sealed, check_sealed, check_secrets
from webdial.site.domain.credentials import set_credential
from webdial.site.domain.sealed_places import place_of_sign_in, place_of_value
from webdial.site.models import (
    Credential,
    PhoneSystemSetup,
    PhoneSystemSignIn,
    PhoneSystemValue,
    User,
)

OURS = frozenset({("webdial", "0001"), ("webdial", "0002")})


def test_version_of_the_database() -> None:
    def found(applied: set[tuple[str, str]]) -> list[str]:
        return [str(each.id) for each in check_version(OURS, frozenset(applied))]

    assert found({*OURS}) == []
    assert found({*OURS, ("an app that was removed", "0009")}) == []
    assert found({("webdial", "0001")}) == [known.DATABASE_OLDER.id]
    assert found({*OURS, ("webdial", "0003")}) == [known.DATABASE_NEWER.id]


def test_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite3"
    assert [each.id for each in check_database(SqliteDatabase(file))] == [known.DATABASE_MISSING.id]
    assert not file.exists()


def test_database_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "text.sqlite3"
    file.write_text("no database " * 100, encoding="ascii")
    found = check_database(SqliteDatabase(file))
    assert [each.id for each in found] == [known.DATABASE_UNREACHABLE.id]


def test_server_that_is_away_is_told_without_the_password() -> None:
    pytest.importorskip("psycopg")
    away = PostgresDatabase("webdial", "webdial", "s3cret", "127.0.0.1", "9", {})
    (found,) = check_database(away)
    assert found.id == known.DATABASE_UNREACHABLE.id
    assert "s3cret" not in str(found)


@pytest.mark.django_db(transaction=True)
def test_database_of_this_version() -> None:
    assert check_database(opened_database()) == []
    assert newest_moment() is None
    moment = time_of_database()
    assert (moment is None) is isinstance(opened_database(), SqliteDatabase)


def test_secrets_are_told_by_their_names_and_only_the_first_ones() -> None:
    first, second = Seal([new_key()]), Seal([new_key()])
    lost = [Sealed("junk", f"place {number}", f"Secret {number}") for number in range(13)]
    sealed = [
        Sealed(first.close("a", place="new"), "new", "new"),
        Sealed(second.close("b", place="old"), "old", "old"),
    ]
    found = list(check_sealed([*lost, *sealed], [first, second]))
    assert [each.id for each in found] == [
        *[known.SECRET_SEALED_ELSEWHERE.id] * (MOST_TOLD + 1),
        known.SECRETS_UNDER_OLD_KEY.id,
    ]
    assert found[0].msg == "Secret 0 cannot be read."
    assert found[MOST_TOLD].msg == "3 more secrets cannot be read."


@pytest.fixture
def sealed(users: dict[str, User]) -> str:
    """A secret of each kind, sealed under the key that is returned."""
    key = new_key()
    seal = Seal([key])
    set_credential("PBX", "s3cret")
    Credential.objects.update(sealed=seal.close("s3cret", place="credential:pbx"))
    setup = PhoneSystemSetup.objects.create(name="HQ", catalogue_id="no-such-pbx")
    carl = users["carl"]
    place = place_of_value(setup.pk, carl.pk, None, "password")
    PhoneSystemValue.objects.create(
        setup=setup, user=carl, name="password", value=seal.close("x", place=place), is_sealed=True
    )
    place = place_of_sign_in(setup.pk, carl.pk)
    PhoneSystemSignIn.objects.create(
        setup=setup, user=carl, sealed=seal.close("y", place=place),
        signed_in_at="2026-01-01T00:00Z",
    )  # fmt: skip
    return key


def environment_with(folder: Path, *keys: str) -> Environment:
    return Environment({"WEBDIAL_DATA": str(folder), "WEBDIAL_CREDENTIAL_KEYS": ",".join(keys)})


def test_every_kind_of_secret_is_opened(sealed: str, tmp_path: Path) -> None:
    assert check_secrets(environment_with(tmp_path, sealed)) == []
    found = check_secrets(environment_with(tmp_path, new_key()))
    assert [each.msg for each in found] == [
        "The credential PBX cannot be read.",
        "password of the user carl for the phone system HQ cannot be read.",
        "The sign-in of the user carl at HQ cannot be read.",
    ]
    found = check_secrets(environment_with(tmp_path, new_key(), sealed))
    assert [each.id for each in found] == [known.SECRETS_UNDER_OLD_KEY.id]


def test_keys_that_are_none(sealed: str, tmp_path: Path) -> None:
    found = check_secrets(environment_with(tmp_path, sealed, "no key"))
    assert [each.id for each in found] == [known.CREDENTIAL_KEYS_UNUSABLE.id]
    assert sealed not in str(found)


def test_key_that_is_missing_is_not_made(sealed: str, tmp_path: Path) -> None:
    found = check_secrets(environment_with(tmp_path))
    assert [each.id for each in found] == [known.CREDENTIAL_KEY_MISSING.id]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_no_key_is_wanted_where_nothing_is_sealed(tmp_path: Path) -> None:
    assert check_secrets(environment_with(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_readings_of_the_database(sealed: str) -> None:
    assert has_administrator()
    assert list(catalogue_ids_by_setup().values()) == ["no-such-pbx"]
    User.objects.filter(login="ada").update(is_active=False)
    assert not has_administrator()


def test_all_parts_are_run_in_order(sealed: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    found = list(check_installation(environment_with(tmp_path, new_key()), opened_database()))
    told = {str(each.id) for each in found} - {known.DISK_FULL.id, known.DISK_FILLING.id}
    assert told == {
        known.SECRET_SEALED_ELSEWHERE.id,
        known.CATALOGUE_ID_GONE.id,
        known.ABROAD_UNKNOWN.id,
    }


def test_configuration_is_not_read_from_a_database_that_cannot_be(tmp_path: Path) -> None:
    missing = SqliteDatabase(tmp_path / "none.sqlite3")
    environment = environment_with(tmp_path)
    found = [str(each.id) for each in check_installation(environment, missing)]
    assert found[-1] == known.DATABASE_MISSING.id
