"""Every phone system of kind "phone": its file of the catalogue against a phone that is not there."""

from dataclasses import replace

import pytest
import trustme

from tests.phone_systems.caller import Caller, Outcome
from tests.phone_systems.standins.base import Dialled, Mood
from tests.phone_systems.standins.handsets import (
    Auerswald,
    Fanvil,
    Grandstream,
    Htek,
    Snom,
    Yealink,
)
from tests.phone_systems.standins.posted_handsets import Cisco, Mitel, Poly
from tests.phone_systems.trials import (
    EXTENSION,
    NUMBER,
    Trial,
    check_number_arrives,
    check_request_that_is_almost_right,
    check_secret_is_in_no_url,
    check_wrong_secret,
)
from webdial.dialstring import DialStringError
from webdial.phonesystems import Owner, catalogue_system

PASSWORD = 'pa:ss/w"ör<d>&{1}'
TOKEN = "abcdefg+/="
OWN_PHONE = Dialled("", NUMBER)

TRIALS = (
    Trial(
        "auerswald-comfortel",
        lambda authority: Auerswald(token=TOKEN, authority=authority),
        {"token": TOKEN},
        call=OWN_PHONE,
        outcome=Outcome.SENT,
    ),
    Trial(
        "cisco-phone-execute",
        lambda _: Cisco(user="carl", password=PASSWORD),
        {"user": "carl", "password": PASSWORD},
        call=OWN_PHONE,
        body_message='CiscoIPPhoneError Number="3"',
    ),
    Trial(
        "fanvil",
        lambda _: Fanvil(user="admin", password=PASSWORD),
        {"password": PASSWORD},
        call=Dialled("", NUMBER, "OK"),
    ),
    Trial(
        "grandstream-gxp-grp",
        lambda _: Grandstream(user="admin", password=PASSWORD),
        {"password": PASSWORD},
        call=Dialled("", NUMBER, "0"),
        body_message="",
    ),
    Trial(
        "grandstream-gxp-passcode",
        lambda _: Grandstream(password=PASSWORD),
        {"password": PASSWORD},
        call=Dialled("", NUMBER, "0"),
        body_message="",
    ),
    Trial(
        "htek-action-uri",
        lambda _: Htek(user="admin", password=PASSWORD),
        {"password": PASSWORD},
        call=Dialled("", NUMBER, "1"),
        outcome=Outcome.SENT,
    ),
    Trial(
        "mitel-sip-phone-xml",
        lambda _: Mitel(push_server="192.168.7.5"),
        {"server": "192.168.7.5"},
        call=OWN_PHONE,
    ),
    Trial(
        "poly-vvx-rest",
        lambda authority: Poly(password=PASSWORD, authority=authority),
        {"password": PASSWORD},
        call=Dialled("", NUMBER, "1"),
        body_message="4007",
    ),
    Trial(
        "snom-command",
        lambda _: Snom(user="snom", password=PASSWORD),
        {"user": "snom", "password": PASSWORD},
        call=OWN_PHONE,
    ),
    Trial(
        "snom-command-digest",
        lambda _: Snom(user="snom", password="s3cr3t", is_digest=True),
        {"user": "snom", "password": "s3cr3t"},
        call=OWN_PHONE,
    ),
    Trial(
        "yealink-action-uri",
        lambda _: Yealink(user="admin", password=PASSWORD),
        {"password": PASSWORD},
        call=OWN_PHONE,
    ),
)
BY_ID = {trial.system: trial for trial in TRIALS}
SECRETS = {
    trial.system: "token" if "token" in trial.values else "password"
    for trial in TRIALS
    if trial.system != "mitel-sip-phone-xml"
}


@pytest.mark.parametrize(("system", "secret"), SECRETS.items(), ids=list(SECRETS))
async def test_wrong_secret_places_no_call(system: str, secret: str, authority: trustme.CA) -> None:
    await check_wrong_secret(BY_ID[system], secret, authority)


@pytest.mark.parametrize("number", ["+442079460123", "*21#", "**62*1#", "201"])
@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_number_arrives_as_dialled(trial: Trial, number: str, authority: trustme.CA) -> None:
    await check_number_arrives(trial, number, authority)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_stand_in_takes_nothing_that_is_almost_right(
    trial: Trial, authority: trustme.CA
) -> None:
    await check_request_that_is_almost_right(trial, authority)


@pytest.mark.parametrize(
    ("system", "secret"),
    [pair for pair in SECRETS.items() if not pair[0].startswith("grandstream")],
)
async def test_secret_is_in_no_url(system: str, secret: str, authority: trustme.CA) -> None:
    """But for Grandstream's phones, which take it nowhere else."""
    await check_secret_is_in_no_url(BY_ID[system], secret, authority)


