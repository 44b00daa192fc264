"""Every page that is asked too often answers 429, and tells by Retry-After when it is worth while to ask again."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import PASSWORD, Browser, Member, Site
from tests.site.test_ringing import ABROAD, dial, set_up
from webdial.exchange.ringing import MAX_LOGGED
from webdial.site.models import CacheEntry, User

NEW: Final = "violet ladder nine"
Ask = Callable[[Browser], Awaitable[Any]]


def posting(path: str, **form: str) -> Ask:
    async def ask(client: Browser) -> Any:
        return await client.post(path, form)

    return ask


async def ask_until_told(client: Browser, ask: Ask, attempts: int) -> Any:
    """The first answer that is a 429; none of those before tells to wait."""
    for _ in range(attempts):
        response = await ask(client)
        assert response.status_code != 429
        assert "Retry-After" not in response.headers
    return await ask(client)


@sync_to_async
def let_pass(seconds: float) -> None:
    """As far as what was counted goes."""
    for entry in CacheEntry.objects.filter(key__contains=":rl:"):
        if isinstance(entry.value, list):
            entry.value = [at - seconds for at in entry.value]
            entry.save()


async def seen_to_wait(client: Browser, ask: Ask, attempts: int, window_s: int) -> None:
    """It waits for the rest of the window, to the second, and not longer."""
    began = time.time()
    response = await ask_until_told(client, ask, attempts)
    assert response.status_code == 429
    told = int(response.headers["Retry-After"])
    assert window_s - (time.time() - began) <= told <= window_s
    await let_pass(window_s - 10)
    response = await ask(client)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 10
    await let_pass(10)
    assert (await ask(client)).status_code != 429


SIGNED_OUT: Final = {
    "sign-in": (posting("/sign-in", username="carl", password="wrong"), 5, 300),
    "passkey": (posting("/sign-in/passkey", credential="{}"), 60, 60),
}
SIGNED_IN: Final = {
    "password": (
        posting("/account/password", current="wrong", new=NEW, repeated=NEW), 10, 300,
    ),
    "confirm": (posting("/account/confirm", password="wrong", next="/account/passkeys"), 5, 300),
}  # fmt: skip


@pytest.mark.parametrize("door", SIGNED_OUT)
async def test_who_is_signed_out_is_told(eve: Member, door: str) -> None:
    await seen_to_wait(eve.client, *SIGNED_OUT[door])


@pytest.mark.parametrize("door", SIGNED_IN)
async def test_who_is_signed_in_is_told(carl: Member, door: str) -> None:
    await seen_to_wait(carl.client, *SIGNED_IN[door])


async def test_who_makes_the_first_administrator_is_told(site: Site) -> None:
    await sync_to_async(User.objects.all().delete)()
    await seen_to_wait(site.browser(), posting("/first-start", code="wrong"), 10, 60)


async def test_page_of_its_own_tells_how_long_as_well(carl: Member) -> None:
    """allauth asks for it; the wait is the one that holds, not always a minute."""
    ask, _, _ = SIGNED_IN["confirm"]
    for _ in range(10):
        await ask(carl.client)
    response = await ask(carl.client)
    assert (response.status_code, 240 < int(response.headers["Retry-After"]) <= 300) == (429, True)
    assert b"These were too many attempts" in response.content
    assert b"Try again in 5 minutes." in response.content


@pytest.mark.parametrize("htmx", [True, False])
async def test_who_goes_on_dialling_what_is_blocked_is_told(
    site: Site, carl: Member, htmx: bool
) -> None:
    await set_up(site)
    answers = [
        await dial(carl, f"{ABROAD}{count:02}", htmx=htmx) for count in range(2 * MAX_LOGGED + 1)
    ]
    told = [answer for answer in answers if answer.status_code == 429]
    assert told
    for answer in told:
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert b"You may not ring numbers abroad." in answer.content
    assert ["Retry-After" in answer.headers for answer in answers] == [
        answer.status_code == 429 for answer in answers
    ]


async def test_header_of_a_request_makes_no_answer_one_of_these(carl: Member) -> None:
    headers = {"webdial.retry_after_s": "9", "Webdial.Retry-After-S": "9"}
    response = await carl.client.get("/account", headers=headers)
    assert (response.status_code, response.headers.get("Retry-After")) == (200, None)


async def test_lock_out_by_address_is_waited_for_too(eve: Member) -> None:
    """The right password of somebody else waits as long as the address does."""
    for number in range(20):
        await eve.client.post("/sign-in", {"username": f"name{number}", "password": "wrong"})
    await let_pass(100)
    response = await eve.client.post("/sign-in", {"username": "dora", "password": PASSWORD})
    assert response.status_code == 429
    assert 190 <= int(response.headers["Retry-After"]) <= 200
