"""The Test of a phone system: what would leave, and one real call to a phone system that is strict."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
import trustme
from asgiref.sync import sync_to_async

from tests.exchange.ledger import Ledger
from tests.phone_systems.standins.base import Dialled, Mood
from tests.phone_systems.standins.yeastar import PSeries
from tests.site.conftest import Browser
from webdial.exchange import Exchange, HttpSender, Outcome
from webdial.exchange.duplicates import Duplicates
from webdial.exchange.general_settings import NUMBER_COUNTRY
from webdial.exchange.journal import Begun, Ended
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.system_calls import SystemCaller
from webdial.site.domain.configuration import ConfigurationReader
from webdial.site.domain.credentials import opener
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.phone_systems import SetupDetails, save_filled_setup
from webdial.site.models import PhoneSystemSetup, User

YEASTAR = "yeastar-p-series"
SECRET = "planted-s3cret-of-the-pbx"
NUMBER = "020 7946 0123"
CARL_CANNOT_DIAL = "Only your own phone is dialled from here."


@dataclass
class Bench:
    """Ada's browser, the running parts behind it, and a set-up that points at `pbx`."""

    client: Browser
    reader: ConfigurationReader
    journal: Ledger
    pbx: PSeries
    setup: PhoneSystemSetup
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/maintenance/phone-systems/{self.setup.pk}/test"

    async def show(self, **query: str) -> str:
        await sync_to_async(self.reader.refresh)()
        response = await self.client.get(self.address, query)
        assert response.status_code == 200
        return text_of(response)

    async def page(self, **query: str) -> str:
        """The page's own markup, with the token that a dial takes."""
        await sync_to_async(self.reader.refresh)()
        return (await self.client.get(self.address, query)).content.decode()

    async def dial(self, number: str = NUMBER, user: str = "ada", token: str = "") -> Any:
        token = token or token_of(await self.page())
        return await self.client.post(self.address, {"number": number, "user": user, "once": token})


def text_of(response: Any) -> str:
    plain = html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode()))
    return " ".join(plain.split())


