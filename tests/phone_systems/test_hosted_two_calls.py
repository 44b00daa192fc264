"""Hosted phone systems from P to W: each file of the catalogue against its stand-in."""

from dataclasses import replace

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.phone_systems.caller import Outcome
from tests.phone_systems.standins.base import Dialled
from tests.phone_systems.standins.number_services import Plivo, Telnyx, Twilio, VonageVoice
from tests.phone_systems.standins.signed_in import VonageBusiness, Webex
from tests.phone_systems.standins.user_services import (
    Placetel,
    RingCentral,
    Ringover,
    Sipgate,
    Telavox,
    VoipGrid,
)
from tests.phone_systems.trials import (
    EXTENSION,
    NUMBER,
    Trial,
    check_number_arrives,
    check_request_that_is_almost_right,
    check_secret_is_in_no_url,
    check_success,
    check_wrong_secret,
)
from webdial.phonesystems import catalogue_system

E164, DIGITS = "+442079460123", "442079460123"
OWN, LINE = "+442079460201", "+442079460000"
PASSWORD = 'pa:ss/w"ör<d>&{1}'
SECRET = "s3cr3t+/=&"
PAGE = "https://phone.company.example/plivo/page.php"

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = _KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
PUBLIC_KEY = (
    _KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)

TRIALS = (
    Trial(
        "placetel-calls",
        lambda authority: Placetel(key=SECRET, authority=authority),
        {"api_token": SECRET, "sip_user": "7771234567@fpbx.de"},
        call=Dialled("7771234567@fpbx.de", "+442079460123"),
        outcome=Outcome.SENT,
        status_outcome=Outcome.REJECTED,
        status_message="sipuid is invalid",
    ),
    Trial(
        "plivo-call",
        lambda authority: Plivo(
            account="MAXXXXXXXXXXXXXXXXXX",
            token=PASSWORD,
            number=LINE,
            page=PAGE,
            authority=authority,
        ),
        {
            "auth_id": "MAXXXXXXXXXXXXXXXXXX",
            "auth_token": PASSWORD,
            "plivo_number": LINE,
            "answer_page": PAGE,
            "own_number": OWN,
        },
        call=Dialled(OWN, E164, LINE),
        outcome=Outcome.QUEUED,
        remote_id=Plivo.uuid,
        status_outcome=Outcome.REJECTED,
        status_message="to parameter is not valid",
    ),
    Trial(
        "ringcentral-ringout",
        lambda authority: RingCentral(
            client_id="webdial",
            client_secret=PASSWORD,
            users={"eyJh.carl+/=": "carl", "eyJh.dora+/=": "dora"},
            authority=authority,
        ),
        {
            "client_id": "webdial",
            "client_secret": PASSWORD,
            "jwt": "eyJh.carl+/=",
            "own_number": OWN,
        },
        call=Dialled(OWN, E164, "carl"),
        remote_id="234343434",
        body_message="",
        status_outcome=Outcome.REJECTED,
        status_message="Parameter [to.phoneNumber] value is invalid.",
        keeps_log_in=True,
    ),
    Trial(
        "ringover-callback",
        lambda authority: Ringover(key=SECRET, authority=authority),
        {"api_key": SECRET, "from_number": "442079460201"},
        call=Dialled("442079460201", DIGITS, "ALL"),
        remote_id="4711",
        status_outcome=Outcome.REJECTED,
        status_message="Invalid to_number",
    ),
    Trial(
        "sipgate-sessions-calls",
        lambda authority: Sipgate(
            token_id="token-ABC123", token=PASSWORD, devices={"e0", "y0"}, authority=authority
        ),
        {"token_id": "token-ABC123", "token": PASSWORD, "device": "e0", "caller_id": OWN},
        call=Dialled("e0", E164, OWN),
        remote_id=Sipgate.session,
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "telavox-dial",
        lambda authority: Telavox(users={SECRET: "carl", "d0ra": "dora"}, authority=authority),
        {"token": SECRET},
        call=Dialled("carl", NUMBER),
        body_message="No phone is logged in",
        status_outcome=Outcome.REJECTED,
        status_message="Bad number",
    ),
    Trial(
        "telnyx-calls",
        lambda authority: Telnyx(
            application="1494404757140276705", key=SECRET, number=LINE, authority=authority
        ),
        {
            "api_key": SECRET,
            "connection_id": "1494404757140276705",
            "telnyx_number": LINE,
            "own_number": OWN,
        },
        call=Dialled(OWN, E164, LINE),
        outcome=Outcome.QUEUED,
        remote_id=Telnyx.sid,
        status_outcome=Outcome.REJECTED,
        status_message="The phone number is invalid.",
    ),
    Trial(
        "twilio-calls",
        lambda authority: Twilio(
            account="AC0123456789abcdef", token=PASSWORD, number=LINE, authority=authority
        ),
        {
            "account_sid": "AC0123456789abcdef",
            "auth_token": PASSWORD,
            "twilio_number": LINE,
            "own_number": OWN,
        },
        call=Dialled(OWN, E164, LINE),
        outcome=Outcome.QUEUED,
        remote_id=Twilio.sid,
        status_outcome=Outcome.REJECTED,
        status_message="Account not authorized to call +442079460123",
    ),
    Trial(
        "voipgrid-clicktodial",
        lambda authority: VoipGrid(email="carl@a.example", token=SECRET, authority=authority),
        {"email": "carl@a.example", "token": SECRET},
        call=Dialled("carl@a.example", NUMBER),
        remote_id="8a7c6d5e",
        status_outcome=Outcome.REJECTED,
        status_message="No phone account is set.",
    ),
    Trial(
        "vonage-business",
        lambda authority: VonageBusiness(
            client_id="webdial",
            client_secret=PASSWORD,
            users={"carl-r3fresh+/": "carl"},
            authority=authority,
        ),
        {"client_id": "webdial", "client_secret": PASSWORD, "account_id": VonageBusiness.account},
        call=Dialled(EXTENSION, NUMBER, "pstn by carl"),
        outcome=Outcome.SENT,
        keeps_log_in=True,
        refresh_token="carl-r3fresh+/",
    ),
    Trial(
        "vonage-voice",
        lambda authority: VonageVoice(
            application="aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
            public_key=PUBLIC_KEY,
            number="442079460000",
            authority=authority,
        ),
        {
            "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
            "private_key": PRIVATE_KEY,
            "vonage_number": "442079460000",
            "own_number": "442079460201",
        },
        call=Dialled("442079460201", DIGITS, "442079460000"),
        remote_id=VonageVoice.uuid,
        status_outcome=Outcome.REJECTED,
        status_message="Bad Request",
    ),
    Trial(
        "webex-calling",
        lambda authority: Webex(
            client_id="webdial",
            client_secret=PASSWORD,
            users={"carl-r3fresh+/": "carl"},
            authority=authority,
        ),
        {"client_id": "webdial", "client_secret": PASSWORD},
        call=Dialled("carl", E164),
        remote_id="Y2lzY29zcGFyay",
        status_outcome=Outcome.REJECTED,
        status_message="Invalid destination",
        keeps_log_in=True,
        refresh_token="carl-r3fresh+/",
    ),
)
BY_ID = {trial.system: trial for trial in TRIALS}
AS_DIALLED = [trial for trial in TRIALS if trial.call.number == NUMBER]
IN_A_FORM = [trial for trial in TRIALS if trial.call.number != NUMBER]
TAKING_CODES = [BY_ID["webex-calling"], *AS_DIALLED]


