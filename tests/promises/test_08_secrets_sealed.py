"""Secrets are kept sealed: no column of any table holds one in clear, and each seal can be renewed."""

import base64
import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import BinaryField, CharField, JSONField, TextField

from tests.pages.addresses import path_of
from tests.promises.attacked import AttackedSite, Attacker
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/secrets/test_planted_secret.py::test_calls_show_no_secret_whatever_the_phone_system_repeats",
    "tests/secrets/test_planted_in_an_installation.py::test_commands_api_log_and_files_show_no_secret",
    "tests/site/accounts/test_second_factor.py::test_secrets_are_sealed_anew_with_a_new_key",
    "tests/desktop/test_actions.py::test_nothing_of_an_action_stands_in_the_database_in_clear",
    "tests/test_sealing.py::test_sealed_text_of_another_place_does_not_open",
)

SECRET: Final = re.compile(
    r"secret|passw|token|digest|sealed|seed|private|credential|cookie|code", re.IGNORECASE
)
"""What a column with a secret is called."""

SEALED: Final = re.compile(r"gAAAA[\w-]+=*")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
PASSWORD: Final = re.compile(r"(argon2\$.+|![\w]*)?", re.DOTALL)
KINDS: Final = {
    "webdial_user.password": PASSWORD,
    "webdial_apitoken.digest": DIGEST,
    "webdial_computer.digest": DIGEST,
    "webdial_computeraction.sealed": SEALED,
    "webdial_credential.sealed": SEALED,
    "webdial_phonesystemsignin.sealed": SEALED,
    "webdial_change.secrets": re.compile(r"\[.*\]"),  # their names alone
    # The company's provider is told by the environment and its tokens are not kept (SOCIALACCOUNT_STORE_TOKENS).
    "socialaccount_socialapp.secret": None,
    "socialaccount_socialtoken.token": None,
    "socialaccount_socialtoken.token_secret": None,
    "account_emailconfirmation.key": None,
    "auth_permission.codename": re.compile(r"[a-z_]+"),  # Django's own list of what there is
}
"""What each may hold; None for a table that stays empty."""


def columns() -> set[str]:
    """Those that a secret could stand in, by their names."""
    texts = (CharField, TextField, JSONField, BinaryField)
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, texts) and SECRET.search(field.name)
    }


def test_every_column_with_the_name_of_a_secret_is_known() -> None:
    """A new one has to say here how it is kept."""
    assert columns() - set(KINDS) == set()


@pytest.mark.parametrize("column", KINDS)
def test_column_holds_no_secret_in_clear(attacked: AttackedSite, column: str) -> None:
    table, _, name = column.partition(".")
    kept = values(attacked, table, name)
    kind = KINDS[column]
    assert [value for value in kept if kind is None or not kind.fullmatch(str(value))] == []


def test_second_factors_are_sealed(attacked: AttackedSite) -> None:
    kept = [str(value) for value in values(attacked, "mfa_authenticator", "data")]
    named = [found for text in kept for found in re.findall(r'"(?:secret|seed)": ?"([^"]*)"', text)]
    assert len(named) == 2
    assert [each for each in named if not SEALED.fullmatch(each)] == []


def test_what_is_filled_in_is_sealed_where_it_is_a_secret(attacked: AttackedSite) -> None:
    values_of_site = values(attacked, "webdial_phonesystemvalue", "value", where="is_sealed = 1")
    assert values_of_site
    assert [each for each in values_of_site if not SEALED.fullmatch(each)] == []


def values(attacked: AttackedSite, table: str, column: str, where: str = "1") -> list[Any]:
    return [
        row[0]
        for row in attacked.select(f"SELECT {column} FROM {table} WHERE {where}")
        if row[0] is not None
    ]


SECRET_WORD: Final = "Qz7plantedByTheAdministratorZq"