@pytest.mark.parametrize("system", BY_ID)
def test_each_phone_has_its_own_address_and_secret(system: str) -> None:
    values = catalogue_system(system).values
    own = {name for name, each in values.items() if each.of is Owner.PHONE}
    assert {"host", *catalogue_system(system).secrets} <= own


@pytest.mark.parametrize("system", BY_ID)
def test_call_without_an_address_is_stopped(system: str, authority: trustme.CA) -> None:
    caller = Caller(system, BY_ID[system].values, EXTENSION, authority)
    with pytest.raises(DialStringError) as raised:
        caller.plan(NUMBER)
    (fault,) = raised.value.faults
    assert (fault.code, fault.message) == (
        "value_missing",
        "The dial string needs a value that is not set up: Address of the phone.",
    )


# What single phones do that no other does


async def test_grandstream_takes_another_account(authority: trustme.CA) -> None:
    trial = replace(
        BY_ID["grandstream-gxp-grp"],
        stand_in=lambda _: Grandstream(user="admin", password="secret", accounts=3),
        values={"password": "secret", "account": "2"},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert server.calls == [Dialled("", NUMBER, "2")]


async def test_grandstream_by_https(authority: trustme.CA) -> None:
    trial = replace(
        BY_ID["grandstream-gxp-grp"],
        stand_in=lambda ca: Grandstream(user="admin", password="secret", authority=ca),
        values={"password": "secret", "scheme": "https"},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert server.refusals == []


async def test_grandstream_tells_its_own_word(authority: trustme.CA) -> None:
    trial = replace(BY_ID["grandstream-gxp-grp"], values={"password": "another"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, "failed")


async def test_cisco_tells_what_became_of_the_item(authority: trustme.CA) -> None:
    trial = BY_ID["cisco-phone-execute"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        server.mood = Mood.FAILS_IN_BODY
        item = '<ResponseItem Status="1" Data="Failure" URL="Dial:1"/>'
        server.refusal = f"<CiscoIPPhoneResponse>{item}</CiscoIPPhoneResponse>"
        verdict = await caller.dial(NUMBER)
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, 'Data="Failure"')


async def test_cisco_is_told_who_is_wrong(authority: trustme.CA) -> None:
    trial = replace(BY_ID["cisco-phone-execute"], values={"user": "carl", "password": "another"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.calls == []
    assert (verdict.outcome, verdict.message) == (
        Outcome.REJECTED,
        'CiscoIPPhoneError Number="4"',
    )


async def test_fanvil_dials_by_its_other_key(authority: trustme.CA) -> None:
    trial = BY_ID["fanvil"]
    other = replace(trial, values={**trial.values, "last_key": "ENTER"})
    async with other.stand_in(authority) as server, other.caller(server, authority) as caller:
        await caller.dial("*21#")
        assert server.calls == [Dialled("", "*21#", "ENTER")]
        assert server.requests[0].query_text == "key=SPEAKER;%2A21%23;ENTER"


async def test_htek_has_no_question_mark(authority: trustme.CA) -> None:
    trial = replace(BY_ID["htek-action-uri"], values={"password": PASSWORD, "account": "4"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("*21#")
        (request,) = server.requests
    assert request.target == "/Phone_ActionURL&Command=1&Number=%2A21%23&Account=4"


async def test_mitel_refuses_whom_it_does_not_know(authority: trustme.CA) -> None:
    trial = replace(BY_ID["mitel-sip-phone-xml"], values={"server": "192.168.7.6"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.calls == []
    assert verdict.outcome is Outcome.REJECTED


async def test_mitel_is_sent_xml_as_it_is(authority: trustme.CA) -> None:
    trial = BY_ID["mitel-sip-phone-xml"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("+442079460123")
        (request,) = server.requests
    assert request.body == (
        b'xml=<AastraIPPhoneExecute><ExecuteItem URI="Dial:+442079460123" interruptCall="no"/>'
        b"</AastraIPPhoneExecute>"
    )


async def test_poly_dials_on_another_line(authority: trustme.CA) -> None:
    trial = replace(BY_ID["poly-vvx-rest"], values={"password": PASSWORD, "line": "2"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.calls == [Dialled("", NUMBER, "2")]


async def test_snom_without_a_password(authority: trustme.CA) -> None:
    trial = replace(BY_ID["snom-command"], stand_in=lambda _: Snom(), values={})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert server.calls == [Dialled("", NUMBER)]


async def test_snom_with_a_stale_nonce_dials_once(authority: trustme.CA) -> None:
    trial = BY_ID["snom-command-digest"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
            server.forget_sessions()
        assert (server.dial_requests, len(server.calls)) == (2, 2)


async def test_yealink_refuses_whom_its_list_lacks(authority: trustme.CA) -> None:
    trial = BY_ID["yealink-action-uri"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        server.is_address_allowed = False
        verdict = await caller.dial(NUMBER)
        assert server.calls == []
    assert verdict.outcome is Outcome.REJECTED
