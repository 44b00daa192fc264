"""Signing in to a phone system in the browser, at a provider that looks closely."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from tests.site.oauth_provider import OAuthProvider
from tests.site.phone_site import PhoneSite, open_phone_site
from tests.site.small_systems import SIGN_IN, add_sign_in, add_system
from webdial.exchange.general_settings import MECHANISM
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.sign_ins import signed_in
from webdial.site.models import PhoneSystemSetup, PhoneSystemSignIn, User

NUMBER = "020 7946 0123"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[OAuthProvider]:
    async with OAuthProvider() as provider:
        yield provider


@pytest_asyncio.fixture
async def phones(users: dict[str, User]) -> AsyncIterator[PhoneSite]:
    opened = open_phone_site()
    site = await sync_to_async(opened.__enter__)()
    yield site
    await site.exchange.close(wait_s=5)
    await site.sender.close()
    await sync_to_async(opened.__exit__)(None, None, None)


@pytest_asyncio.fixture
async def cloud(phones: PhoneSite, provider: OAuthProvider) -> PhoneSystemSetup:
    setup = await sync_to_async(lambda: add_sign_in(port=provider.port))()
    await sync_to_async(override_setting)(MECHANISM.name, "Cloud")
    await sync_to_async(phones.reader.refresh)()
    return setup


@pytest_asyncio.fixture
async def carl(phones: PhoneSite, users: dict[str, User]) -> Any:
    return await sync_to_async(phones.browser)(users["carl"])


@pytest_asyncio.fixture
async def bea(phones: PhoneSite, users: dict[str, User]) -> Any:
    return await sync_to_async(phones.browser)(users["bea"])


async def set_out(client: Any, setup: PhoneSystemSetup) -> dict[str, str]:
    """Press the button; the query with which the browser goes to the provider."""
    response = await client.post(f"/phones/systems/{setup.pk}/sign-in")
    assert response.status_code == 200
    url = response.context["url"]
    html = response.content.decode()
    assert f'content="0; url={url}"'.replace("&", "&amp;") in html.replace("&#x27;", "'")
    return dict(parse_qsl(urlsplit(url).query))


async def come_back(client: Any, url: str) -> str:
    """Follow the provider's way back; what My phones says then."""
    parts = urlsplit(url)
    response = await client.get(f"{parts.path}?{parts.query}")
    assert response.status_code == 302
    assert response["Location"] == "/phones"
    page = await client.get("/phones")
    return " ".join(str(message) for message in page.context["messages"])


async def sign_in(client: Any, setup: PhoneSystemSetup, provider: OAuthProvider) -> str:
    return await come_back(client, provider.way_back(await set_out(client, setup)))


async def test_user_signs_in_dials_and_signs_out(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider, phones: PhoneSite
) -> None:
    told = await carl.post("/calls", {"number": NUMBER})
    assert "You are not signed in to the phone system “Cloud”" in told.content.decode()
    assert await sign_in(carl, cloud, provider) == "You are signed in to Cloud."
    page = (await carl.get("/phones")).content.decode()
    assert "Signed in" in page
    await dial(carl, phones)
    assert provider.calls == ["02079460123"]
    await carl.post(f"/phones/systems/{cloud.pk}/sign-out")
    assert not await PhoneSystemSignIn.objects.aexists()
    told = await carl.post("/calls", {"number": NUMBER})
    assert told.status_code == 422
    assert provider.calls == ["02079460123"]


async def test_lapsed_token_is_renewed_once_and_the_call_placed(
    carl: Any,
    cloud: PhoneSystemSetup,
    provider: OAuthProvider,
    phones: PhoneSite,
    users: dict[str, User],
) -> None:
    await sign_in(carl, cloud, provider)
    first = await sync_to_async(signed_in)(cloud.pk, users["carl"].pk)
    provider.let_tokens_lapse()
    await dial(carl, phones)
    await dial(carl, phones, "020 7946 0188")
    assert (len(provider.calls), provider.refreshes, provider.refusals) == (2, 1, [])
    second = await sync_to_async(signed_in)(cloud.pk, users["carl"].pk)
    assert first is not None
    assert second is not None
    assert second.refresh_token != first.refresh_token


async def test_sign_in_that_the_phone_system_has_ended_is_told(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider, phones: PhoneSite
) -> None:
    await sign_in(carl, cloud, provider)
    provider.forget_everybody()
    page = await dial(carl, phones)
    assert "The phone system did not let Webdial log in: The refresh token is not known." in page
    assert provider.calls == []
    await sign_in(carl, cloud, provider)
    await dial(carl, phones)
    assert len(provider.calls) == 1


async def dial(client: Any, phones: PhoneSite, number: str = NUMBER) -> str:
    """The call's own page, once it has its outcome."""
    response = await client.post("/calls", {"number": number})
    assert response.status_code == 303, response.content.decode()
    for call_id in phones.exchange.underway:
        await phones.exchange.outcome_of(call_id)
    return (await client.get(response["Location"])).content.decode()


async def test_each_departure_is_another_one(carl: Any, cloud: PhoneSystemSetup) -> None:
    first, second = await set_out(carl, cloud), await set_out(carl, cloud)
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert first["redirect_uri"] == "http://testserver/phones/sign-in/done"


