"""Hosted phone systems, first half: each file of the catalogue against its stand-in."""

import pytest
import trustme

from tests.phone_systems.caller import Outcome
from tests.phone_systems.standins.base import LOOPBACK, Dialled
from tests.phone_systems.standins.goto import GoToConnect
from tests.phone_systems.standins.hosted_log_ins import Kazoo, NetSapiens, Nfon
from tests.phone_systems.standins.hosted_one_request import (
    Aircall,
    BroadWorks,
    CloudCall,
    Dialpad,
    Exotel,
    OpenS,
)
from tests.phone_systems.standins.hosted_proofs import IvozProvider, Ovh
from tests.phone_systems.trials import (
    EXTENSION,
    NUMBER,
    Trial,
    check_number_arrives,
    check_request_that_is_almost_right,
    check_secret_is_in_no_url,
    check_wrong_secret,
)
from webdial.exchange.outcome import DIALLING, PICK_UP

PASSWORD = 'pa:ss/w"ör<d>&{1}'
SECRET = "s3cr3t+/=&"
E164 = "+442079460123"


TRIALS = (
    Trial(
        "aircall-start-call",
        lambda authority: Aircall(
            api_id="id1", api_token=SECRET, numbers={"123": 654}, authority=authority
        ),
        {"api_id": "id1", "api_token": SECRET, "user_id": "123", "number_id": "654"},
        call=Dialled("123", E164, "654"),
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "broadworks-xsi",
        lambda authority: BroadWorks(
            user_id="carl@carrier.example", password=PASSWORD, authority=authority
        ),
        {"user_id": "carl@carrier.example", "password": PASSWORD},
        call=Dialled("carl@carrier.example", NUMBER),
        remote_id="callhalf-1234:0",
        body_message="Invalid address & number",
        status_message="Server error <110>",
    ),
    Trial(
        "cloudcall",
        lambda authority: CloudCall(
            account="441234567890", password=SECRET, license_key="l1c&nce", authority=authority
        ),
        {
            "account": "441234567890",
            "password": SECRET,
            "license_key": "l1c&nce",
            "own_number": "441234567891",
        },
        call=Dialled("441234567891", "442079460123"),
    ),
    Trial(
        "dialpad-initiate-call",
        lambda authority: Dialpad(api_key=SECRET, users={"50713443376"}, authority=authority),
        {"api_key": SECRET, "user_id": "50713443376"},
        call=Dialled("50713443376", E164),
        body_message="",
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "exotel-connect",
        lambda authority: Exotel(
            sid="company1", api_key="key1", api_token=PASSWORD, authority=authority
        ),
        {
            "sid": "company1",
            "api_key": "key1",
            "api_token": PASSWORD,
            "caller_id": "08030752400",
            "own_number": "+919052161119",
        },
        call=Dialled("+919052161119", E164, "08030752400"),
        remote_id="c5797dcb",
        status_outcome=Outcome.REJECTED,
        status_message="CallerId is <not> yours",
    ),
    Trial(
        "goto-connect",
        lambda authority: GoToConnect(
            client_id="client1",
            client_secret=PASSWORD,
            lines={"014ce388-da2c"},
            refresh_token="refresh+/=&1",
            authority=authority,
        ),
        {
            "sign_in_host": LOOPBACK,
            "client_id": "client1",
            "client_secret": PASSWORD,
            "line_id": "014ce388-da2c",
        },
        call=Dialled("014ce388-da2c", E164),
        refresh_token="refresh+/=&1",
        body_message="Line not found",
        keeps_log_in=True,
    ),
    Trial(
        "ivozprovider-click2call",
        lambda authority: IvozProvider(
            passwords={"alice@company.example": PASSWORD}, authority=authority
        ),
        {"terminal": "alice", "domain": "company.example", "password": PASSWORD},
        call=Dialled("alice@company.example", E164),
        remote_id=IvozProvider.iden,
        body_message="forbidden",
        status_message="could not originate call",
    ),
    Trial(
        "kazoo-clicktocall",
        lambda authority: Kazoo(
            api_key=SECRET, account="acc0", entries={"e1f2": EXTENSION}, authority=authority
        ),
        {"api_key": SECRET, "account_id": "acc0", "clicktocall_id": "e1f2"},
        outcome=Outcome.QUEUED,
        remote_id="c2c-e1f2-1f2e",
        body_message="contact not in whitelist",
        status_message="init failed",
        keeps_log_in=True,
    ),
    Trial(
        "netsapiens-v1",
        lambda authority: NetSapiens(
            domain="company.service",
            client=("client1", SECRET),
            login=("100@company.service", PASSWORD),
            authority=authority,
        ),
        {
            "domain": "company.service",
            "client_id": "client1",
            "client_secret": SECRET,
            "user": "100@company.service",
            "password": PASSWORD,
        },
        status_outcome=Outcome.REJECTED,
        keeps_log_in=True,
    ),
    Trial(
        "nfon-cti",
        lambda authority: Nfon(
            user="api", password=PASSWORD, account="K1234", tenant="K1234", authority=authority
        ),
        {"user": "api", "password": PASSWORD, "account": "K1234", "context": "K1234"},
        remote_id=Nfon.uuid,
        body_message="extension is offline",
        status_message="no switch",
        keeps_log_in=True,
    ),
    Trial(
        "opens-click-to-call",
        lambda authority: OpenS(token=SECRET, authority=authority),
        {"token": SECRET},
        outcome=Outcome.SENT,
    ),
    Trial(
        "ovh-click2call",
        lambda authority: Ovh(
            app_key="app1",
            app_secret=PASSWORD,
            consumer_key=SECRET,
            account="ab12345-ovh-1",
            authority=authority,
        ),
        {
            "app_key": "app1",
            "app_secret": PASSWORD,
            "consumer_key": SECRET,
            "billing_account": "ab12345-ovh-1",
            "line": "0033123456789",
        },
        call=Dialled("0033123456789", "00442079460123"),
        body_message="Your line is not registered",
        status_message="Internal server error",
    ),
)
BY_ID = {trial.system: trial for trial in TRIALS}
AS_DIALLED = [trial for trial in TRIALS if trial.call.number == NUMBER]
IN_A_FORM = [trial for trial in TRIALS if trial.call.number != NUMBER]


