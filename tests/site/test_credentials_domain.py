"""Credentials: kept sealed under a key that is not in the database, opened where they are used, rotated."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.site.small_systems import add_desk
from webdial.environment import Environment
from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.sign_ins import SignedIn
from webdial.exchange.systems import StoredValue
from webdial.sealing import CredentialUnreadableError, new_key
from webdial.site.domain.configuration import current_revision, load_configuration
from webdial.site.domain.credentials import (
    MAX_SECRET,
    delete_credential,
    list_credentials,
    opener,
    rotate_credentials,
    seal,
    set_credential,
)
from webdial.site.domain.personal_values import fill_in_personally
from webdial.site.domain.sign_ins import keep_sign_in, signed_in
from webdial.site.models import Credential, PhoneSystemSignIn, PhoneSystemValue, User

OLD, NEW = new_key(), new_key()


@pytest.fixture
def use_keys(settings: Any) -> Iterator[Callable[..., None]]:
    """`use_keys(NEW, OLD)` is a program that was started with these keys."""

    def use(*keys: str) -> None:
        settings.ENVIRONMENT = Environment({"WEBDIAL_CREDENTIAL_KEYS": ",".join(keys)})
        seal.cache_clear()

    yield use
    seal.cache_clear()


def opened(name: str) -> str:
    return opener()(load_configuration().credentials[name.casefold()])


@pytest.mark.django_db
def test_secret_is_kept_sealed_and_opens_where_it_is_used() -> None:
    row = set_credential(" CRM key ", "marked secret")
    assert row.name == "CRM key"
    assert "marked" not in Credential.objects.get().sealed
    assert opened("CRM key") == "marked secret"


@pytest.mark.django_db
def test_new_secret_replaces_the_old_one_in_any_letter_case() -> None:
    set_credential("CRM", "first")
    before = current_revision()
    set_credential("crm", "second")
    assert [row.name for row in list_credentials()] == ["CRM"]
    assert opened("CRM") == "second"
    assert current_revision() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "secret", "field"),
    [
        ("", "x", "name"),
        ("a|b", "x", "name"),
        ("{a}", "x", "name"),
        ("n" * 81, "x", "name"),
        ("a", "", "secret"),
        ("a", "x" * (MAX_SECRET + 1), "secret"),
        ("a", "x\x00", "secret"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(name: str, secret: str, field: str) -> None:
    with pytest.raises(InvalidValueError) as told:
        set_credential(name, secret)
    assert told.value.field == field
    assert not Credential.objects.exists()


@pytest.mark.django_db
def test_removed_credential_is_gone_and_another_is_not_found() -> None:
    set_credential("CRM", "first")
    delete_credential(" crm ")
    assert not Credential.objects.exists()
    with pytest.raises(NotFoundError, match="There is no credential 'CRM'"):
        delete_credential("CRM")


@pytest.mark.django_db
def test_sealed_text_opens_nowhere_else() -> None:
    set_credential("CRM", "first")
    set_credential("Other", "second")
    sealed = Credential.objects.get(name="CRM").sealed
    Credential.objects.filter(name="Other").update(sealed=sealed)
    with pytest.raises(CredentialUnreadableError):
        opened("Other")


@pytest.mark.django_db
def test_each_sealed_value_is_decrypted_once() -> None:
    set_credential("CRM", "first")
    open_it = opener()
    stored = load_configuration().credentials["crm"]
    assert open_it(stored) == open_it(StoredValue(stored.text, stored.place)) == "first"


def test_every_secret_opens_with_the_new_key_alone_after_rotation(
    users: dict[str, User], use_keys: Callable[..., None]
) -> None:
    carl = users["carl"]
    use_keys(OLD)
    set_credential("CRM", "first")
    desk = add_desk()
    fill_in_personally(desk, {"password": "second"}, user=carl)
    keep_sign_in(desk.pk, carl.pk, SignedIn("third", None, "fourth"))
    use_keys(NEW, OLD)
    assert rotate_credentials() == 4  # the site's key among them
    use_keys(NEW)
    picture = load_configuration()
    open_it = opener()
    assert opened("CRM") == "first"
    assert open_it(picture.user_values[desk.pk, carl.pk, None]["password"]) == "second"
    assert open_it(picture.setups["desk"].values["site_key"]) == "site key 1"
    assert signed_in(desk.pk, carl.pk) == SignedIn("third", None, "fourth")


def test_rotation_without_the_old_key_changes_nothing(
    users: dict[str, User], use_keys: Callable[..., None]
) -> None:
    use_keys(OLD)
    set_credential("CRM", "first")
    desk = add_desk()
    before = everything_sealed()
    use_keys(NEW)
    with pytest.raises(CredentialUnreadableError, match="cannot be read with the key"):
        rotate_credentials()
    assert everything_sealed() == before
    use_keys(NEW, OLD)
    PhoneSystemValue.objects.filter(setup=desk, is_sealed=True).update(value="damaged")
    before = everything_sealed()
    with pytest.raises(CredentialUnreadableError):
        rotate_credentials()
    assert everything_sealed() == before


def everything_sealed() -> list[str]:
    return [
        *Credential.objects.order_by("id").values_list("sealed", flat=True),
        *PhoneSystemValue.objects.filter(is_sealed=True)
        .order_by("id")
        .values_list("value", flat=True),
        *PhoneSystemSignIn.objects.order_by("id").values_list("sealed", flat=True),
    ]
