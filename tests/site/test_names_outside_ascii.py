"""Names of phone systems and credentials that differ in case alone, in letters that SQLite knows no case of."""

import pytest

from webdial.errors import InvalidValueError
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.credentials import (
    delete_credential,
    list_credentials,
    opener,
    set_credential,
)
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.phone_systems import (
    SetupDetails,
    delete_setup,
    save_setup,
    setup_by_name,
    uses_of,
)

pytestmark = pytest.mark.django_db

FILE = """
title = "Own"
vendor = "Own"
[dial]
request = "http://pbx.example/dial?from=^&to=#"
"""


def test_two_phone_systems_cannot_have_one_name() -> None:
    first = save_setup(SetupDetails("Größe", source=FILE))
    with pytest.raises(InvalidValueError) as told:
        save_setup(SetupDetails("GRÖSSE", source=FILE))
    assert (told.value.field, told.value.message) == (
        "name",
        "Another phone system has this name.",
    )
    assert setup_by_name("grösse") == first
    assert save_setup(SetupDetails("GRÖSSE", source=FILE), setup=first).name == "GRÖSSE"


def test_a_setting_in_another_case_is_a_use() -> None:
    setup = save_setup(SetupDetails("Ärzte", source=FILE))
    override_setting(MECHANISM.name, "ärzte")
    assert uses_of(setup) == [None]
    with pytest.raises(InvalidValueError):
        delete_setup(setup)
    save_setup(SetupDetails("Praxis", source=FILE), setup=setup)
    assert load_configuration().effective(MECHANISM, None).value == "Praxis"


def test_a_credential_is_set_anew_whatever_its_case() -> None:
    set_credential("Schlüssel Ä", "first-secret")
    set_credential("SCHLÜSSEL ä", "second-secret")
    assert list_credentials().count() == 1
    (stored,) = load_configuration().credentials.values()
    assert opener()(stored) == "second-secret"
    delete_credential("schlüssel ä")
    assert list_credentials().count() == 0
