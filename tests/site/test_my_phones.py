"""My phones, and which phone rings: tried by those who may, and by those who may not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from tests.site.phone_site import PhoneSite, open_phone_site
from tests.site.small_systems import SHARED, add_desk, add_system
from webdial.exchange.general_settings import MECHANISM, SAME_CALL_WITHIN
from webdial.simulator.faults import FaultServer
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.personal_values import fill_in_personally
from webdial.site.domain.user_phones import delete_phone, save_phone
from webdial.site.models import Call, PhoneSystemSetup, PhoneSystemValue, User, UserPhone

NUMBER = "020 7946 0123"
SECRET = "marked-secret-7Q"


@pytest_asyncio.fixture
async def pbx() -> AsyncIterator[FaultServer]:
    async with FaultServer() as pbx:
        yield pbx


@pytest_asyncio.fixture
async def phones(users: dict[str, User]) -> AsyncIterator[PhoneSite]:
    opened = open_phone_site()
    site = await sync_to_async(opened.__enter__)()
    yield site
    await site.exchange.close(wait_s=5)
    await site.sender.close()
    await sync_to_async(opened.__exit__)(None, None, None)


@pytest_asyncio.fixture
async def desk(phones: PhoneSite, pbx: FaultServer) -> PhoneSystemSetup:
    """The phone system of everybody."""
    setup = await sync_to_async(lambda: add_desk(port=pbx.port))()
    await sync_to_async(override_setting)(MECHANISM.name, "Desk")
    return setup


@pytest_asyncio.fixture
async def home(desk: PhoneSystemSetup, users: dict[str, User]) -> UserPhone:
    """Carl's further phone."""
    return await sync_to_async(lambda: save_phone(users["carl"], label="Home", extension="441"))()


@pytest_asyncio.fixture
async def browsers(phones: PhoneSite, home: UserPhone, users: dict[str, User]) -> dict[str, Any]:
    """Of all five, Eve's among them, with everything in force."""
    await sync_to_async(phones.reader.refresh)()
    found = {login: await sync_to_async(phones.browser)(user) for login, user in users.items()}
    return found | {"eve": await sync_to_async(phones.browser)()}


async def text(client: Any, address: str) -> str:
    response = await client.get(address)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def key(setup: PhoneSystemSetup, name: str, phone: UserPhone | None = None) -> str:
    return f"s{setup.pk}-p{phone.pk if phone else ''}-{name}"


async def test_everybody_sees_their_own_phones_and_the_signed_out_none(
    browsers: dict[str, Any], desk: PhoneSystemSetup
) -> None:
    seen = {
        login: await text(browsers[login], "/phones") for login in ("ada", "bea", "carl", "dora")
    }
    assert [login for login, page in seen.items() if "Home" in page] == ["carl"]
    assert all("the phone system Desk (set for all branches)" in page for page in seen.values())
    eve = browsers["eve"]
    for address in ("/phones", "/phones/sign-in/done?state=x"):
        assert (await eve.get(address))["Location"].startswith("/sign-in?next=/phones"), address
    system = f"/phones/systems/{desk.pk}"
    for address in ("/phones/choose", system, f"{system}/sign-in", f"{system}/sign-out"):
        response = await eve.post(address, {key(desk, "password"): SECRET})
        assert response["Location"].startswith("/sign-in?next="), address
    assert not await PhoneSystemValue.objects.filter(user__isnull=False).aexists()


async def test_secrets_are_written_and_never_shown(
    browsers: dict[str, Any], desk: PhoneSystemSetup, users: dict[str, User]
) -> None:
    carl = browsers["carl"]
    values = {key(desk, "login"): "carl.osei", key(desk, "password"): SECRET, key(desk, "pin"): ""}
    response = await carl.post(f"/phones/systems/{desk.pk}", {"phone": "", **values})
    assert response["Location"] == "/phones"
    page = await text(carl, "/phones")
    assert "Saved for the phone system Desk." in page
    assert 'value="carl.osei"' in page
    assert page.count("Is kept") == 1
    assert SECRET not in page
    sealed = await PhoneSystemValue.objects.aget(user=users["carl"], name="password")
    await carl.post(f"/phones/systems/{desk.pk}", {"phone": "", key(desk, "password"): ""})
    assert await PhoneSystemValue.objects.aget(pk=sealed.pk) == sealed
    cleared = {"phone": "", f"clear-{key(desk, 'password')}": "1"}
    await carl.post(f"/phones/systems/{desk.pk}", cleared)
    assert not await PhoneSystemValue.objects.filter(pk=sealed.pk).aexists()


