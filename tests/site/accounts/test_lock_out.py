"""Too many failed attempts: who waits, what is told, and what nobody learns by it."""

import re
from typing import ClassVar

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import MD5PasswordHasher
from pytest_django.fixtures import Settings

from tests.site.conftest import PASSWORD, Browser, Member, Site
from webdial.site.domain.lock_outs import wait_in_words
from webdial.site.domain.users import set_email
from webdial.site.models import CacheEntry, User

TOO_MANY = r"There were too many failed attempts. Try again in \d+ \w+, or ask an administrator."
NO_MATCH = "This sign-in name and password do not go together."


async def attempt(client: Browser, name: str, password: str = "wrong") -> tuple[int, str]:
    response = await client.post("/sign-in", {"username": name, "password": password})
    found = re.search(r'notice__title">([^<]*)<', response.content.decode())
    return response.status_code, found[1] if found else str(response.headers.get("Location"))


async def lock_out(client: Browser, name: str) -> None:
    for _ in range(5):
        assert await attempt(client, name) == (200, NO_MATCH)


@pytest.mark.parametrize("name", ["carl", "nobody", "nobody@example.com"])
async def test_sixth_attempt_waits_whether_there_is_such_a_user_or_not(
    eve: Member, name: str
) -> None:
    await lock_out(eve.client, name)
    status, told = await attempt(eve.client, name, PASSWORD)
    assert status == 429
    assert re.fullmatch(TOO_MANY, told)


async def test_who_waits_is_one_name_alone_from_every_browser(site: Site, eve: Member) -> None:
    await lock_out(eve.client, "Carl ")
    another = site.browser()
    assert (await attempt(another, "carl", PASSWORD))[0] == 429
    assert await attempt(another, "dora", PASSWORD) == (302, "/dial")


async def test_right_password_does_not_forgive_wrong_ones(site: Site, eve: Member) -> None:
    for _ in range(4):
        await attempt(eve.client, "carl")
    assert await attempt(site.browser(), "carl", PASSWORD) == (302, "/dial")
    await attempt(eve.client, "carl")
    assert (await attempt(site.browser(), "carl", PASSWORD))[0] == 429


async def test_one_address_that_tries_many_names_waits(eve: Member, carl: Member) -> None:
    for number in range(20):
        assert (await attempt(eve.client, f"name{number}"))[0] == 200
    assert (await attempt(eve.client, "dora", PASSWORD))[0] == 429
    assert (await carl.client.get("/account")).status_code == 200


async def test_wait_ends_by_itself(eve: Member) -> None:
    await lock_out(eve.client, "carl")
    await sync_to_async(_let_minutes_pass)()
    assert await attempt(eve.client, "carl", PASSWORD) == (302, "/dial")


async def test_administrator_lets_in_at_once(
    ada: Member, eve: Member, users: dict[str, User]
) -> None:
    await lock_out(eve.client, "carl")
    page = f"/maintenance/users/{users['carl'].pk}/sign-in"
    assert b"has to wait" in (await ada.client.get(page)).content
    assert (await ada.client.post(page, {"act": "lift"})).status_code == 302
    assert b"need not wait" in (await ada.client.get(page)).content
    assert await attempt(eve.client, "carl", PASSWORD) == (302, "/dial")


async def test_sign_in_by_mail_address(eve: Member, users: dict[str, User]) -> None:
    await sync_to_async(set_email)(users["carl"], "Carl.Osei@Example.com")
    assert await attempt(eve.client, " carl.OSEI@example.com", PASSWORD) == (302, "/dial")


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what takes the time of a sign-in."""

    algorithm = "counted"
    hashed: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashed += 1
        return super().encode(password, salt)


async def test_known_and_unknown_names_are_hashed_alike(
    site: Site, users: dict[str, User], settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    settings.ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
    await sync_to_async(_keep_counted)(users["carl"])
    client = site.browser()
    for name in ("carl", "carl@example.com", "nobody", "nobody@example.com"):
        before = CountingHasher.hashed
        await attempt(client, name)
        assert CountingHasher.hashed - before == 1, name


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "in 1 second"), (39.5, "in 40 seconds"), (60, "in 60 seconds"), (61, "in 2 minutes"),
     (300, "in 5 minutes")],
)  # fmt: skip
def test_wait_is_told_rounded_up(seconds: float, told: str) -> None:
    assert wait_in_words(seconds) == told


def _keep_counted(user: User) -> None:
    user.email = "carl@example.com"
    user.set_password(PASSWORD)
    user.save()


def _let_minutes_pass() -> None:
    """Five of them, as far as what was counted goes."""
    for entry in CacheEntry.objects.filter(key__contains="login_failed"):
        entry.value = [at - 301 for at in entry.value]
        entry.save()
