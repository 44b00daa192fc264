"""Secrets are kept sealed: no column of any table holds one in clear, and each seal can be renewed."""

import re
from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import BinaryField, CharField, JSONField, TextField

from tests.promises.attacked import AttackedSite
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