async def test_refused_form_keeps_what_was_typed_but_no_secret(
    browsers: dict[str, Any], desk: PhoneSystemSetup
) -> None:
    too_long = "x" * 9_000
    values = {key(desk, "login"): too_long, key(desk, "password"): SECRET}
    response = await browsers["carl"].post(f"/phones/systems/{desk.pk}", {"phone": "", **values})
    page = response.content.decode()
    assert response.status_code == 422
    assert "has more than 8,192 characters" in page
    assert too_long in page
    assert SECRET not in page
    assert not await PhoneSystemValue.objects.filter(user__isnull=False).aexists()


async def test_which_phone_rings_is_shown_and_not_the_users_to_change(
    browsers: dict[str, Any], desk: PhoneSystemSetup, home: UserPhone, users: dict[str, User]
) -> None:
    carl, device = browsers["carl"], key(desk, "device", home)
    assert f'name="{device}"' not in await text(carl, "/phones")
    response = await carl.post(f"/phones/systems/{desk.pk}", {"phone": home.pk, device: "Bea's"})
    assert response.status_code == 422
    assert "Device is set by an administrator." in response.content.decode()
    address = f"/maintenance/users/{users['carl'].pk}/phones/systems/{desk.pk}"
    for login in ("bea", "carl", "dora"):
        assert (await browsers[login].post(address, {device: "Bea's"})).status_code == 403
    assert not await PhoneSystemValue.objects.filter(name="device").aexists()
    response = await browsers["ada"].post(address, {"phone": home.pk, device: "D2"})
    assert response.status_code == 302
    assert "D2" in await text(carl, "/phones")


async def test_values_for_the_phone_of_somebody_else_are_refused(
    browsers: dict[str, Any], desk: PhoneSystemSetup, home: UserPhone
) -> None:
    values = {"phone": str(home.pk), key(desk, "pin", home): "1234"}
    response = await browsers["bea"].post(f"/phones/systems/{desk.pk}", values)
    assert response.status_code == 404
    assert not await PhoneSystemValue.objects.filter(name="pin").aexists()


async def test_administrator_adds_changes_and_removes_a_phone(
    browsers: dict[str, Any], desk: PhoneSystemSetup, users: dict[str, User]
) -> None:
    ada, address = browsers["ada"], f"/maintenance/users/{users['bea'].pk}/phones"
    added = await ada.post(f"{address}/add", {"label": "Lab", "extension": "77", "setup": desk.pk})
    assert added["Location"] == address
    lab = await UserPhone.objects.aget(user=users["bea"])
    assert (lab.label, lab.extension, lab.setup_id) == ("Lab", "77", desk.pk)
    refused = await ada.post(f"{address}/add", {"label": "LAB"})
    assert refused.status_code == 422
    assert "Another of these phones has this name." in refused.content.decode()
    refused = await ada.post(f"{address}/add", {"label": "Attic", "setup": "999999"})
    assert "There is no such phone system." in refused.content.decode()
    await ada.post(f"{address}/{lab.pk}", {"label": "Bench", "extension": "78", "setup": ""})
    await lab.arefresh_from_db()
    assert (lab.label, lab.extension, lab.setup_id) == ("Bench", "78", None)
    assert "Bench" in await text(browsers["bea"], "/phones")
    assert (await ada.get(f"{address}/{lab.pk}/delete")).status_code == 200
    await ada.post(f"{address}/{lab.pk}/delete")
    assert not await UserPhone.objects.filter(user=users["bea"]).aexists()


async def test_phone_is_looked_for_under_its_own_user(
    browsers: dict[str, Any], home: UserPhone, users: dict[str, User]
) -> None:
    address = f"/maintenance/users/{users['bea'].pk}/phones/{home.pk}"
    for page in (address, f"{address}/delete"):
        assert (await browsers["ada"].get(page)).status_code == 404


# ---- Which phone rings ----------------------------------------------------------------------


async def fill_in_carl(desk: PhoneSystemSetup, user: User, home: UserPhone) -> None:
    first = {"login": "carl", "password": "p1", "device": "D1", "pin": "1111"}
    await sync_to_async(fill_in_personally)(desk, first, user=user, as_administrator=True)
    await sync_to_async(fill_in_personally)(
        desk, {"device": "D2", "pin": "2222"}, user=user, phone=home, as_administrator=True
    )


async def dial(phones: PhoneSite, client: Any, **fields: str) -> Any:
    await sync_to_async(phones.reader.refresh)()
    response = await client.post("/calls", {"number": NUMBER, **fields})
    for call_id in phones.exchange.underway:
        await phones.exchange.outcome_of(call_id)
    return response


def bodies(pbx: FaultServer) -> list[bytes]:
    return [request.body for request in pbx.requests]


