"""Maintenance | Credentials: added under a name of their own, and never in another's place."""

import pytest

from tests.site.maintenance.visitor import Visitor, text_of
from webdial.exchange.configuration import StoredValue
from webdial.site.domain.credentials import opener, set_credential
from webdial.site.domain.sealed_places import place_of_credential
from webdial.site.models import Credential

ADD = "/maintenance/credentials/add"


def secret_of(row: Credential) -> str:
    row.refresh_from_db()
    return opener()(StoredValue(row.sealed, place_of_credential(row.name)))


@pytest.mark.parametrize("name", ["Zürich", "zürich", "ZÜRICH", "  Zürich "])
def test_adding_takes_no_others_place(admin: Visitor, name: str) -> None:
    """Capitals count neither in ASCII nor elsewhere: SQLite knows them in ASCII alone."""
    kept = set_credential("Zürich", "the old one")
    response = admin.post(ADD, name=name, secret="another")
    assert response.status_code == 422
    assert "There is a credential with this name." in text_of(response)
    assert secret_of(kept) == "the old one"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CRM\x00", "holds characters that cannot be seen"),
        ("\x00", "holds characters that cannot be seen"),
        ("", "is missing"),
        ("a{b}", "has none of"),
        ("x" * 81, "has more than 80 characters"),
    ],
)
def test_name_that_is_none_is_told(admin: Visitor, name: str, told: str) -> None:
    response = admin.post(ADD, name=name, secret="hush")
    assert (response.status_code, told in text_of(response)) == (422, True)
    assert not Credential.objects.exists()
