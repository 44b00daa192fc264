"""Sign-ins at phone systems as they are kept: sealed, one for each user, ended for good."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.site.small_systems import add_sign_in
from webdial.exchange.sign_ins import SignedIn
from webdial.sealing import CredentialUnreadableError
from webdial.site.domain.configuration import current_revision, load_configuration
from webdial.site.domain.sign_ins import (
    DatabaseSignIns,
    end_sign_in,
    keep_sign_in,
    renew_sign_in,
    signed_in,
)
from webdial.site.models import PhoneSystemSetup, PhoneSystemSignIn, User

UNTIL = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FIRST = SignedIn("access 1", UNTIL, "refresh 1")
SECOND = SignedIn("access 2", UNTIL + timedelta(hours=1), "refresh 2")


@pytest.fixture
def carl(users: dict[str, User]) -> User:
    return users["carl"]


@pytest.fixture
def cloud(carl: User) -> PhoneSystemSetup:
    return add_sign_in(port=80)


def test_nobody_is_signed_in_at_first(carl: User, cloud: PhoneSystemSetup) -> None:
    assert signed_in(cloud.pk, carl.pk) is None
    assert load_configuration().signed_in == frozenset()


def test_tokens_are_kept_sealed_for_one_user(
    users: dict[str, User], carl: User, cloud: PhoneSystemSetup
) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    assert signed_in(cloud.pk, carl.pk) == FIRST
    assert signed_in(cloud.pk, users["bea"].pk) is None
    assert load_configuration().signed_in == {(cloud.pk, carl.pk)}
    sealed = PhoneSystemSignIn.objects.get().sealed
    assert "access" not in sealed
    assert "refresh" not in sealed


def test_tokens_without_an_end_are_kept_as_well(carl: User, cloud: PhoneSystemSetup) -> None:
    keep_sign_in(cloud.pk, carl.pk, SignedIn("access 1"))
    assert signed_in(cloud.pk, carl.pk) == SignedIn("access 1", None, "")


def test_new_sign_in_replaces_the_old_one(carl: User, cloud: PhoneSystemSetup) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    PhoneSystemSignIn.objects.update(signed_in_at=UNTIL - timedelta(days=9))
    keep_sign_in(cloud.pk, carl.pk, SECOND)
    assert signed_in(cloud.pk, carl.pk) == SECOND
    assert PhoneSystemSignIn.objects.get().signed_in_at > UNTIL - timedelta(days=9)


def test_renewal_is_no_change_of_the_configuration(carl: User, cloud: PhoneSystemSetup) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    before = current_revision()
    renew_sign_in(cloud.pk, carl.pk, SECOND)
    assert signed_in(cloud.pk, carl.pk) == SECOND
    assert current_revision() == before


def test_renewal_does_not_bring_back_a_sign_in_that_was_ended(
    carl: User, cloud: PhoneSystemSetup
) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    end_sign_in(cloud.pk, carl.pk)
    renew_sign_in(cloud.pk, carl.pk, SECOND)
    assert signed_in(cloud.pk, carl.pk) is None
    assert load_configuration().signed_in == frozenset()


def test_sign_in_of_one_user_is_no_use_to_another(
    users: dict[str, User], carl: User, cloud: PhoneSystemSetup
) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    PhoneSystemSignIn.objects.update(user=users["bea"])
    with pytest.raises(CredentialUnreadableError):
        signed_in(cloud.pk, users["bea"].pk)


async def test_store_finds_and_renews(carl: User, cloud: PhoneSystemSetup) -> None:
    store = DatabaseSignIns()
    assert await store.find(cloud.pk, carl.pk) is None
    await store.keep(cloud.pk, carl.pk, FIRST)
    assert await store.find(cloud.pk, carl.pk) is None  # the store renews, and signs nobody in


def test_sign_in_goes_with_its_user_and_with_its_phone_system(
    carl: User, cloud: PhoneSystemSetup
) -> None:
    keep_sign_in(cloud.pk, carl.pk, FIRST)
    cloud.delete()
    assert not PhoneSystemSignIn.objects.exists()
