"""Every phone system of kind "pbx": its file of the catalogue against its stand-in."""

import pytest
import trustme

from tests.phone_systems.caller import Outcome
from tests.phone_systems.standins.asterisk import (
    AsteriskManager,
    AsteriskRest,
    FreeSwitch,
    FusionPbx,
    Kamailio,
)
from tests.phone_systems.standins.base import Dialled
from tests.phone_systems.standins.small_pbx import MakecallPath, PhoneAsmx, Teleforge, Wazo
from tests.phone_systems.standins.three_cx import CallControl, HttpApi
from tests.phone_systems.standins.xml_systems import (
    CiscoWebdialer,
    FritzBox,
    Innovaphone,
    Starface,
)
from tests.phone_systems.standins.yeastar import GrandstreamUcm, PSeries, SSeries, SSeriesTwo
from tests.phone_systems.trials import (
    EXTENSION,
    NUMBER,
    Trial,
    check_number_arrives,
    check_request_that_is_almost_right,
    check_secret_is_in_no_url,
    check_wrong_secret,
)

PASSWORD = 'pa:ss/w"ör<d>&{1}'
SECRET = "s3cr3t+/=&"
LONG_SECRET = SECRET * 4

TRIALS = (
    Trial(
        "3cx-call-control",
        lambda authority: CallControl(
            client_id="webdial", client_secret=SECRET, authority=authority
        ),
        {"client_id": "webdial", "client_secret": SECRET},
        remote_id="4711",
        body_message="No device",
        status_outcome=Outcome.REJECTED,
        status_message="No device is registered",
        keeps_log_in=True,
    ),
    Trial(
        "3cx-http-api-v12",
        lambda _: HttpApi(pins={EXTENSION: "4711&x"}),
        {"pin": "4711&x"},
        outcome=Outcome.SENT,
    ),
    Trial(
        "asterisk-ami-http",
        lambda _: AsteriskManager(user="webdial", password="s3cr3t"),
        {"user": "webdial", "password": "s3cr3t"},
        call=Dialled(EXTENSION, NUMBER, "from-internal"),
        outcome=Outcome.QUEUED,
        body_message="Extension does not exist.",
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "asterisk-ari",
        lambda _: AsteriskRest(user="webdial", password=PASSWORD, context="internal"),
        {"user": "webdial", "password": PASSWORD},
        call=Dialled(EXTENSION, NUMBER, "internal"),
        remote_id="1763863200.17",
        status_message="Allocation failed",
    ),
    Trial(
        "cisco-cucm-webdialer-soap",
        lambda authority: CiscoWebdialer(
            user="cmiller", password=PASSWORD, device="SEP001122334455", authority=authority
        ),
        {"user_id": "cmiller", "password": PASSWORD, "device": "SEP001122334455"},
        body_message="No device <SEP> & line",
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "freepbx",
        lambda _: AsteriskRest(user="webdial", password=PASSWORD, context="from-internal"),
        {"user": "webdial", "password": PASSWORD},
        call=Dialled(EXTENSION, NUMBER, "from-internal"),
        remote_id="1763863200.17",
        status_message="Allocation failed",
    ),
    Trial(
        "freeswitch-xmlrpc",
        lambda _: FreeSwitch(user="freeswitch", password=PASSWORD),
        {"password": PASSWORD},
        call=Dialled(EXTENSION, NUMBER, "default"),
        remote_id=FreeSwitch.uuid,
        body_message="USER_NOT_REGISTERED",
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "fritzbox-tr064",
        lambda authority: FritzBox(user="webdial", password="s3cr3t", authority=authority),
        {"user": "webdial", "password": "s3cr3t"},
        call=Dialled("", NUMBER),
        status_message="Invalid Args",
    ),
    Trial(
        "fusionpbx-click-to-call",
        lambda authority: FusionPbx(key=LONG_SECRET, authority=authority),
        {"api_key": LONG_SECRET},
        remote_id="7f4de4bc-17d7-11dd-b7a0-db4edd065621",
        body_message="USER_NOT_REGISTERED",
    ),
    Trial(
        "grandstream-ucm",
        lambda authority: GrandstreamUcm(user="webdial", password=PASSWORD, authority=authority),
        {"user": "webdial", "password": PASSWORD},
        body_message="-47",
    ),
    Trial(
        "innovaphone-soap",
        lambda _: Innovaphone(
            user="admin", password=PASSWORD, session_user="SOAP", names={"Carl <Diaz> & Co"}
        ),
        {
            "scheme": "http",
            "password": PASSWORD,
            "session_user": "SOAP",
            "long_name": "Carl <Diaz> & Co",
        },
        call=Dialled("Carl <Diaz> & Co", NUMBER),
        remote_id="42",
        body_message="",
        status_message="no such user",
    ),
    Trial(
        "kamailio-jsonrpcs",
        lambda _: Kamailio(domain="sip.example"),
        {"domain": "sip.example"},
        outcome=Outcome.QUEUED,
        body_message="Invalid parameters",
        status_message="Invalid parameters",
    ),
    Trial(
        "seed-avaya-phone-asmx",
        lambda _: PhoneAsmx(),
        {},
        call=Dialled(EXTENSION, NUMBER, "9"),
        outcome=Outcome.SENT,
    ),
    Trial(
        "seed-makecall-path",
        lambda _: MakecallPath(),
        {"after_number": "/9"},
        call=Dialled(EXTENSION, NUMBER, "9"),
        outcome=Outcome.SENT,
    ),
    Trial(
        "starface-uci",
        lambda authority: Starface(login_id="0001", password=PASSWORD, authority=authority),
        {"login_id": "0001", "password": PASSWORD},
        call=Dialled("0001", "+442079460123"),
        remote_id="a1b2c3",
        body_message="no phone <available>",
        status_outcome=Outcome.REJECTED,
    ),
    Trial(
        "teleforge-click2dial",
        lambda _: Teleforge(),
        {"caller_id": "0123456789"},
        call=Dialled(EXTENSION, NUMBER, "0123456789"),
        outcome=Outcome.SENT,
    ),
    Trial(
        "wazo-calld",
        lambda authority: Wazo(user="carl", password=PASSWORD, authority=authority),
        {"user_name": "carl", "password": PASSWORD},
        call=Dialled("carl", NUMBER),
        remote_id="1763863200.21",
        body_message="User has no line",
        status_outcome=Outcome.REJECTED,
        status_message="Asterisk is down",
        keeps_log_in=True,
    ),
    Trial(
        "yeastar-p-series",
        lambda authority: PSeries(client_id="webdial", client_secret=SECRET, authority=authority),
        {"client_id": "webdial", "client_secret": SECRET},
        remote_id="1632985346.11",
        body_message="EXTENSION NOT REGISTERED",
        keeps_log_in=True,
    ),
    Trial(
        "yeastar-s-series",
        lambda authority: SSeries(user="webdial", password=PASSWORD, authority=authority),
        {"user": "webdial", "password": PASSWORD},
        call=Dialled(EXTENSION, NUMBER, "extension/dial_outbound"),
        remote_id="1632985346.12",
        body_message="10024",
        keeps_log_in=True,
    ),
    Trial(
        "yeastar-s-series-v2",
        lambda authority: SSeriesTwo(user="webdial", password=PASSWORD, authority=authority),
        {"user": "webdial", "password": PASSWORD},
        remote_id="1632985346.12",
        body_message="10024",
        keeps_log_in=True,
    ),
)
BY_ID = {trial.system: trial for trial in TRIALS}


