"""Tokens on pages: made for a user or for oneself, shown once, revoked; and how they are kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.token_use import TokenUses
from webdial.site.domain.tokens import MAX_TOKENS, create_token, digest_of, end_of_day
from webdial.site.models import ApiToken, Change, User

FORM = {"name": "CRM", "scopes": ["place-calls"], "expires": "2099-12-31"}


def token_in(page: str) -> str:
    (token,) = re.findall(r"wd_[\w-]{43}", page)
    return str(token)


def test_an_administrator_makes_a_token_for_a_user(admin: Visitor, carl: User) -> None:
    response = admin.post("/maintenance/access/add", user="carl", **FORM)
    token = token_in(text_of(response))
    assert "no-store" in response.headers["Cache-Control"]
    row = ApiToken.objects.get()
    assert (row.user, row.name, row.places_calls, row.reads_calls) == (carl, "CRM", True, False)
    assert row.expires_at == datetime(2100, 1, 1, tzinfo=UTC)
    kept = load_configuration().token(digest_of(token))
    assert kept is not None
    assert (kept.user_id, kept.places_calls, kept.reads_calls) == (carl.pk, True, False)
    listed = text_of(admin.get("/maintenance/access"))
    assert token not in listed
    assert "Places calls" in listed
    assert "31 Dec 2099" in listed
    change = Change.objects.latest("pk")
    assert (change.label, change.user_name) == ("CRM of Carl Osei", "Ada Byrne")
    assert token not in repr(Change.objects.values())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "name is missing"),
        ({"scopes": []}, "Choose what the token is for"),
        ({"scopes": ["administer"]}, "cannot be for"),
        ({"expires": "2020-01-01"}, "lapsed already"),
        ({"expires": "soon"}, "This is no day"),
        ({"expires": "9999-12-31"}, "This is no day"),
        ({"user": "nobody"}, "No user is found"),
    ],
)
def test_what_cannot_be_made(admin: Visitor, carl: User, fields: dict[str, Any], told: str) -> None:
    response = admin.post("/maintenance/access/add", **({"user": "carl"} | FORM | fields))
    assert response.status_code == 422
    assert told in text_of(response)
    assert not ApiToken.objects.exists()


def test_an_administrator_revokes(admin: Visitor, carl: User) -> None:
    token = create_token(carl, name="CRM")
    address = f"/maintenance/access/{ApiToken.objects.get().pk}/revoke"
    assert "Carl Osei" in text_of(admin.get(address))
    assert ApiToken.objects.count() == 1
    assert "is revoked" in flash_of(admin.post(address), admin)
    assert load_configuration().token(digest_of(token)) is None


def test_tokens_are_found_by_token_and_user(admin: Visitor, carl: User, dora: User) -> None:
    create_token(carl, name="CRM")
    create_token(dora, name="Door bell")
    assert rows_of(admin.get("/maintenance/access?search=carl")) == ["CRM"]
    assert rows_of(admin.get("/maintenance/access?search=bell dora")) == ["Door bell"]
    assert rows_of(admin.get("/maintenance/access?search=bell carl")) == []


def test_everybody_makes_and_revokes_their_own(
    state: dict[str, object], carl: User, dora: User
) -> None:
    visitor = Visitor(state, carl)
    response = visitor.post("/account/tokens", **FORM)
    token = token_in(text_of(response))
    assert token not in text_of(visitor.get("/account/tokens"))
    assert Change.objects.latest("pk").user == carl
    create_token(dora, name="Door bell")
    theirs = ApiToken.objects.get(user=dora)
    assert "Door bell" not in text_of(visitor.get("/account/tokens"))
    assert visitor.get(f"/account/tokens/{theirs.pk}/revoke").status_code == 404
    assert visitor.post(f"/account/tokens/{theirs.pk}/revoke").status_code == 404
    own = ApiToken.objects.get(user=carl)
    assert "is revoked" in flash_of(visitor.post(f"/account/tokens/{own.pk}/revoke"), visitor)
    assert list(ApiToken.objects.all()) == [theirs]


def test_reading_makes_nothing(admin: Visitor, carl: User) -> None:
    admin.get("/account/tokens?name=CRM&scopes=place-calls")
    admin.get("/maintenance/access/add?user=carl&name=CRM&scopes=place-calls")
    assert not ApiToken.objects.exists()


def test_a_user_has_so_many_tokens_and_no_more(state: dict[str, object], carl: User) -> None:
    for number in range(MAX_TOKENS):
        create_token(carl, name=f"Program {number}")
    response = Visitor(state, carl).post("/account/tokens", **FORM)
    assert response.status_code == 422
    assert ApiToken.objects.count() == MAX_TOKENS


def test_a_lapsed_token_and_that_of_a_deactivated_user_are_of_nobody(carl: User) -> None:
    lapsed = create_token(carl, name="Old", expires_at=timezone.now() + timedelta(days=1))
    good = create_token(carl, name="New", expires_at=end_of_day(timezone.now().date()))
    ApiToken.objects.filter(name="Old").update(expires_at=timezone.now())
    configuration = load_configuration()
    assert configuration.caller_by_token(digest_of(lapsed)) is None
    caller = configuration.caller_by_token(digest_of(good))
    assert caller is not None
    assert caller.user_id == carl.pk
    User.objects.filter(pk=carl.pk).update(is_active=False)
    assert load_configuration().caller_by_token(digest_of(good)) is None


def test_use_is_written_down_once_a_day(carl: User, django_assert_num_queries: Any) -> None:
    create_token(carl, name="CRM")
    row = ApiToken.objects.get()
    uses = TokenUses()
    with django_assert_num_queries(0):
        uses.notice(row.pk)
    uses.keep()
    row.refresh_from_db()
    assert row.last_used_on == timezone.now().date()
    with django_assert_num_queries(0):
        uses.notice(row.pk)
        uses.keep()


def test_use_of_a_token_that_is_gone_is_forgotten(db: None) -> None:
    uses = TokenUses()
    uses.notice(4711)
    uses.keep()
    assert not ApiToken.objects.exists()
