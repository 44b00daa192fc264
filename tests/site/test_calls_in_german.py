"""Calls as somebody reads them in German: no sentence of ours is left in English, and all that is kept is."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import translation

from tests.language.english import english_in
from tests.site.conftest import Member, Site
from tests.site.logged_calls import logged_call
from tests.site.maintenance.visitor import text_of
from webdial.dialstring import Declared, DialStringError, Values, parse_dial_string
from webdial.exchange import Outcome, Verdict, sender, sign_ins, verdicts
from webdial.exchange import outcome as words
from webdial.exchange.allowed_hosts import read_allowed_hosts
from webdial.exchange.general_settings import (
    INTERNAL_NUMBERS,
    MECHANISM,
    MOST_FAILURES,
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    NUMBER_RULES,
    OUTSIDE_LINE,
)
from webdial.exchange.judging import judge_step
from webdial.exchange.network_policy import AddressNotAllowedError, NamedHosts, NetworkPolicy
from webdial.exchange.ringing_settings import (
    BRANCH_DAY,
    BRANCH_MINUTE,
    NEED_A_RIGHT,
    NEVER_RUNG,
    QUIET_HOURS,
    USER_DAY,
    USER_MINUTE,
)
from webdial.language import speak
from webdial.phonesystems import Answer, Step, read_reading
from webdial.site.domain.calls import sentence_of
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Call, User
from webdial.site.pages.call_display import number_steps


@pytest.fixture(autouse=True)
def in_english_afterwards() -> Iterator[None]:
    yield
    translation.deactivate()
    speak(None)


def failed_log_ins() -> Iterator[Verdict]:
    """By what the parts of a log-in and a sign-in tell."""
    step = Step(parse_dial_string("http://pbx.example/"), take={"sid": read_reading("json sid")})
    told = judge_step(Answer(200, (), b"{}"), step, secrets=())
    assert told is not None
    yield told
    for why in (sign_ins._NEVER_IN, sign_ins._LAPSED, sign_ins._NO_TOKEN):
        yield Verdict(Outcome.LOG_IN_FAILED, message=why)
    for beneath in Outcome:
        if beneath.may_have_rung:
            yield Verdict(Outcome.LOG_IN_FAILED, message=beneath.kept_label, beneath=beneath)
    for source, more in {
        "http://pbx.example/?from=^": {},
        "http://pbx.example/?token={token}": {},
        "{HEADER X-Token: {token}}http://pbx.example/": {"token": "a\nb"},
        "http://{token}/": {"token": "no host!"},
    }.items():
        with pytest.raises(DialStringError) as raised:
            parse_dial_string(source, names={"token": Declared("token")}).plan(
                Values("305", None, more)
            )
        yield Verdict(Outcome.LOG_IN_FAILED, message=raised.value.message)


def refusals() -> Iterator[str]:
    """What is kept where a host, or an address that it has, may not be asked."""
    policy = NetworkPolicy(
        named=NamedHosts(frozenset({("pbx.example", None), ("169.254.169.254", None)})),
        allowed=read_allowed_hosts("*.supplier.example"),
    )
    for host, *addresses in (
        ("other.example",),
        ("localhost",),
        ("127.1",),
        ("169.254.169.254",),
        ("pbx.example", "169.254.169.254"),
        ("pbx.example", "127.0.0.1"),
        ("pbx.example", "9.9.9.9", "10.0.0.5"),
        ("pbx.example", "no address"),
        ("api.supplier.example", "10.0.0.5"),
    ):
        with pytest.raises(AddressNotAllowedError) as raised:
            policy.admit(host, 80).judge(addresses)
        yield raised.value.plain


VERDICTS = [
    *(Verdict(each) for each in Outcome if each.is_final),
    *(
        Verdict(Outcome.REJECTED, status)
        for status in (200, 401, 403, 404, 405, 407, 418, 429, 503)
    ),
    *(
        Verdict(Outcome.REJECTED, 429, next_step=words.dial_again_in(wait_s))
        for wait_s in (30, 300, 7200)
    ),
    Verdict(Outcome.REJECTED, 200, message="Extension not free"),
    Verdict(Outcome.FAILED, 500, "Traceback"),
    Verdict(Outcome.FAILED, 500, message="Out of order"),
    Verdict(Outcome.SENT, 200, next_step=words.SHOULD_DIAL),
    Verdict(Outcome.ACCEPTED, 200, next_step=words.PICK_UP),
    Verdict(Outcome.ACCEPTED, 200, next_step=words.DIALLING),
    Verdict(Outcome.HELD_BACK, message=words.TOO_MANY, next_step=words.DIAL_AGAIN),
    Verdict(Outcome.HELD_BACK, message=words.NOT_ANSWERING, next_step=words.BEING_TRIED),
    *(
        Verdict(Outcome.HELD_BACK, message=words.NOT_ANSWERING, next_step=words.tried_again_in(s))
        for s in (5, 300, 7200)
    ),
    Verdict(Outcome.NOT_UNDERSTOOD, 302, sender.IN_A_CIRCLE),
    Verdict(Outcome.REDIRECTED_AWAY, 302, sender.POINTED_TO.format(place="pbx.example:8080")),
    Verdict(Outcome.CERTIFICATE_BAD, None, verdicts.NEW_FINGERPRINT.format(fingerprint="0a1b")),
    *failed_log_ins(),
    *(Verdict(Outcome.ADDRESS_NOT_ALLOWED, answer=each) for each in refusals()),
]


@pytest.fixture
def reader(site: Site, ada: Member) -> Member:
    """Ada, who sees requests and answers as well, and reads German."""
    ada.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    return ada


async def set_up(site: Site, values: dict[str, str]) -> None:
    for name, value in values.items():
        await sync_to_async(override_setting)(name, value)
    await sync_to_async(site.reader.refresh)()


async def dial(member: Member, number: str) -> Any:
    return await member.client.post(
        "/calls", {"number": number, "confirmed": "1"}, headers={"HX-Request": "true"}
    )


@sync_to_async
def latest() -> Call:
    return Call.objects.order_by("-id")[0]


async def english_of(member: Member, call: Call) -> dict[str, list[str]]:
    """By page what is told of the call in English."""
    pages = {
        "story": f"/calls/{call.id}",
        "panel": f"/calls/{call.id}/line?in=panel",
        "row": f"/calls/{call.id}/line?in=row",
        "state": f"/calls/{call.id}/line?in=story",
    }
    found = {}
    for name, path in pages.items():
        page = await member.client.get(path)
        assert page.status_code == 200
        found[name] = english_in(text_of(page))
    return {name: texts for name, texts in found.items() if texts}


def kept_of(call: Call) -> tuple[str, str, str]:
    return call.answer, call.message, call.next_step


async def test_every_outcome_is_told_in_german_and_kept_in_english(
    site: Site, reader: Member
) -> None:
    await set_up(site, {USER_MINUTE.name: "", MOST_FAILURES.name: ""})
    for index, verdict in enumerate(VERDICTS):
        site.switchboard.verdict = verdict
        live = await dial(reader, f"020 7946 0{index:03}")
        call = await latest()
        await site.finish(call.id)
        call = await latest()
        assert (call.outcome, *kept_of(call)) == (
            verdict.outcome.value, verdict.answer, verdict.message, verdict.next_step,
        )  # fmt: skip
        speak(None)  # as the API and exports, which have no language
        assert sentence_of(call) == verdict.sentence
        found = {"live": english_in(text_of(live)), **await english_of(reader, call)}
        assert {name: texts for name, texts in found.items() if texts} == {}, verdict


BLOCKED = [
    ({NEVER_RUNG.name: "020"}, "020 7946 0001"),
    ({NEED_A_RIGHT.name: "0113 => premium"}, "0113 496 0187"),
    ({NEED_A_RIGHT.name: "satellite, abroad, premium, personal"}, "+870 773 111 632"),
    ({}, "+49 30 1234567"),
    ({}, "070 1234 5678"),
    ({QUIET_HOURS.name: "Mon-Sat, Sun"}, "020 7946 0002"),
    ({QUIET_HOURS.name: "", USER_MINUTE.name: "1"}, "020 7946 0004"),
    ({USER_MINUTE.name: "", USER_DAY.name: "1"}, "020 7946 0005"),
    ({USER_DAY.name: "", BRANCH_MINUTE.name: "1"}, "020 7946 0006"),
    ({BRANCH_MINUTE.name: "", BRANCH_DAY.name: "1"}, "020 7946 0007"),
]
"""Settings, which stay for what follows, and a number that they block, once one call has been placed.