def of_credential(attacked: AttackedSite, name: str) -> str:
    """A dial string that shows the phone system this secret, in a header and in the URL."""
    return f"{{HEADER X-Key: {{secret {name}}}}}{attacked.phones.url('', '/?key=')}{{secret {name}}}&to=#"


@pytest.fixture(scope="module")
def planted(attacked: AttackedSite) -> Attacker:
    """Somebody whose calls bear a secret."""
    done = attacked.installation.run("credential", "set", "SAFE", stdin=f"{SECRET_WORD}\n")
    assert done.returncode == 0, done.stderr
    attacked.hire("selma", {"Use Web Phone Dialling Mechanism": of_credential(attacked, "SAFE")})
    return attacked.program("selma")


def test_secret_goes_to_the_phone_system_and_nowhere_else(
    attacked: AttackedSite, planted: Attacker
) -> None:
    """Every page as each of the people, what programs read, exports, figures, the log and every file."""
    assert planted.call("01632960808").json()["outcome"] == "sent"
    request = attacked.phones.requests[-1]
    assert request.header("X-Key") == SECRET_WORD
    assert f"key={SECRET_WORD}" in request.target
    shown = dict(everything_shown(attacked))
    assert len(shown) > 100
    assert [where for where, text in shown.items() if has_secret(text)] == []
    assert [line for line in attacked.server.rest if has_secret(line)] == []
    files = [each for each in attacked.installation.folder.rglob("*") if each.is_file()]
    assert [each.name for each in files if has_secret(each.read_bytes().decode("latin-1"))] == []


def everything_shown(attacked: AttackedSite) -> Iterator[tuple[str, str]]:
    calls = attacked.program("selma").get("/api/v1/calls")
    yield "selma's calls", calls.body
    call = calls.json()["calls"][0]["id"]
    more = (f"/calls/{call}", f"/calls/{call}/line?in=story", "/calls/export.csv", "/metrics")
    leeds = f"/maintenance/settings?q=mechanism&branch={attacked.filled.rows['LDS']}"
    for login in ("ada", "olga", "selma"):  # who see the most, and whose call it is
        browser = attacked.browser(login)
        for path in (
            *(path_of(name, attacked.filled) for name in attacked.filled.routes),
            *more,
            leeds,
        ):
            yield f"{login} {path}", browser.get(path).body


def has_secret(text: str) -> bool:
    """In clear or in base64, wherever it begins there."""
    inner = SECRET_WORD.encode()
    in_base64 = [base64.b64encode(inner[start:])[:24].decode() for start in range(3)]
    return any(form in text for form in (SECRET_WORD, *in_base64))


def test_sealed_text_that_is_moved_does_not_open(attacked: AttackedSite, planted: Attacker) -> None:
    """Whoever may write to the database, and to one dial string, cannot have another's secret sent."""
    run = attacked.installation.run
    assert run("credential", "set", "MINE", stdin="nothing much\n").returncode == 0
    attacked.hire("mover", {"Use Web Phone Dialling Mechanism": of_credential(attacked, "MINE")})
    mover = attacked.program("mover")
    assert mover.call("01632960809").json()["outcome"] == "sent"
    with closing(sqlite3.connect(attacked.installation.folder / "webdial.sqlite3")) as database:
        database.executescript(_MOVE)
    dialled = attacked.phones.requests_seen
    numbers = (f"0163296{count:04}" for count in itertools.count(8100))
    refused = next(answer for answer in map(mover.call, numbers) if answer.status != 201)
    assert (refused.status, refused.json()["code"]) == (409, "credential_unreadable")
    sent = list(attacked.phones.requests)[dialled - attacked.phones.requests_seen :]
    assert attacked.phones.requests_seen == dialled or not has_secret(str(sent))


_MOVE: Final = """
UPDATE webdial_credential SET sealed = (SELECT sealed FROM webdial_credential WHERE name = 'SAFE')
WHERE name = 'MINE';
UPDATE webdial_revision SET number = number + 1;
"""
