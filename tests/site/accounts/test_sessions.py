"""Sessions: where and when, one ended, all others ended."""

import re

import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async

from tests.site.conftest import PASSWORD, Browser, Member, Site
from webdial.site.models import User
from webdial.site.pages.accounts.sessions import program_in_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def sign_in(site: Site, login: str = "carl", *, agent: str = "") -> Browser:
    client = site.browser()
    form = {"username": login, "password": PASSWORD}
    response = await client.post("/sign-in", form, headers={"User-Agent": agent})
    assert response["Location"] == "/dial"
    return client


async def shown(client: Browser) -> dict[str, str]:
    """The programs that are listed, each with the value that ends it."""
    page = (await client.get("/account/sessions")).content.decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>.*?name="session" value="(\d+)"', page, re.DOTALL)
    return {re.sub(r"<[^>]*>", "", name).strip(): value for name, value in rows}


async def test_where_one_is_signed_in_is_told(site: Site) -> None:
    carl = await sign_in(site)
    await sign_in(site, agent=WINDOWS)
    await sign_in(site, "dora", agent=WINDOWS)
    assert list(await shown(carl)) == ["A program This one", "Firefox on Windows"]


async def test_one_session_is_ended(site: Site) -> None:
    carl, elsewhere = await sign_in(site), await sign_in(site, agent=WINDOWS)
    value = (await shown(carl))["Firefox on Windows"]
    await carl.post("/account/sessions", {"session": value})
    assert (await elsewhere.get("/account")).status_code == 302
    assert list(await shown(carl)) == ["A program This one"]


async def test_all_others_are_ended(site: Site) -> None:
    carl, *others = [await sign_in(site) for _ in range(3)]
    dora = await sign_in(site, "dora")
    page = await carl.post("/account/sessions", {"session": "others"}, follow=True)
    assert b"2 sessions were ended." in page.content
    assert [(await other.get("/account")).status_code for other in others] == [302, 302]
    assert (await dora.get("/account")).status_code == 200


async def test_ending_this_one_signs_out(site: Site) -> None:
    carl = await sign_in(site)
    (value,) = (await shown(carl)).values()
    response = await carl.post("/account/sessions", {"session": value})
    assert response["Location"] == "/sign-in"
    assert (await carl.get("/account")).status_code == 302


@pytest.mark.parametrize("choice", ["", "x", "9" * 30, "-1"])
async def test_session_that_is_none_ends_nothing(site: Site, choice: str) -> None:
    carl = await sign_in(site)
    await carl.post("/account/sessions", {"session": choice})
    assert (await carl.get("/account")).status_code == 200


async def test_nobody_ends_anothers_session(site: Site) -> None:
    carl, dora = await sign_in(site), await sign_in(site, "dora")
    (value,) = (await shown(dora)).values()
    await carl.post("/account/sessions", {"session": value})
    assert (await dora.get("/account")).status_code == 200


async def test_session_of_before_is_listed_as_well(carl: Member) -> None:
    assert list(await shown(carl.client)) == ["A program This one"]


async def test_signing_in_begins_a_session_of_its_own(site: Site) -> None:
    client = site.browser()
    await client.post("/sign-in", {"username": "carl", "password": "wrong"})
    client.cookies["sessionid"] = "a" * 32
    await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
    assert client.cookies["sessionid"].value != "a" * 32
    assert await UserSession.objects.filter(user__login="carl").acount() == 1


async def test_use_is_written_down_now_and_then(site: Site) -> None:
    """Once in a while by each process; another one is at hand in another browser's handler."""
    carl, in_other_process = await sign_in(site), site.browser()
    in_other_process.cookies = carl.cookies
    began = await UserSession.objects.aget()
    await in_other_process.get("/account", headers={"User-Agent": WINDOWS})
    seen = await UserSession.objects.aget()
    assert seen.last_seen_at > began.last_seen_at
    assert program_in_words(seen.user_agent) == "Firefox on Windows"
    await in_other_process.get("/account")
    assert (await UserSession.objects.aget()).last_seen_at == seen.last_seen_at


async def test_administrator_ends_all_sessions_of_a_user(
    site: Site, ada: Member, users: dict[str, User]
) -> None:
    carl = await sign_in(site)
    page = f"/maintenance/users/{users['carl'].pk}/sign-in"
    answer = await ada.client.post(page, {"act": "end-sessions"}, follow=True)
    assert b"1 session of Carl Osei ended." in answer.content
    assert (await carl.get("/account")).status_code == 302


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (WINDOWS, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1",
         "Safari on iPhone or iPad"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8", "A program"),
        ("", "A program"),
    ],
)  # fmt: skip
def test_program_is_told_in_words(agent: str, told: str) -> None:
    assert program_in_words(agent) == told


async def test_unknown_act_is_refused(ada: Member, users: dict[str, User]) -> None:
    page = f"/maintenance/users/{users['carl'].pk}/sign-in"
    assert (await ada.client.post(page, {"act": "delete"})).status_code == 404
    assert await sync_to_async(User.objects.count)() == 4
