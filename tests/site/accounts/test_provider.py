"""Signing in with the company's provider: whom it lets in, whom it adds, and every lie that is refused."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from tests.site.accounts.openid_provider import CLIENT, OTHER_KEY, OpenIdProvider
from tests.site.conftest import PASSWORD, Browser, Site
from webdial.site.account_settings import Match, Provider, provider_settings
from webdial.site.domain.users import set_email
from webdial.site.models import Role, User

CARL = {"sub": "c-1", "email": "Carl@Example.com", "email_verified": True, "name": "Carl Osei"}
FAY = {
    "sub": "f-1",
    "email": "fay@example.com",
    "email_verified": True,
    "name": "Fay Moreau",
    "preferred_username": "Fay",
}


@pytest_asyncio.fixture
async def company(site: Site, users: dict[str, User]) -> AsyncIterator[OpenIdProvider]:
    await sync_to_async(set_email)(users["carl"], "carl@example.com")
    async with OpenIdProvider({"carl": dict(CARL), "fay": dict(FAY)}) as company:
        yield company
    assert company.refusals == []


@pytest.fixture
def client(site: Site) -> Browser:
    return site.browser()


def configure(settings: Settings, company: OpenIdProvider, **changes: Any) -> None:
    what: dict[str, Any] = {"match": Match.VERIFIED_MAIL, "adds_users": False, **changes}
    settings.PROVIDER = Provider(company.issuer, *CLIENT, "Company", **what)
    settings.SOCIALACCOUNT_PROVIDERS = provider_settings(settings.PROVIDER)


async def set_out(client: Browser, **fields: str) -> str:
    """Press the button; where the browser is sent."""
    response = await client.post("/sign-in/provider", fields)
    assert response.status_code == 200, response["Location"]
    return str(response.context["url"])


async def answer_at(url: str, who: str, **fields: str) -> str:
    """Sign in on the provider's page; the address that it sends the browser back to."""
    form = {"who": who, **fields}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=form, allow_redirects=False) as back,
    ):
        assert back.status == 302, await back.text()
        parts = urlsplit(back.headers["Location"])
        return f"{parts.path}?{parts.query}"


async def sign_in(client: Browser, who: str, **fields: str) -> str:
    """The whole way; where it leads."""
    back = await answer_at(await set_out(client, **fields), who)
    response = await client.get(back)
    assert response.status_code == 302
    return str(response["Location"])


async def told(client: Browser) -> str:
    return (await client.get("/sign-in")).content.decode()