SECRETS = (
    ("placetel-calls", "api_token"),
    ("plivo-call", "auth_token"),
    ("ringcentral-ringout", "client_secret"),
    ("ringcentral-ringout", "jwt"),
    ("ringover-callback", "api_key"),
    ("sipgate-sessions-calls", "token"),
    ("telavox-dial", "token"),
    ("telnyx-calls", "api_key"),
    ("twilio-calls", "auth_token"),
    ("voipgrid-clicktodial", "token"),
    ("vonage-business", "client_secret"),
    ("vonage-voice", "private_key"),
    ("webex-calling", "client_secret"),
)


def test_every_secret_is_tried() -> None:
    known = {
        (trial.system, name) for trial in TRIALS for name in catalogue_system(trial.system).secrets
    }
    assert set(SECRETS) == known


@pytest.mark.parametrize(("system", "secret"), SECRETS)
async def test_wrong_secret_places_no_call(system: str, secret: str, authority: trustme.CA) -> None:
    await check_wrong_secret(BY_ID[system], secret, authority)


@pytest.mark.parametrize(("system", "secret"), SECRETS)
async def test_secret_is_in_no_url(system: str, secret: str, authority: trustme.CA) -> None:
    await check_secret_is_in_no_url(BY_ID[system], secret, authority)


@pytest.mark.parametrize("number", ["+442079460123", "00442079460123"])
@pytest.mark.parametrize("trial", AS_DIALLED, ids=str)
async def test_number_arrives_as_dialled(trial: Trial, number: str, authority: trustme.CA) -> None:
    await check_number_arrives(trial, number, authority)


@pytest.mark.parametrize("code", ["*21#", "**62*1#"])
@pytest.mark.parametrize("trial", TAKING_CODES, ids=str)
async def test_code_arrives(trial: Trial, code: str, authority: trustme.CA) -> None:
    """Where the facts know no form that a number must have, or name codes among what is taken."""
    await check_number_arrives(trial, code, authority)


@pytest.mark.parametrize("number", ["020 7946 0123", "+44 20 7946 0123", "0044 20 7946 0123"])
@pytest.mark.parametrize("trial", IN_A_FORM, ids=str)
async def test_number_arrives_in_the_form_that_is_wanted(
    trial: Trial, number: str, authority: trustme.CA
) -> None:
    await check_success(replace(trial, number=number), authority)


@pytest.mark.parametrize("trial", IN_A_FORM, ids=str)
async def test_number_abroad_keeps_its_country(trial: Trial, authority: trustme.CA) -> None:
    abroad = trial.call.number.replace(DIGITS, "4930901820")
    call = replace(trial.call, number=abroad)
    await check_success(replace(trial, number="+49 30 901820", call=call), authority)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_stand_in_takes_nothing_that_is_almost_right(
    trial: Trial, authority: trustme.CA
) -> None:
    await check_request_that_is_almost_right(trial, authority)