def token_of(page: str) -> str:
    found = re.search(r'name="once" value="([\w-]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def setup(transactional_db: None) -> PhoneSystemSetup:
    """Filled in but for its port, which is that of the stand-in."""
    values = {"host": "127.0.0.1", "client_id": "webdial", "client_secret": SECRET}
    return save_filled_setup(SetupDetails("Main office", catalogue_id=YEASTAR), values)


@pytest_asyncio.fixture
async def bench(
    transactional_db: None, ada: User, carl: User, dora: User, setup: PhoneSystemSetup
) -> AsyncIterator[Bench]:
    authority = trustme.CA()
    async with PSeries(client_id="webdial", client_secret=SECRET, authority=authority) as pbx:
        details = SetupDetails(
            "Main office",
            catalogue_id=YEASTAR,
            certificate="own_ca",
            certificate_text=authority.cert_pem.bytes().decode(),
        )
        await sync_to_async(save_filled_setup)(details, {"port": str(pbx.port)}, setup=setup)
        reader = await sync_to_async(ConfigurationReader)()
        journal, sender = Ledger(), HttpSender(policy=lambda: policy_of(reader.current))
        systems = SystemCaller(sender)
        exchange = Exchange(
            configuration=reader, journal=journal, sender=sender, system_caller=systems,
            opener=opener(), run_id="test", duplicates=Duplicates(records=journal),
        )  # fmt: skip
        state: dict[str, object] = {
            "exchange": exchange,
            "configuration_reader": reader,
            "system_caller": systems,
        }
        client = Browser(state)
        await client.aforce_login(ada)
        yield Bench(client, reader, journal, pbx, setup)
        await sender.close()


async def test_every_request_is_shown_in_order_with_secrets_masked(bench: Bench) -> None:
    shown = await bench.show(number=NUMBER)
    log_in, _, dial = shown.partition(" Dial POST ")
    base = f"https://127.0.0.1:{bench.pbx.port}/openapi/v1.0"
    assert f"Log-in POST {base}/get_token" in log_in
    assert "User-Agent: OpenAPI" in log_in
    assert '{"username":"webdial","password":"••••"}' in log_in
    assert dial.startswith(f"{base}/call/dial?access_token={{token}}")
    assert '{"caller":"201","callee":"02079460123","auto_answer":"no"}' in dial
    assert "Your phone, extension 201 , calls 02079460123" in shown
    assert SECRET not in shown
    assert (bench.pbx.requests, bench.journal.entries) == ([], [])


async def test_ones_own_extension_is_dialled_unless_a_number_is_typed(bench: Bench) -> None:
    assert '"callee":"201"' in await bench.show()
    assert '"caller":"203","callee":"02079460123"' in await bench.show(user="carl", number=NUMBER)


async def test_the_form_of_the_number_is_shown_as_the_branch_has_it(bench: Bench) -> None:
    await sync_to_async(override_setting)("Number Format", "e164")
    await sync_to_async(override_setting)(NUMBER_COUNTRY.name, "GB")
    shown = await bench.show(number=NUMBER)
    assert "Typed 020 7946 0123 and sent as +442079460123" in shown
    assert "Number format 02079460123 becomes +442079460123" in shown
    assert '"callee":"+442079460123"' in shown


async def test_what_is_missing_is_told_with_its_place(bench: Bench) -> None:
    own = SetupDetails("Branch", catalogue_id=YEASTAR)
    bench.setup = await sync_to_async(save_filled_setup)(own, {"client_id": "x"})
    shown = await bench.show(user="dora", number=NUMBER)
    assert "Address of the PBX : in the set-up of this phone system" in shown
    assert "Client secret : in the set-up of this phone system" in shown
    assert "Extension : of Dora Lindqvist, in Maintenance | Users" in shown
    # What is there is shown all the same.
    assert "POST https://{host}:8088/openapi/v1.0/call/dial?access_token={token}" in shown
    assert '"caller":"{extension}"' in shown
    assert "Dial now" in shown
    assert "disabled" in await bench.page(user="dora", number=NUMBER)


async def test_what_a_user_has_to_fill_in_is_found_by_its_field(bench: Bench) -> None:
    own = SetupDetails("Old 3CX", catalogue_id="3cx-http-api-v12")
    bench.setup = await sync_to_async(save_filled_setup)(own, {"host": "pbx.example"})
    page = await bench.page(user="carl", number=NUMBER)
    link = re.search(r'href="(/maintenance/users/\d+/phones)#([\w-]+)"', page)
    assert link is not None
    fields = await bench.client.get(link[1])
    assert f'id="{link[2]}"' in fields.content.decode()


async def test_a_number_that_is_none_and_a_user_who_is_nobody_are_told(bench: Bench) -> None:
    shown = await bench.show(number="ring mother")
    assert "There is no number in this that could be dialled." in shown
    assert 'id="trial-form"' not in await bench.page(number="ring mother")
    assert "No user is found by this." in await bench.show(user="nobody at all")


async def test_dial_now_places_one_call_and_shows_how_it_was_read(bench: Bench) -> None:
    shown = text_of(await bench.dial())
    assert bench.pbx.refusals == []
    assert bench.pbx.calls == [Dialled("201", "02079460123")]
    assert "The phone system has accepted the call. Pick up your phone when it rings." in shown
    assert "Its name of the call: 1632985346.11" in shown
    log_in, _, dial = shown.partition("What came of it")[2].partition(" Dial POST ")
    assert "Answered 200" in log_in
    assert "Success json errcode = 0 Holds json errcode is 0" in log_in
    assert "Takes token json access_token ••••" in log_in
    assert '"access_token": "••••"' in log_in
    assert "Content-Type: application/json" in dial
    assert '{"errcode": 0, "errmsg": "SUCCESS", "call_id": "1632985346.11"}' in dial
    assert "Success json errcode = 0 Holds" in dial
    assert "Call id json call_id 1632985346.11" in dial
    assert "Does not hold" in dial  # the rule for a log-in that has lapsed


async def test_the_call_is_written_down_before_and_after_like_any_other(bench: Bench) -> None:
    await bench.dial()
    begun, ended = bench.journal.entries
    assert isinstance(begun, Begun)
    assert isinstance(ended, Ended)
    assert begun.call.id == ended.call_id
    assert begun.call.prepared.setting_source == "phone system Main office, chosen for a trial"
    assert ended.verdict.outcome is Outcome.ACCEPTED
    assert SECRET not in f"{begun!r}{ended!r}{begun.call.prepared.plan}"


async def test_a_refusal_is_shown_in_the_phone_systems_own_words(bench: Bench) -> None:
    bench.pbx.mood = Mood.FAILS_IN_BODY
    shown = text_of(await bench.dial())
    assert "The phone system refused the call: EXTENSION NOT REGISTERED." in shown
    assert "Message json errmsg EXTENSION NOT REGISTERED" in shown
    assert "Success json errcode = 0 Does not hold json errcode is 60002" in shown


async def test_a_wrong_secret_is_told_at_the_log_in_and_shown_nowhere(bench: Bench) -> None:
    wrong = "wr0ng-planted-s3cret"
    details = SetupDetails(
        "Main office",
        catalogue_id=YEASTAR,
        certificate=bench.setup.certificate,
        certificate_text=bench.setup.certificate_text,
    )
    await sync_to_async(save_filled_setup)(details, {"client_secret": wrong}, setup=bench.setup)
    response = await bench.dial()
    assert "did not let Webdial log in: ACCESS DENIED." in text_of(response)
    assert (bench.pbx.calls, bench.pbx.dial_requests) == ([], 0)
    assert wrong not in response.content.decode()


async def test_a_phone_system_that_is_away_is_told(bench: Bench) -> None:
    unused = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()
    await unused.wait_closed()
    details = SetupDetails("Main office", catalogue_id=YEASTAR)
    await sync_to_async(save_filled_setup)(details, {"port": str(port)}, setup=bench.setup)
    shown = text_of(await bench.dial())
    assert "The phone system is not listening at its address. Nothing was dialled." in shown


async def test_an_untrusted_certificate_stops_it(bench: Bench) -> None:
    details = SetupDetails("Main office", catalogue_id=YEASTAR)
    await sync_to_async(save_filled_setup)(details, {}, setup=bench.setup)
    shown = text_of(await bench.dial())
    assert "The phone system's certificate is not trusted, so nothing was sent." in shown
    assert bench.pbx.requests == []


async def test_a_page_dials_once_however_often_it_is_sent(bench: Bench) -> None:
    token = token_of(await bench.page())
    answers = await asyncio.gather(*(bench.dial(token=token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    assert bench.pbx.calls == [Dialled("201", "02079460123")]
    again = await bench.dial(token=token)
    assert "This page has dialled already." in text_of(again)
    assert len(bench.journal.entries) == 2
    # The page that says so may dial.
    assert (await bench.dial(token=token_of(again.content.decode()))).status_code == 200
    assert len(bench.pbx.calls) == 2


async def test_an_emergency_number_is_rung_by_a_second_press(bench: Bench) -> None:
    await sync_to_async(override_setting)(NUMBER_COUNTRY.name, "GB")
    asked = await bench.dial("999")
    assert asked.status_code == 422
    assert "This is an emergency number. Ring 999?" in text_of(asked)
    assert "Dial now" not in text_of(asked)
    assert (bench.pbx.requests, bench.journal.entries) == ([], [])
    page = asked.content.decode()
    form = page[page.index('id="trial-form"') :]
    second = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert (second["number"], second["confirmed"]) == ("999", "1")
    assert "Ring 999 now" in form
    assert (await bench.client.post(bench.address, second)).status_code == 200
    assert bench.pbx.calls == [Dialled("201", "999")]
    # Sent once more, it rings nobody.
    assert (await bench.client.post(bench.address, second)).status_code == 422
    assert bench.pbx.calls == [Dialled("201", "999")]


async def test_a_post_without_a_token_dials_nothing(bench: Bench) -> None:
    refused = await bench.client.post(bench.address, {"number": NUMBER, "user": "ada"})
    assert refused.status_code == 422
    assert (bench.pbx.requests, bench.journal.entries) == ([], [])


async def test_only_ones_own_phone_is_dialled(bench: Bench) -> None:
    assert CARL_CANNOT_DIAL in await bench.show(user="carl", number=NUMBER)
    refused = await bench.dial(user="carl")
    assert refused.status_code == 422
    assert CARL_CANNOT_DIAL in text_of(refused)
    assert (bench.pbx.requests, bench.journal.entries) == ([], [])


async def test_a_system_that_is_switched_off_can_be_tested(bench: Bench) -> None:
    details = SetupDetails(
        "Main office",
        catalogue_id=YEASTAR,
        certificate=bench.setup.certificate,
        certificate_text=bench.setup.certificate_text,
    )
    off = replace(details, is_active=False)
    await sync_to_async(save_filled_setup)(off, {}, setup=bench.setup)
    assert (await bench.dial()).status_code == 200
    assert bench.pbx.calls == [Dialled("201", "02079460123")]


async def test_a_number_that_holds_markup_stays_text(bench: Bench) -> None:
    response = await bench.dial("<script>alert(1)</script> 020 7946 0123")
    assert b"<script>alert" not in response.content


async def test_a_link_is_shown_to_be_opened_and_nothing_is_sent(bench: Bench) -> None:
    link = SetupDetails("Softphone", catalogue_id="linphone-scheme")
    bench.setup = await sync_to_async(save_filled_setup)(link, {})
    page = await bench.page(number=NUMBER)
    found = re.search(r'<a class="button button--primary" href="([^"]+)"', page)
    assert found
    assert "02079460123" in found[1]
    assert 'id="trial-form"' not in page
    refused = await bench.client.post(
        bench.address, {"number": NUMBER, "user": "ada", "once": "any"}
    )
    assert refused.status_code == 422
    assert bench.journal.entries == []