SECRETS = {
    "3cx-call-control": "client_secret",
    "asterisk-ami-http": "password",
    "asterisk-ari": "password",
    "cisco-cucm-webdialer-soap": "password",
    "freeswitch-xmlrpc": "password",
    "fritzbox-tr064": "password",
    "fusionpbx-click-to-call": "api_key",
    "grandstream-ucm": "password",
    "innovaphone-soap": "password",
    "starface-uci": "password",
    "wazo-calld": "password",
    "yeastar-p-series": "client_secret",
    "yeastar-s-series": "password",
    "yeastar-s-series-v2": "password",
}


@pytest.mark.parametrize("system", SECRETS)
async def test_wrong_secret_places_no_call(system: str, authority: trustme.CA) -> None:
    await check_wrong_secret(BY_ID[system], SECRETS[system], authority)


@pytest.mark.parametrize("number", ["+442079460123", "*21#", "**62*1#"])
@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_number_arrives_as_dialled(trial: Trial, number: str, authority: trustme.CA) -> None:
    await check_number_arrives(trial, number, authority)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_stand_in_takes_nothing_that_is_almost_right(
    trial: Trial, authority: trustme.CA
) -> None:
    await check_request_that_is_almost_right(trial, authority)


@pytest.mark.parametrize(("system", "secret"), sorted(SECRETS.items()), ids=sorted(SECRETS))
async def test_secret_is_in_no_url(system: str, secret: str, authority: trustme.CA) -> None:
    await check_secret_is_in_no_url(BY_ID[system], secret, authority)
