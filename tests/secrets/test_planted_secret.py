"""Secrets are planted in every place that keeps one; then everything that anybody can see is searched."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.apps import apps

from tests.secrets.echo import WAYS, EchoingSystem
from tests.secrets.planted import PLACES, found_in, secret_of
from tests.site.phone_site import PhoneSite, open_phone_site
from tests.site.small_systems import DESK, SIGN_IN, add_system
from webdial.exchange.general_settings import MECHANISM, SAME_CALL_WITHIN
from webdial.exchange.resolving import Resolver
from webdial.exchange.sign_ins import SignedIn, begin_sign_in
from webdial.exchange.trials import dry_run
from webdial.numbers import clean_number
from webdial.site.domain.credentials import opener, set_credential
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.personal_values import fill_in_personally
from webdial.site.domain.sign_ins import keep_sign_in, signed_in
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import Call, User
from webdial.site.pages.maintenance.urls import urlpatterns

NUMBER = "020 7946 0123"
STRING = "{{POST}}{{HEADER X-Key: {{secret CRM}}}}http://127.0.0.1:{port}/d?key={{secret CRM}}<&>to=#<&>k={{secret CRM}}"


@dataclass
class Planted:
    """The site with its secrets, its administrator Ada, and all that anybody saw of it."""

    phones: PhoneSite
    system: EchoingSystem
    ada: User
    browser: Any
    ids: dict[str, int]
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def dial_by(self, value: str) -> None:
        await sync_to_async(override_setting)(MECHANISM.name, value)
        await sync_to_async(self.phones.reader.refresh)()

    async def look(self, address: str, **fields: str) -> Any:
        """Ask for a page, by POST with fields, and keep what it shows."""
        asked = self.browser.post(address, fields) if fields else self.browser.get(address)
        response = await asked
        shown = response.content.decode() + repr(sorted(response.items()))
        self.seen.append((address, shown))
        return response

    async def dial(self, **fields: str) -> None:
        response = await self.look("/calls", number=NUMBER, **fields)
        for call_id in self.phones.exchange.underway:
            await self.phones.exchange.outcome_of(call_id)
        assert response.status_code == 303, response.content.decode()
        await self.look(response["Location"])

    def assert_nothing_seen(self) -> None:
        assert [
            (address, found) for address, shown in self.seen if (found := found_in(shown))
        ] == []


def plant(ada: User, port: int) -> dict[str, int]:
    """A secret in each place; the ids of the rows around them."""
    credential = set_credential("CRM", secret_of("credential"))
    desk = add_system("Desk", DESK, host="127.0.0.1", port=str(port), site_key=secret_of("site"))
    own = {"login": "own", "password": secret_of("user"), "device": "D1", "pin": "1234"}
    fill_in_personally(desk, own, user=ada, as_administrator=True)
    home = save_phone(ada, label="Home", extension="441", setup=desk)
    at_home = {"device": "D2", "pin": secret_of("phone")}
    fill_in_personally(desk, at_home, user=ada, phone=home, as_administrator=True)
    cloud = add_system(
        "Cloud", SIGN_IN, port=str(port), client_id="own", client_secret=secret_of("client")
    )
    keep_sign_in(cloud.pk, ada.pk, SignedIn(secret_of("access"), None, secret_of("refresh")))
    override_setting(SAME_CALL_WITHIN.name, "0")
    return {
        "credential_id": credential.pk,
        "setup_id": desk.pk,
        "cloud_id": cloud.pk,
        "user_id": ada.pk,
        "phone_id": home.pk,
    }


@pytest_asyncio.fixture
async def planted(
    users: dict[str, User], caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Planted]:
    caplog.set_level(logging.DEBUG)
    async with EchoingSystem() as system:
        ada = users["ada"]
        ids = await sync_to_async(plant)(ada, system.port)
        opened = open_phone_site()
        phones = await sync_to_async(opened.__enter__)()
        browser = await sync_to_async(phones.browser)(ada)
        yield Planted(phones, system, ada, browser, ids)
        await phones.exchange.close(wait_s=5)
        await phones.sender.close()
        await sync_to_async(opened.__exit__)(None, None, None)


async def call_by_every_way(planted: Planted, status: int, way: str) -> None:
    planted.system.status, planted.system.way = status, way
    await planted.dial_by(STRING.format(port=planted.system.port))
    await planted.dial(phone="")
    await planted.dial_by("Desk")
    await planted.dial(phone="")
    await planted.dial(phone=str(planted.ids["phone_id"]))
    await planted.dial_by("Cloud")
    await planted.dial(phone="")


def everything_kept() -> list[str]:
    """Every value of every row, as the database gives it."""
    return [
        str(value)
        for model in apps.get_models()
        for row in model.objects.values_list()
        for value in row
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_calls_show_no_secret_whatever_the_phone_system_repeats(
    planted: Planted, caplog: pytest.LogCaptureFixture, status: int, way: str
) -> None:
    await call_by_every_way(planted, status, way)
    sent = "\n".join(planted.system.requests)
    assert set(PLACES) - set(found_in(sent)) <= (set() if status == 401 else {"refresh", "client"})
    assert await Call.objects.acount() == 4
    await planted.look("/calls")
    await planted.look("/dial")
    planted.assert_nothing_seen()
    assert found_in(caplog.text) == []
    assert found_in(repr([vars(record) for record in caplog.records])) == []
    assert found_in("\n".join(await sync_to_async(everything_kept)())) == []


async def test_no_page_shows_a_secret(planted: Planted, caplog: pytest.LogCaptureFixture) -> None:
    await planted.dial_by("Desk")
    for address in (
        "/phones",
        "/dial",
        "/calls",
        *(address_of(planted, each) for each in routes()),
    ):
        await planted.look(address)
    await planted.look(f"/maintenance/settings/explain?number={NUMBER}&user=ada")
    dial_string = STRING.format(port=planted.system.port)
    await planted.look(
        "/maintenance/settings/check", name=MECHANISM.name, value=dial_string, number=NUMBER
    )
    await planted.look("/phones/choose", phone=str(planted.ids["phone_id"]))
    setup = f"/maintenance/phone-systems/{planted.ids['setup_id']}"
    for way in WAYS:
        planted.system.way, dialled = way, len(planted.system.requests)
        await planted.look(f"{setup}/test", number=NUMBER, user="ada", once=way)
        assert len(planted.system.requests) == dialled + 1
    await planted.look(f"/phones/systems/{planted.ids['cloud_id']}/sign-in", begin="yes")
    planted.assert_nothing_seen()
    assert found_in(caplog.text) == []


def routes() -> list[str]:
    return [str(pattern.pattern) for pattern in urlpatterns if "delete" not in str(pattern.pattern)]


def address_of(planted: Planted, route: str) -> str:
    for name, row_id in {**planted.ids, "branch_id": 1, "person_id": 1, "version_id": 1}.items():
        route = route.replace(f"<int:{name}>", str(row_id))
    return "/maintenance/" + route.replace("<slug:system_id>", "asterisk-ari")


async def test_refused_forms_give_no_secret_back(
    planted: Planted, caplog: pytest.LogCaptureFixture
) -> None:
    desk, marked = planted.ids["setup_id"], secret_of("user")
    forms = {
        f"/phones/systems/{desk}": {f"s{desk}-p-login": "x" * 9_000, f"s{desk}-p-password": marked},
        f"/phones/systems/{desk}?": {f"s{desk}-p-password": marked, f"s{desk}-p-device": "D9"},
        f"/maintenance/users/{planted.ada.pk}/phones/systems/{desk}": {
            f"s{desk}-p-pin": marked + "x" * 9_000
        },
        "/maintenance/credentials/add": {"name": "CRM", "secret": marked},
        "/maintenance/credentials/add?": {"name": "{new}", "secret": marked},
        f"/maintenance/credentials/{planted.ids['credential_id']}": {"secret": marked + "\0"},
    }
    for address, fields in forms.items():
        assert (await planted.look(address, **fields)).status_code == 422, address
    planted.assert_nothing_seen()
    assert found_in(caplog.text) == []


async def test_return_from_a_sign_in_shows_no_token(
    planted: Planted, caplog: pytest.LogCaptureFixture
) -> None:
    """The phone system refuses the code and repeats what it got, the client's secret among it."""
    for way in WAYS:
        planted.system.status, planted.system.way = 400, way
        cloud = f"/phones/systems/{planted.ids['cloud_id']}/sign-in"
        response = await planted.look(cloud, begin="yes")
        state = response.context["url"].partition("state=")[2].partition("&")[0]
        await planted.look(f"/phones/sign-in/done?state={state}&code=Qzaccess-code")
        page = await planted.look("/phones")
        assert "You are not signed in to Cloud" in page.content.decode()
    said = [(address, shown) for address, shown in planted.seen if "done?" not in address]
    assert [address for address, shown in said if found_in(shown)] == []
    assert found_in(caplog.text) == []


