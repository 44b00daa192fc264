"""Which calls start on the user's own machine, and what is asked of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from webdial.dialstring import HttpRequest, Link, parse_dial_string
from webdial.dialstring.values import Values
from webdial.errors import CallNotPlacedError
from webdial.exchange import Caller, Channel, Outcome, PreparedCall, TimeLimits, Verdict
from webdial.exchange.calls import Computer, PlacedCall
from webdial.exchange.computers import (
    ANSWERED,
    Action,
    ActionKind,
    Report,
    abilities_of,
    start_at_computer,
    starting_computer,
    verdict_of_report,
)
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import SystemCall, SystemSetup
from webdial.numbers import clean_number
from webdial.phonesystems import Answer, catalogue_system

EVERYTHING = Computer(7, "Desk", frozenset({"http", "link", "tapi"}))
WITHOUT_TAPI = Computer(7, "Desk", frozenset({"http", "link"}))
CARL = Caller(1, "carl", "CO", "Carl Osei", "203", None, "")


@dataclass
class OneComputer:
    """A Computers with one machine, or none; it keeps what it was asked."""

    computer: Computer | None
    reports: list[Report | Verdict] = field(default_factory=list)
    asked: list[Action] = field(default_factory=list)

    def connected(self, user_id: int) -> Computer | None:
        assert user_id == CARL.user_id
        return self.computer

    async def ask(self, computer: Computer, action: Action, *, call_id: UUID) -> Report | Verdict:
        self.asked.append(action)
        return self.reports.pop(0)


def prepared(link: str, *, is_standard: bool = False) -> PreparedCall:
    return PreparedCall(
        CARL, clean_number("0123"), Link(link), "", TimeLimits(1, 2), is_standard=is_standard
    )


def through_system(*, starts_at_computer: bool) -> PreparedCall:
    system = catalogue_system("fanvil")
    setup = SystemSetup(1, "Phone", system, starts_at_computer=starts_at_computer)
    call = SystemCall(
        setup, 1, parse_dial_string("http://192.168.7.41/?to=#"), Values("0123", "203")
    )
    plan = HttpRequest("GET", "http://192.168.7.41/?to=0123")
    return PreparedCall(CARL, clean_number("0123"), plan, "", TimeLimits(1, 2), system_call=call)


@pytest.mark.parametrize(
    ("computer", "channel", "is_standard", "starts_there"),
    [
        (None, Channel.PAGE, False, False),
        (WITHOUT_TAPI, Channel.PAGE, False, True),
        (WITHOUT_TAPI, Channel.API, False, True),
        (WITHOUT_TAPI, Channel.PAGE, True, False),  # the browser opens it within the click
        (WITHOUT_TAPI, Channel.API, True, True),
        (EVERYTHING, Channel.PAGE, True, True),
        (Computer(7, "Desk", frozenset({"http"})), Channel.API, False, False),
    ],
)
def test_where_a_link_starts(
    computer: Computer | None, channel: Channel, *, is_standard: bool, starts_there: bool
) -> None:
    call = prepared("tel:0123", is_standard=is_standard)
    found = starting_computer(call, channel, OneComputer(computer))
    assert found == (computer if starts_there else None)


def test_request_starts_where_its_phone_system_says() -> None:
    here, there = (through_system(starts_at_computer=each) for each in (False, True))
    assert starting_computer(here, Channel.PAGE, OneComputer(EVERYTHING)) is None
    assert starting_computer(there, Channel.PAGE, OneComputer(EVERYTHING)) == EVERYTHING
    with pytest.raises(CallNotPlacedError) as stopped:
        starting_computer(there, Channel.PAGE, OneComputer(None))
    assert stopped.value.error_code == "no_computer"


async def started(call: PreparedCall, computers: OneComputer) -> Verdict:
    placed = PlacedCall(uuid4(), call, Channel.API, datetime.now(UTC), computer=computers.computer)
    return await start_at_computer(placed, computers, None)


async def test_standard_dialling_is_by_tapi_where_there_is_one() -> None:
    computers = OneComputer(replace(EVERYTHING, line="000a0001"), [Report("accepted")])
    verdict = await started(prepared("tel:0123", is_standard=True), computers)
    assert verdict.outcome is Outcome.ACCEPTED
    assert computers.asked[0].kind is ActionKind.TAPI
    assert computers.asked[0].content == {
        "link": "tel:0123", "number": "0123", "line": "000a0001",
    }  # fmt: skip


async def test_link_is_opened_as_it_is_written() -> None:
    computers = OneComputer(EVERYTHING, [Report("handed_over")])
    verdict = await started(prepared("zoomphonecall://0123"), computers)
    assert verdict.outcome is Outcome.HANDED_OVER
    assert computers.asked[0].content["link"] == "zoomphonecall://0123"
    assert computers.asked[0].kind is ActionKind.LINK


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.3.2.1"])
async def test_address_of_the_machine_itself_is_asked_for(host: str) -> None:
    answer = Answer(200, (), b"Dialling")
    computers = OneComputer(EVERYTHING, [Report(ANSWERED, answer=answer)])
    verdict = await started(prepared(f"http://{host}:8000/?d0123"), computers)
    assert (verdict.outcome, verdict.answer) == (Outcome.SENT, "Dialling")
    assert verdict.sentence.endswith("Your phone should be dialling now.")
    assert computers.asked[0].kind is ActionKind.HTTP


@pytest.mark.parametrize(
    "link", ["https://teams.example/l/call", "http://localhost.example/", "tel:0"]
)
async def test_other_addresses_are_opened(link: str) -> None:
    computers = OneComputer(EVERYTHING, [Report("handed_over")])
    await started(prepared(link), computers)
    assert computers.asked[0].kind is ActionKind.LINK


async def test_why_there_is_no_report_is_the_verdict() -> None:
    away = Verdict(Outcome.COMPUTER_AWAY)
    assert await started(prepared("dial:0123"), OneComputer(EVERYTHING, [away])) == away


@pytest.mark.parametrize("outcome", ["placing", "sent", "log_in_failed", "nonsense", ""])
def test_helpers_do_not_say_what_is_not_theirs_to_say(outcome: str) -> None:
    assert verdict_of_report(Report(outcome, "x")).outcome is Outcome.NOT_UNDERSTOOD


def test_what_a_helper_says_is_one_line() -> None:
    verdict = verdict_of_report(Report("rejected", "Line\nbusy\x00" + "x" * 900))
    assert verdict.message.startswith("Line busy")
    assert len(verdict.answer) <= 500


def test_action_shows_nothing_of_its_content() -> None:
    shown = repr(Action(ActionKind.HTTP, {"digest": ["u", "s3cr3t"]}, 1.0))
    assert "s3cr3t" not in shown


async def test_log_in_is_made_from_the_machine_too() -> None:
    """Everything that a file's call sends leaves from there, by the same rules."""
    call = through_system(starts_at_computer=True)
    assert call.system_call is not None
    computers = OneComputer(EVERYTHING, [Report(ANSWERED, answer=Answer(200, (), b"OK"))])

    class Refusing:
        async def fetch(self, *_: object) -> Answer | Verdict:
            raise AssertionError("this leaves from the server")

    placed = PlacedCall(
        uuid4(), replace(call), Channel.API, datetime.now(UTC), computer=computers.computer
    )
    verdict = await start_at_computer(placed, computers, SystemCaller(Refusing()))
    assert verdict.status == 200
    assert computers.asked[0].content["url"] == "http://192.168.7.41/?to=0123"


@pytest.mark.parametrize(
    ("line", "has_tapi"), [("", True), ("program", True), ("000a0001", True), ("link", False)]
)
def test_tapi_is_not_wanted_where_the_user_chose_links(line: str, *, has_tapi: bool) -> None:
    assert ("tapi" in abilities_of(EVERYTHING.can, line)) == has_tapi
    assert {"http", "link"} <= abilities_of(EVERYTHING.can, line)
