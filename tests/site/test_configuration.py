"""The picture of the configuration: a change is found wherever it is, and nothing else is read again."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webdial.exchange.configuration import Token
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.network_policy import AddressNotAllowedError
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import (
    ConfigurationReader,
    configuration_change,
    load_configuration,
)
from webdial.site.domain.slices import MOST_BY_SLICE, SLICE
from webdial.site.domain.tokens import create_token, digest_of
from webdial.site.models import (
    ApiToken,
    Branch,
    Computer,
    GeneralSetting,
    PhoneSystemSetup,
    PhoneSystemSignIn,
    PhoneSystemValue,
    User,
    UserPhone,
)

pytestmark = pytest.mark.django_db

USERS = 3 * SLICE
NOW = datetime(2026, 11, 26, tzinfo=UTC)
PLAIN = """
title = "Plain"
vendor = "Ours"
[dial]
request = "http://other.example/dial?to=#"
"""


def make_users(count: int, *, first: int = 0) -> list[User]:
    branch = Branch.objects.first() or save_branch(agency_id="LON", name="London")
    return User.objects.bulk_create(
        User(login=f"u{i}", staff_id=f"S{i}", name=f"User {i}", extension=f"{i}", branch=branch)
        for i in range(first, first + count)
    )


def refreshed(reader: ConfigurationReader, change: Callable[[], object]) -> None:
    with configuration_change():
        change()
    reader.refresh()


def test_change_of_one_user_is_found_and_no_other_is_read() -> None:
    users = make_users(USERS)
    reader = ConfigurationReader()
    before = reader.current
    changed = users[USERS // 2]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        refreshed(reader, lambda: User.objects.filter(pk=changed.pk).update(extension="9999"))
    after = reader.current
    assert after.callers[changed.pk].extension == "9999"
    assert before.callers[changed.pk].extension == changed.extension
    anew = [key for key in after.callers if after.callers[key] is not before.callers[key]]
    assert 0 < len(anew) <= SLICE
    assert {key // SLICE for key in anew} == {changed.pk // SLICE}
    read = [each["sql"] for each in asked if 'FROM "webdial_user"' in each["sql"]]
    assert len(read) == 2
    assert f">= {changed.pk // SLICE * SLICE} " in read[1]
    for name in ("token_users", "branches", "values", "phones", "computers"):
        assert getattr(after, name) is getattr(before, name), name


def name_host(value: str) -> None:
    GeneralSetting.objects.create(name=MECHANISM.name, value=value)


def test_change_of_a_setting_leaves_users_as_they_are() -> None:
    make_users(1)
    reader = ConfigurationReader()
    before = reader.current
    refreshed(reader, lambda: name_host("http://pbx/#"))
    assert reader.current.callers is before.callers
    assert reader.current.effective(MECHANISM, None).value == "http://pbx/#"


def test_network_policy_is_made_anew_only_when_hosts_may_have_changed() -> None:
    user, *_ = make_users(1)
    reader = ConfigurationReader()
    before = policy_of(reader.current)
    refreshed(reader, lambda: User.objects.filter(pk=user.pk).update(extension="9999"))
    assert policy_of(reader.current) is before
    refreshed(reader, lambda: name_host("http://pbx.example/#"))
    setup = PhoneSystemSetup.objects.create(name="Ours", source=PLAIN)
    assert (may_go(reader, "pbx.example"), may_go(reader, "other.example")) == (True, False)
    refreshed(reader, lambda: PhoneSystemSetup.objects.update(source=PLAIN))
    assert (may_go(reader, "pbx.example"), may_go(reader, "other.example")) == (True, True)
    refreshed(reader, lambda: PhoneSystemSetup.objects.filter(pk=setup.pk).delete())
    assert (may_go(reader, "pbx.example"), may_go(reader, "other.example")) == (True, False)


def may_go(reader: ConfigurationReader, host: str) -> bool:
    try:
        policy_of(reader.current).check_url(f"http://{host}/")
    except AddressNotAllowedError:
        return False
    return True


def test_users_added_removed_and_all_changed() -> None:
    users = make_users(USERS)
    reader = ConfigurationReader()
    refreshed(reader, lambda: make_users(SLICE, first=USERS))
    assert len(reader.current.callers) == USERS + SLICE
    gone = [user.pk for user in users[: SLICE + 1]]
    refreshed(reader, lambda: User.objects.filter(pk__in=gone).delete())
    assert len(reader.current.callers) == USERS - 1
    assert gone[0] not in reader.current.callers
    refreshed(reader, lambda: User.objects.update(may_ring_abroad=True))
    assert all(each.may_ring_abroad for each in reader.current.callers.values())
    assert reader.current == load_configuration()


def test_more_slices_than_are_asked_for_one_by_one() -> None:
    make_users((MOST_BY_SLICE + 2) * SLICE)
    reader = ConfigurationReader()
    refreshed(reader, lambda: User.objects.update(is_active=False))
    assert not any(each.is_active for each in reader.current.callers.values())
    assert reader.current == load_configuration()


def test_renamed_branch_is_found_in_its_users() -> None:
    user, *_ = make_users(2)
    reader = ConfigurationReader()
    refreshed(reader, lambda: Branch.objects.update(name="The City", agency_id="CTY"))
    current = reader.current
    assert current.callers[user.pk].branch_name == "The City"
    assert list(current.branches.values()) == ["The City"]
    assert list(current.branch_ids) == ["cty"]
    assert list(current.agency_ids.values()) == ["CTY"]


def test_value_that_moves_to_another_slice_stays() -> None:
    """Removed and set again it has another id: what went with the old one must not take the new one along."""
    name = MECHANISM.name
    first = GeneralSetting.objects.create(name=name, value="http://old/#")
    reader = ConfigurationReader()

    def move() -> None:
        GeneralSetting.objects.filter(pk=first.pk).delete()
        GeneralSetting.objects.create(id=first.pk + 2 * SLICE, name=name, value="http://new/#")

    refreshed(reader, move)
    assert reader.current.values == {(key_of(name), None): "http://new/#"}


def test_revoked_token_is_forgotten_and_another_found() -> None:
    user, *_ = make_users(1)
    reader = ConfigurationReader()
    old = create_token(user, name="Old")
    new = create_token(user, name="New")
    reader.refresh()
    refreshed(reader, lambda: ApiToken.objects.filter(name="Old").delete())
    assert reader.current.token(digest_of(old)) is None
    kept = ApiToken.objects.get()
    assert reader.current.token(digest_of(new)) == Token(kept.pk, user.pk)


def test_picture_is_what_a_fresh_start_reads_after_every_change() -> None:
    """Whatever belongs to users: filled in, phones, machines, sign-ins."""
    carl, dora = make_users(2)
    setup = PhoneSystemSetup.objects.create(name="Head office")
    reader = ConfigurationReader()

    def fill_in(user: User, name: str) -> None:
        PhoneSystemValue.objects.create(
            setup=setup, user=user, name=name, value="7", is_sealed=True
        )

    def pair(user: User, digest: str) -> None:
        Computer.objects.create(
            user=user, name="Desk", digest=digest * 64, paired_at=NOW, used_at=NOW
        )

    changes: list[Callable[[], object]] = [
        lambda: fill_in(carl, "pin"),
        lambda: fill_in(carl, "line"),
        lambda: fill_in(dora, "pin"),
        lambda: PhoneSystemValue.objects.filter(user=carl, name="pin").delete(),
        lambda: PhoneSystemValue.objects.create(setup=setup, name="host", value="pbx.example"),
        lambda: UserPhone.objects.create(user=carl, label="Mobile", extension="1"),
        lambda: UserPhone.objects.create(user=carl, label="Home", setup=setup),
        lambda: UserPhone.objects.filter(label="Mobile").delete(),
        lambda: pair(carl, "a"),
        lambda: pair(carl, "b"),
        lambda: Computer.objects.filter(digest="a" * 64).delete(),
        lambda: PhoneSystemSignIn.objects.create(setup=setup, user=dora, signed_in_at=NOW),
        lambda: PhoneSystemSignIn.objects.all().delete(),
    ]
    pictures = [reader.current]
    for change in changes:
        refreshed(reader, change)
        assert reader.current == load_configuration()
        assert reader.current != pictures[-1]
        pictures.append(reader.current)
    end = pictures[-1]
    assert set(end.user_values) == {(setup.pk, carl.pk, None), (setup.pk, dora.pk, None)}
    assert [phone.label for phone in end.phones[carl.pk]] == ["Home"]
    assert [each.name for each in end.computers_of[carl.pk]] == ["Desk"]
    assert list(end.computers) == [bytes.fromhex("b" * 64)]
    assert pictures[-2].signed_in == {(setup.pk, dora.pk)}
    assert end.signed_in == frozenset()