async def test_user_is_found_by_verified_mail_and_let_in(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    assert "Sign in with Company" in await told(client)
    assert await sign_in(client, "carl", next="/calls") == "/calls"
    response = await client.get("/account")
    assert b"Signed in as carl" in response.content


async def test_user_is_known_by_id_from_then_on(
    company: OpenIdProvider, client: Browser, site: Site, settings: Settings
) -> None:
    configure(settings, company)
    await sign_in(client, "carl")
    company.people["carl"]["email"] = "osei@example.com"
    again = site.browser()
    assert await sign_in(again, "carl") == "/dial"
    assert b"Signed in as carl" in (await again.get("/account")).content


async def test_mail_that_is_not_verified_finds_nobody(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    company.people["carl"]["email_verified"] = "false"
    assert await sign_in(client, "carl") == "/sign-in"
    assert "You are not among the users of Webdial yet" in await told(client)
    settings.PROVIDER = Provider(company.issuer, *CLIENT, "Company", Match.MAIL, False)
    assert await sign_in(client, "carl") == "/dial"


async def test_user_may_be_found_by_name(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company, match=Match.USERNAME)
    company.people["x"] = {"sub": "d-1", "preferred_username": "DORA"}
    assert await sign_in(client, "x") == "/dial"
    assert b"Signed in as dora" in (await client.get("/account")).content


async def test_mail_that_passes_to_somebody_else_does_not_pass_the_user_on(
    company: OpenIdProvider, client: Browser, site: Site, settings: Settings
) -> None:
    configure(settings, company, adds_users=True)
    await sign_in(client, "carl")
    company.people["heir"] = {**CARL, "sub": "c-2"}
    heir = site.browser()
    assert await sign_in(heir, "heir") == "/sign-in"
    assert "Somebody else already signs in there" in await told(heir)


async def test_stranger_is_not_added_unless_allowed(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    assert await sign_in(client, "fay") == "/sign-in"
    assert not await User.objects.filter(login="fay").aexists()


async def test_stranger_is_added_as_a_caller_without_branch(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company, adds_users=True)
    assert await sign_in(client, "fay") == "/dial"
    fay = await User.objects.aget(login="fay")
    assert (fay.name, fay.email, fay.staff_id) == ("Fay Moreau", "fay@example.com", "Fay")
    assert (fay.role, fay.branch_id, fay.has_usable_password()) == (Role.CALLER, None, False)


async def test_stranger_does_not_become_a_user_of_the_same_name(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company, adds_users=True)
    company.people["evil"] = {"sub": "e-1", "preferred_username": "ada", "email": "e@example.com"}
    assert await sign_in(client, "evil") == "/sign-in"
    assert "Another user signs in with this name." in await told(client)
    company.people["evil"] = {"sub": "e-1", "email": "carl@example.com"}
    assert await sign_in(client, "evil") == "/sign-in"
    assert "has not verified" in await told(client)


async def test_deactivated_user_stays_out(
    company: OpenIdProvider, client: Browser, site: Site, users: dict[str, User], settings: Settings
) -> None:
    configure(settings, company)
    await site.change_user(users["carl"], is_active=False)
    assert await sign_in(client, "carl") == "/sign-in"
    assert "You cannot sign in at present" in await told(client)
    assert (await client.get("/dial")).status_code == 302


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another client"},
        {"exp": 1},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": "somebody else"},
    ],
    ids=lambda lie: next(iter(lie)),
)
async def test_lying_token_is_refused(
    company: OpenIdProvider, client: Browser, settings: Settings, lie: dict[str, Any]
) -> None:
    configure(settings, company)
    company.tamper = lambda claims: {**claims, **lie}
    assert await sign_in(client, "carl") == "/sign-in"
    assert "The sign-in at Company did not work" in await told(client)
    assert (await client.get("/dial")).status_code == 302


async def test_token_signed_by_another_key_is_refused(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    company.signing_key = OTHER_KEY
    assert await sign_in(client, "carl") == "/sign-in"
    assert "did not work" in await told(client)


async def test_user_info_of_somebody_else_is_refused(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    company.userinfo = {**CARL, "sub": "another"}
    assert await sign_in(client, "carl") == "/sign-in"


async def test_way_back_works_for_the_browser_that_set_out_and_once(
    company: OpenIdProvider, client: Browser, site: Site, settings: Settings
) -> None:
    configure(settings, company)
    back = await answer_at(await set_out(client), "carl")
    stranger = site.browser()
    assert (await stranger.get(back))["Location"] == "/sign-in"
    assert (await stranger.get("/dial")).status_code == 302
    assert (await client.get(back))["Location"] == "/dial"
    await client.post("/sign-out")
    assert (await client.get(back))["Location"] == "/sign-in"


async def test_sign_in_that_is_called_off_is_told(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    back = await answer_at(await set_out(client), "carl", off="1")
    assert (await client.get(back))["Location"] == "/sign-in"
    assert "was called off" in await told(client)


async def test_provider_that_is_away_is_told_and_passwords_work(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    company.is_away = True
    response = await client.post("/sign-in/provider")
    assert (response.status_code, response["Location"]) == (302, "/sign-in")
    assert "Company does not answer as it should" in await told(client)
    response = await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
    assert response["Location"] == "/dial"


async def test_way_out_is_asked_for_by_post_with_proof_and_leads_to_our_pages_alone(
    company: OpenIdProvider, client: Browser, site: Site, settings: Settings
) -> None:
    configure(settings, company)
    assert (await client.get("/sign-in/provider")).status_code == 405
    strict = site.browser(enforce_csrf_checks=True)
    assert (await strict.post("/sign-in/provider")).status_code == 403
    query = dict(parse_qsl(urlsplit(await set_out(client)).query))
    assert query["code_challenge_method"] == "S256"
    assert len(query["nonce"]) >= 32
    assert await sign_in(client, "carl", next="https://evil.example/") == "/dial"


async def test_session_of_before_does_not_become_the_users(
    company: OpenIdProvider, client: Browser, settings: Settings
) -> None:
    configure(settings, company)
    url = await set_out(client)
    before = client.cookies["sessionid"].value
    await client.get(await answer_at(url, "carl"))
    assert client.cookies["sessionid"].value != before


async def test_without_a_provider_there_is_no_such_page(client: Browser) -> None:
    assert (await client.post("/sign-in/provider")).status_code == 404
    assert (await client.get("/sign-in/provider/done")).status_code == 404
    assert "Sign in with Comp" not in await told(client)
