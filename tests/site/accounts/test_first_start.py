"""The first administrator: made by whoever knows the server's code, and once."""

import pytest

from tests.site.conftest import Browser, Site
from webdial.site.domain.first_start import code_file, first_start_code
from webdial.site.models import Role, User

PASSWORD = "plum tractor seven"


@pytest.fixture
def fresh(site: Site) -> Browser:
    """A browser at a site without anybody."""
    User.objects.all().delete()
    code_file().unlink(missing_ok=True)
    return site.browser()


def filled(**changes: str) -> dict[str, str]:
    form = {
        "code": first_start_code(),
        "name": "Ada Byrne",
        "login": "Ada",
        "email": "ada@example.com",
        "password": PASSWORD,
        "repeated": PASSWORD,
    }
    return {**form, **changes}


async def test_every_page_leads_to_the_first_start(fresh: Browser) -> None:
    response = await fresh.get("/", follow=True)
    assert response.redirect_chain[-1][0] == "/first-start"
    assert b"Make the first administrator" in response.content
    assert first_start_code().encode() not in response.content


async def test_who_knows_the_code_makes_the_first_administrator(fresh: Browser) -> None:
    code = first_start_code()
    response = await fresh.post("/first-start", filled(code=code.upper().replace("-", " ")))
    assert (response.status_code, response["Location"]) == (302, "/dial")
    ada = await User.objects.aget()
    assert (ada.login, ada.email, ada.role) == ("ada", "ada@example.com", Role.ADMINISTRATOR)
    assert not code_file().exists()


async def test_first_administrator_is_signed_in_at_once(fresh: Browser, site: Site) -> None:
    response = await fresh.post("/first-start", filled(), follow=True)
    assert response.redirect_chain == [("/dial", 302)]
    assert b"Ada Byrne is the first administrator. You are signed in." in response.content
    assert (await fresh.get("/maintenance/settings")).status_code == 200
    # As the sign-in page signs in: the session is in the list.
    assert b"This one" in (await fresh.get("/account/sessions")).content
    # And by the password later, from anywhere.
    response = await site.browser().post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert response["Location"] == "/dial"


async def test_who_was_signed_in_is_the_first_administrator_from_then_on(site: Site) -> None:
    """A caller who was told the code, with the caller's session still open."""
    client = site.browser()
    await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
    before = client.cookies["sessionid"].value
    await User.objects.filter(login="ada").adelete()
    response = await client.post("/first-start", filled())
    assert response["Location"] == "/dial"
    assert client.cookies["sessionid"].value != before
    assert (await client.get("/maintenance/settings")).status_code == 200


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "aaaaa-aaaaa-aaaaa-aaaaa"}, "This is not the code of this server."),
        ({"code": ""}, "This is not the code of this server."),
        ({"code": "é" * 20}, "This is not the code of this server."),
        ({"password": "", "repeated": ""}, "Type a password."),
        ({"password": "short", "repeated": "short"}, "at least 10 characters"),
        ({"repeated": "another"}, "The two passwords are not the same."),
        ({"login": ""}, "The sign-in name is missing."),
        ({"name": ""}, "The name is missing."),
        ({"email": "nobody"}, "This is no mail address."),
    ],
)
async def test_what_is_wrong_is_told_and_nobody_is_made(
    fresh: Browser, change: dict[str, str], told: str
) -> None:
    response = await fresh.post("/first-start", filled(**change))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert PASSWORD.encode() not in response.content
    assert not await User.objects.aexists()


async def test_codes_cannot_be_tried_out(fresh: Browser) -> None:
    for _ in range(10):
        await fresh.post("/first-start", filled(code="wrong"))
    response = await fresh.post("/first-start", filled())
    assert b"These were too many attempts" in response.content
    assert not await User.objects.aexists()


async def test_page_is_gone_once_there_is_an_administrator(site: Site) -> None:
    client = site.browser()
    assert (await client.get("/first-start"))["Location"] == "/sign-in"
    assert (await client.post("/first-start", filled()))["Location"] == "/sign-in"
    assert await User.objects.filter(role=Role.ADMINISTRATOR).acount() == 1


async def test_callers_sign_in_while_there_is_no_administrator(site: Site) -> None:
    client = site.browser()
    await User.objects.filter(login="ada").adelete()
    response = await client.get("/sign-in")
    assert b'href="/first-start"' in response.content
    response = await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
    assert response["Location"] == "/dial"


async def test_page_wants_the_csrf_token(site: Site, fresh: Browser) -> None:
    strict = site.browser(enforce_csrf_checks=True)
    assert (await strict.post("/first-start", filled())).status_code == 403


def test_code_is_for_the_servers_owner_alone(fresh: Browser) -> None:
    assert len(first_start_code().replace("-", "")) == 20
    assert code_file().stat().st_mode & 0o077 == 0