No more than are written down in a minute.
"""


async def test_every_block_is_told_in_german(site: Site, reader: Member) -> None:
    counted = dict.fromkeys((BRANCH_MINUTE.name, BRANCH_DAY.name), "100")
    await set_up(site, {NUMBER_COUNTRY.name: "GB", **counted})
    await dial(reader, "020 7946 0000")
    told = set()
    for values, number in BLOCKED:
        await set_up(site, {NEVER_RUNG.name: "", **values})
        live, call = await blocked_call(reader, number)
        explained = await explain(reader, number)
        found = {"live": english_in(text_of(live)), "explain": explained}
        found |= await english_of(reader, call)
        assert {name: texts for name, texts in found.items() if texts} == {}, number
        assert english_in(call.message), call.message
        told.add(call.message)
    assert len(told) == len(BLOCKED)


async def blocked_call(member: Member, number: str) -> tuple[Any, Call]:
    """The second number meets a limit of which the minute has just begun anew."""
    for each in (number, f"{number[:-1]}9"):
        live = await dial(member, each)
        call = await latest()
        if call.outcome == "blocked":
            return live, call
    raise AssertionError(f"{number} is not blocked")


async def explain(member: Member, number: str) -> list[str]:
    page = await member.client.get(
        "/maintenance/settings/explain", {"number": number, "user": "ada"}
    )
    assert page.status_code == 200
    return english_in(text_of(page))


STEPS = [
    ({}, "020 7946 0001 ext 12"),
    ({INTERNAL_NUMBERS.name: "3"}, "305"),
    ({NUMBER_FORMAT.name: "e164"}, "020 7946 0002"),
    ({NUMBER_COUNTRY.name: "GB"}, "020 7946 0003 ext 12"),
    ({}, "020 7946"),
    ({NUMBER_FORMAT.name: "00", OUTSIDE_LINE.name: "9"}, "020 7946 0004"),
    ({NUMBER_RULES.name: "0049(.*) => 0\\1"}, "020 7946 0005"),
    ({NUMBER_RULES.name: "00(.*) => 0\\1 -- short"}, "020 7946 0006"),
    ({MECHANISM.name: "http://pbx.example/?to={number}&line={outside_line}"}, "020 7946 0007"),
]
"""Settings, which stay for what follows, and a number that goes its way by them."""


async def test_every_step_of_a_number_is_told_in_german(site: Site, reader: Member) -> None:
    whys = set()
    for values, number in STEPS:
        await set_up(site, values)
        await dial(reader, number)
        call = await latest()
        assert call.typed == number
        await site.finish(call.id)
        found = {"explain": await explain(reader, number), **await english_of(reader, call)}
        assert {name: texts for name, texts in found.items() if texts} == {}, number
        whys |= {step.why for step in number_steps(call) if step.why}
    assert len(whys) >= len(STEPS)


async def test_list_of_calls_is_told_in_german(site: Site, reader: Member) -> None:
    await sync_to_async(log_all)(reader.user)
    page = await reader.client.get("/calls")
    assert page.content.decode().count('class="call-row"') == 50
    assert english_in(text_of(page)) == []


def log_all(user: User) -> None:
    for verdict in VERDICTS[-50:]:
        logged_call(
            user, outcome=verdict.outcome.value, status=verdict.status, answer=verdict.answer,
            message=verdict.message, next_step=verdict.next_step,
        )  # fmt: skip


def test_english_is_found() -> None:
    assert english_in("Der Anruf: The phone system refused the call: no. Nichts") != []
    assert english_in("Die Telefonanlage hat den Anruf abgelehnt.") == []