async def test_no_repr_shows_a_secret(planted: Planted) -> None:
    await planted.dial_by("Desk")
    picture = planted.phones.reader.current
    exchange = planted.phones.exchange
    by_desk = await exchange.prepare_call(NUMBER, user_id=planted.ada.pk)
    at_home = await exchange.prepare_call(
        NUMBER, user_id=planted.ada.pk, phone_id=planted.ids["phone_id"]
    )
    await planted.dial_by(STRING.format(port=planted.system.port))
    by_string = await exchange.prepare_call(NUMBER, user_id=planted.ada.pk)
    caller = picture.caller(planted.ada.pk)
    resolver = Resolver(picture, caller, clean_number(NUMBER), opener())
    cloud = picture.setups["cloud"]
    call = resolver.for_system(picture.setups["desk"])
    request = call.request.plan(call.values)
    tokens = await sync_to_async(signed_in)(cloud.id, planted.ada.pk)
    assert cloud.system is not None
    assert cloud.system.sign_in is not None
    departure = begin_sign_in(
        cloud.system.sign_in, exchange.sign_in_values(cloud, user_id=planted.ada.pk), "http://x/"
    )
    assert secret_of("user") in call.values.more.values()
    objects = [
        picture, exchange, planted.phones.systems, planted.phones.sender, by_desk, at_home, by_string,
        resolver, call, call.values, request, request.masked(), tokens, departure, dry_run(call),
        *picture.credentials.values(), *picture.user_values.values(), *picture.setups.values(),
    ]  # fmt: skip
    shown = {type(each).__name__: repr(each) for each in objects}
    assert {name: found for name, text in shown.items() if (found := found_in(text))} == {}


def test_what_is_looked_for_would_be_found() -> None:
    for place in PLACES:
        for write in WAYS.values():
            assert place in found_in(write(secret_of(place))), (place, write)