SECRETS = [
    (trial.system, name)
    for trial in TRIALS
    for name in ("api_key", "api_token", "app_secret", "client_secret", "consumer_key",
                 "license_key", "password", "token")
    if name in trial.values and (trial.system, name) != ("exotel-connect", "api_key")
]  # fmt: skip


def test_every_system_has_a_secret_that_is_tried() -> None:
    assert {system for system, _ in SECRETS} == set(BY_ID)


@pytest.mark.parametrize(("system", "secret"), SECRETS)
async def test_wrong_secret_places_no_call(system: str, secret: str, authority: trustme.CA) -> None:
    await check_wrong_secret(BY_ID[system], secret, authority)


@pytest.mark.parametrize(("system", "secret"), SECRETS)
async def test_secret_is_in_no_url(system: str, secret: str, authority: trustme.CA) -> None:
    await check_secret_is_in_no_url(BY_ID[system], secret, authority)


@pytest.mark.parametrize("number", ["+442079460123", "*21#", "**62*1#"])
@pytest.mark.parametrize("trial", AS_DIALLED, ids=str)
async def test_number_arrives_as_dialled(trial: Trial, number: str, authority: trustme.CA) -> None:
    await check_number_arrives(trial, number, authority)


@pytest.mark.parametrize(
    "number", ["+44 20 7946 0123", "0044 20 7946 0123", "(020) 7946-0123", "+44 (0)20 7946 0123"]
)
@pytest.mark.parametrize("trial", IN_A_FORM, ids=str)
async def test_number_arrives_in_the_form_that_is_wanted(
    trial: Trial, number: str, authority: trustme.CA
) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(number)
        assert (server.refusals, server.calls) == ([], [trial.call])


@pytest.mark.parametrize(
    "trial", [trial for trial in TRIALS if trial.system != "ivozprovider-click2call"], ids=str
)
async def test_stand_in_takes_nothing_that_is_almost_right(
    trial: Trial, authority: trustme.CA
) -> None:
    """But for IvozProvider, whose nonce is used up already: test_hosted_one_peculiarities.py."""
    await check_request_that_is_almost_right(trial, authority)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_caller_hears_what_to_do_next(trial: Trial, authority: trustme.CA) -> None:
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
    if trial.outcome is Outcome.SENT:
        assert verdict.next_step == ""
    elif trial.system in {"aircall-start-call", "dialpad-initiate-call"}:
        assert verdict.next_step == DIALLING
    else:
        assert verdict.next_step == PICK_UP