async def test_state_is_good_for_one_return(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider
) -> None:
    query = await set_out(carl, cloud)
    assert "signed in" in await come_back(carl, provider.way_back(query))
    again = await come_back(carl, provider.way_back(query))
    assert again.startswith("This sign-in was not begun here")


@pytest.mark.parametrize("state", ["", "another", "é"])
async def test_unknown_state_changes_nothing(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider, state: str
) -> None:
    query = await set_out(carl, cloud)
    told = await come_back(carl, provider.way_back({**query, "state": state}))
    assert told.startswith("This sign-in was not begun here")
    assert not await PhoneSystemSignIn.objects.aexists()
    assert "signed in" in await come_back(carl, provider.way_back(query))  # it still stands


async def test_state_of_another_user_is_no_use(
    carl: Any, bea: Any, cloud: PhoneSystemSetup, provider: OAuthProvider
) -> None:
    query = await set_out(carl, cloud)
    told = await come_back(bea, provider.way_back(query))
    assert told.startswith("This sign-in was not begun here")
    assert not await PhoneSystemSignIn.objects.aexists()


async def test_return_after_too_long_is_refused(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider
) -> None:
    query = await set_out(carl, cloud)
    session = await carl.asession()
    departed = await session.aget("phone_sign_ins")
    await session.aset("phone_sign_ins", [{**departed[0], "began_at": 0.0}])
    await session.asave()
    told = await come_back(carl, provider.way_back(query))
    assert told.startswith("This sign-in was not begun here, or it took too long")


async def test_only_the_latest_departures_are_remembered(
    carl: Any, cloud: PhoneSystemSetup
) -> None:
    states = [(await set_out(carl, cloud))["state"] for _ in range(7)]
    session = await carl.asession()
    assert [row["state"] for row in await session.aget("phone_sign_ins")] == states[-5:]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("access_denied", "it was called off, or the phone system does not let you."),
        ("temporarily_unavailable", "the phone system is busy; try again in a minute."),
        ("consent_required", "the phone system says consent_required."),
        ("<script>", "it gave no reason."),
        ("", "it gave no reason."),
    ],
)
async def test_refusal_of_the_provider_is_told_in_a_sentence(
    carl: Any, cloud: PhoneSystemSetup, error: str, why: str
) -> None:
    query = await set_out(carl, cloud)
    told = await come_back(carl, f"/phones/sign-in/done?state={query['state']}&error={error}")
    assert told == f"You are not signed in to Cloud: {why}"


async def test_code_that_is_refused_is_told(carl: Any, cloud: PhoneSystemSetup) -> None:
    query = await set_out(carl, cloud)
    told = await come_back(carl, f"/phones/sign-in/done?state={query['state']}&code=made-up")
    assert told == "You are not signed in to Cloud: The code is not known."


async def test_proof_of_another_departure_is_refused(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider
) -> None:
    first, second = await set_out(carl, cloud), await set_out(carl, cloud)
    mixed = provider.way_back({**first, "state": second["state"]})
    assert await come_back(carl, mixed) == "You are not signed in to Cloud: The proof is wrong."
    assert not await PhoneSystemSignIn.objects.aexists()


async def test_provider_that_is_away_is_told(
    carl: Any, cloud: PhoneSystemSetup, provider: OAuthProvider
) -> None:
    back = provider.way_back(await set_out(carl, cloud))
    await provider.__aexit__()
    assert await come_back(carl, back) == "You are not signed in to Cloud: Not listening."


async def test_field_that_is_missing_is_told_before_anybody_sets_out(
    carl: Any, phones: PhoneSite
) -> None:
    setup = await sync_to_async(lambda: add_system("Cloud", SIGN_IN, port="80"))()
    await sync_to_async(phones.reader.refresh)()
    response = await carl.post(f"/phones/systems/{setup.pk}/sign-in")
    assert response["Location"] == "/phones"
    page = await carl.get("/phones")
    assert "You cannot sign in to Cloud yet" in str(next(iter(page.context["messages"])))


async def test_getting_begins_nothing(carl: Any, cloud: PhoneSystemSetup) -> None:
    assert (await carl.get(f"/phones/systems/{cloud.pk}/sign-in")).status_code == 405
    assert (await carl.get(f"/phones/systems/{cloud.pk}/sign-out")).status_code == 405
    assert (await carl.head("/phones/sign-in/done")).status_code == 405


async def test_administrator_sees_the_redirect_uri_and_signs_out(
    carl: Any,
    cloud: PhoneSystemSetup,
    provider: OAuthProvider,
    phones: PhoneSite,
    users: dict[str, User],
) -> None:
    await sign_in(carl, cloud, provider)
    ada = await sync_to_async(phones.browser)(users["ada"])
    address = f"/maintenance/users/{users['carl'].pk}/phones"
    page = (await ada.get(address)).content.decode()
    assert "http://testserver/phones/sign-in/done" in page
    assert "Sign out of Cloud" in page
    await ada.post(f"{address}/systems/{cloud.pk}/sign-out")
    assert not await PhoneSystemSignIn.objects.aexists()
    assert (await carl.post("/calls", {"number": NUMBER})).status_code == 422