async def test_phone_that_is_chosen_rings_until_another_is(
    browsers: dict[str, Any],
    desk: PhoneSystemSetup,
    home: UserPhone,
    users: dict[str, User],
    phones: PhoneSite,
    pbx: FaultServer,
) -> None:
    carl = browsers["carl"]
    await fill_in_carl(desk, users["carl"], home)
    await sync_to_async(override_setting)(SAME_CALL_WITHIN.name, "0")
    await dial(phones, carl)
    await dial(phones, carl, phone=str(home.pk))
    page = await text(carl, "/dial")
    assert f'<option value="{home.pk}" selected>Home, extension 441</option>' in page
    await dial(phones, carl)  # the header's field names no phone
    await dial(phones, carl, phone="")
    assert '<option value="" selected>Extension 203</option>' in await text(carl, "/dial")
    first = b"to=02079460123&device=D1&pin=1111"
    at_home = b"to=02079460123&device=D2&pin=2222"
    assert bodies(pbx) == [first, at_home, at_home, first]


async def test_phone_is_chosen_without_dialling(
    browsers: dict[str, Any], home: UserPhone, pbx: FaultServer
) -> None:
    carl = browsers["carl"]
    response = await carl.post("/phones/choose", {"phone": home.pk, "number": NUMBER})
    assert response["Location"] == "/dial"
    page = await text(carl, "/dial")
    assert f'<input type="hidden" name="phone" value="{home.pk}">' in await text(
        carl, "/dial?list=colleagues"
    )
    assert 'Home: extension <span class="num">441</span>' in page
    swapped = await carl.post(
        "/phones/choose", {"phone": "", "number": NUMBER}, headers={"HX-Request": "true"}
    )
    assert f'value="{NUMBER}"' in swapped.content.decode()
    assert pbx.requests_seen == 0


@pytest.mark.parametrize("phone", ["999999", "x", "-1", "0", "1" * 40])
async def test_phone_that_one_has_not_rings_nothing(
    browsers: dict[str, Any], phones: PhoneSite, pbx: FaultServer, phone: str
) -> None:
    response = await dial(phones, browsers["carl"], phone=phone)
    assert response.status_code == 422
    assert "You have no such phone." in response.content.decode()
    assert (await browsers["carl"].post("/phones/choose", {"phone": phone})).status_code == 422
    assert pbx.requests_seen == 0


async def test_phone_of_somebody_else_rings_nothing(
    browsers: dict[str, Any], home: UserPhone, phones: PhoneSite, pbx: FaultServer
) -> None:
    response = await dial(phones, browsers["bea"], phone=str(home.pk))
    assert "You have no such phone." in response.content.decode()
    assert pbx.requests_seen == 0
    assert not await Call.objects.aexists()


async def test_phone_that_was_removed_is_no_longer_chosen(
    browsers: dict[str, Any], home: UserPhone, phones: PhoneSite
) -> None:
    carl = browsers["carl"]
    await carl.post("/phones/choose", {"phone": home.pk})
    await sync_to_async(delete_phone)(home)
    await sync_to_async(phones.reader.refresh)()
    page = await text(carl, "/dial")
    assert 'Your phone: extension <span class="num">203</span>' in page
    assert 'id="phone"' not in page


async def test_who_has_one_phone_is_asked_nothing(browsers: dict[str, Any]) -> None:
    page = await text(browsers["bea"], "/dial?list=colleagues")
    assert 'name="phone"' not in page


async def test_call_log_tells_the_phone_system_and_what_it_said(
    browsers: dict[str, Any],
    desk: PhoneSystemSetup,
    home: UserPhone,
    users: dict[str, User],
    phones: PhoneSite,
) -> None:
    await fill_in_carl(desk, users["carl"], home)
    response = await dial(phones, browsers["carl"])
    page = await text(browsers["carl"], response["Location"])
    assert "<dt>Phone system</dt><dd>Desk</dd>" in page
    assert "Desk</span>" in await text(browsers["carl"], "/calls")
    await Call.objects.aupdate(outcome="rejected", message="Line is busy")
    page = await text(browsers["carl"], response["Location"])
    assert "<dt>What it said</dt><dd>Line is busy</dd>" in page


async def test_secret_that_is_missing_is_told_before_anything_leaves(
    browsers: dict[str, Any], phones: PhoneSite, pbx: FaultServer
) -> None:
    response = await dial(phones, browsers["carl"])
    assert response.status_code == 422
    assert pbx.requests_seen == 0


async def test_phone_system_of_another_way_is_told_as_not_in_use(
    browsers: dict[str, Any], phones: PhoneSite
) -> None:
    await sync_to_async(lambda: add_system("Shared", SHARED, api_key="k"))()
    page = await text(browsers["bea"], "/phones")
    assert page.index("Desk</h2>") < page.index("Other phone systems") < page.index("Shared</h2>")
