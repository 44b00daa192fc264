"""A call's life, moved by people and by a clock whose hands the test turns."""

from dataclasses import replace
from typing import Any

import pytest

from tests.simulator.hand_clock import HandClock
from webdial.errors import NotFoundError
from webdial.simulator import CallState, EndReason, OutsideParty, SimulatorConfig
from webdial.simulator.calls import PhoneState
from webdial.simulator.lines import Number, PhoneId
from webdial.simulator.switchboard import MAX_CALLS, Switchboard, WrongMomentError

HARBOUR = Number("02079460123")


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def config(config: SimulatorConfig) -> SimulatorConfig:
    return replace(config, desk_rings_s=30, dialling_s=1, outside_rings_s=45, auto_answer_after_s=2)


@pytest.fixture
def changes() -> Counter:
    return Counter()


@pytest.fixture
def board(config: SimulatorConfig, clock: HandClock, changes: Counter) -> Switchboard:
    return Switchboard(config, clock=clock, changed=changes)


def states(board: Switchboard, *phone_ids: str) -> list[str]:
    return [board.phone(phone_id).state.value for phone_id in phone_ids]


def test_answered_call_rings_the_desk_then_the_number_then_connects(
    board: Switchboard, clock: HandClock
) -> None:
    call_id = board.place("201", HARBOUR).call_id
    assert states(board, "201", HARBOUR) == ["ringing", "idle"]

    board.answer("201")
    assert states(board, "201", HARBOUR) == ["calling", "idle"]

    clock.advance(1)
    assert states(board, "201", HARBOUR) == ["calling", "ringing"]

    clock.advance(4)
    board.answer(HARBOUR)
    assert states(board, "201", HARBOUR) == ["connected", "connected"]

    clock.advance(600)
    board.hang_up("201")
    call = board.call(call_id)
    assert call is not None
    assert (call.state, call.end) == (CallState.ENDED, EndReason.DESK_HUNG_UP)
    assert call.connected_at is not None
    assert call.ended_at is not None
    assert (call.ended_at - call.connected_at).total_seconds() == 600
    assert states(board, "201", HARBOUR) == ["idle", "idle"]
    assert clock.waiting() == []


def test_phone_shows_the_call_it_was_in_last(board: Switchboard) -> None:
    call_id = board.place("201", HARBOUR).call_id
    board.hang_up("201")
    for phone_id in ("201", HARBOUR):
        last = board.phone(phone_id).last_call
        assert last is not None
        assert last.call_id == call_id
    assert board.phone("202").last_call is None


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([("hang_up", "201")], EndReason.DESK_DECLINED),
        ([("advance", 29.9), ("answer", "201"), ("hang_up", "201")], EndReason.DESK_HUNG_UP),
        ([("advance", 30)], EndReason.DESK_NO_ANSWER),
        ([("answer", "201"), ("advance", 1), ("hang_up", "201")], EndReason.DESK_HUNG_UP),
        ([("answer", "201"), ("advance", 1), ("hang_up", HARBOUR)], EndReason.OUTSIDE_DECLINED),
        ([("answer", "201"), ("advance", 46)], EndReason.OUTSIDE_NO_ANSWER),
        (
            [("answer", "201"), ("advance", 1), ("answer", HARBOUR), ("hang_up", HARBOUR)],
            EndReason.OUTSIDE_HUNG_UP,
        ),
    ],
)
def test_call_ends_for_the_reason_it_ended(
    board: Switchboard, clock: HandClock, acts: list[tuple[str, Any]], expected: EndReason
) -> None:
    call_id = board.place("201", HARBOUR).call_id
    for act, value in acts:
        (clock.advance if act == "advance" else getattr(board, act))(value)
    call = board.call(call_id)
    assert call is not None
    assert (call.end, clock.waiting()) == (expected, [])


def test_call_not_yet_timed_out_still_rings(board: Switchboard, clock: HandClock) -> None:
    board.place("201", HARBOUR)
    clock.advance(29.9)
    assert states(board, "201") == ["ringing"]


@pytest.mark.parametrize("stage", ["ringing", "dialling", "outside ringing", "connected"])
def test_desk_phone_in_a_call_is_busy(board: Switchboard, clock: HandClock, stage: str) -> None:
    board.place("201", HARBOUR)
    if stage != "ringing":
        board.answer("201")
    if stage in {"outside ringing", "connected"}:
        clock.advance(1)
    if stage == "connected":
        board.answer(HARBOUR)
    with pytest.raises(WrongMomentError, match=r"^Extension 201 is busy\.$"):
        board.place("201", Number("01174960321"))
    assert len(board.calls) == 1


def test_number_in_a_call_already_is_busy(board: Switchboard, clock: HandClock) -> None:
    board.place("201", HARBOUR)
    second = board.place("202", HARBOUR)
    board.answer("201")
    board.answer("202")
    clock.advance(1)
    ended = board.call(second.call_id)
    assert ended is not None
    assert ended.end is EndReason.OUTSIDE_BUSY
    assert states(board, "201", "202", HARBOUR) == ["calling", "idle", "ringing"]


def test_desk_phone_can_be_called_from_another(board: Switchboard, clock: HandClock) -> None:
    board.place("201", Number("301"))
    board.answer("201")
    clock.advance(1)
    assert states(board, "201", "301") == ["calling", "ringing"]
    board.answer("301")
    assert states(board, "201", "301") == ["connected", "connected"]
    with pytest.raises(WrongMomentError):
        board.place("301", HARBOUR)


def test_own_extension_is_busy(board: Switchboard, clock: HandClock) -> None:
    call_id = board.place("201", Number("201")).call_id
    board.answer("201")
    clock.advance(1)
    call = board.call(call_id)
    assert call is not None
    assert call.end is EndReason.OUTSIDE_BUSY


@pytest.mark.parametrize("dialled", ["+442079460123", "902079460123", "02079460123,,42"])
def test_known_party_is_reached_by_its_number_in_other_spellings(
    board: Switchboard, dialled: str
) -> None:
    assert board.place("201", Number(dialled)).callee == PhoneId(HARBOUR)


def test_menu_digits_are_sent_after_the_answer(board: Switchboard, clock: HandClock) -> None:
    board.place("201", Number("02079460123,,42#"))
    assert board.answer("201").digits_sent == ""
    clock.advance(1)
    assert board.answer(HARBOUR).digits_sent == "42#"


def test_phone_that_answers_itself_does_so_after_its_time(
    config: SimulatorConfig, clock: HandClock, changes: Counter
) -> None:
    priya = OutsideParty(number="0117 496 0321", name="Priya Patel", answers_itself=True)
    board = Switchboard(replace(config, outside_parties=(priya,)), clock=clock, changed=changes)
    board.place("201", Number("01174960321"))
    board.set_answers_itself("201", on=True)
    clock.advance(1.9)
    assert states(board, "201") == ["ringing"]
    clock.advance(0.1)
    assert states(board, "201") == ["calling"]
    clock.advance(3)
    assert states(board, "201", "01174960321") == ["connected", "connected"]


def test_automatic_answer_switched_off_leaves_the_phone_ringing(
    board: Switchboard, clock: HandClock
) -> None:
    board.set_answers_itself("201", on=True)
    board.place("201", HARBOUR)
    board.set_answers_itself("201", on=False)
    clock.advance(5)
    assert states(board, "201") == ["ringing"]


@pytest.mark.parametrize("act", ["answer", "hang_up"])
def test_idle_phone_cannot_be_touched(board: Switchboard, act: str) -> None:
    with pytest.raises(WrongMomentError):
        getattr(board, act)("201")


def test_phone_in_a_call_cannot_be_answered_again(board: Switchboard) -> None:
    board.place("201", HARBOUR)
    board.answer("201")
    with pytest.raises(WrongMomentError, match=r"^Extension 201 is not ringing\.$"):
        board.answer("201")


def test_unknown_phones_are_not_found(board: Switchboard) -> None:
    for act in (board.answer, board.hang_up, board.phone):
        with pytest.raises(NotFoundError, match=r"^There is no phone “999” here\.$"):
            act("999")
    with pytest.raises(NotFoundError, match=r"^There is no extension “999” here\.$"):
        board.place("999", HARBOUR)
    with pytest.raises(NotFoundError):
        board.set_answers_itself("999", on=True)


def test_unnamed_number_has_a_phone_from_the_click_on(board: Switchboard, clock: HandClock) -> None:
    board.place("201", Number("0800111"))
    assert [phone.phone_id for phone in board.phones()][-1] == "0800111"
    board.answer("201")
    clock.advance(1)
    assert board.answer("0800111").state is CallState.CONNECTED


def test_wall_keeps_the_last_unnamed_numbers_and_every_engaged_one(
    board: Switchboard, clock: HandClock
) -> None:
    board.place("201", Number("1000"))
    board.answer("201")
    clock.advance(1)
    for number in range(2000, 2010):
        board.place("202", Number(str(number)))
        board.hang_up("202")
    unnamed = [phone.phone_id for phone in board.phones()][5:]
    assert unnamed == ["1000", "2007", "2008", "2009"]


def test_calls_are_forgotten_but_never_live_ones(board: Switchboard) -> None:
    live = board.place("201", HARBOUR)
    for _ in range(MAX_CALLS + 50):
        board.place("202", HARBOUR)
        board.hang_up("202")
    assert len(board.calls) == MAX_CALLS
    assert board.calls[0] == live
    assert board.calls[-1].call_id == MAX_CALLS + 51


def test_switches_of_forgotten_numbers_are_forgotten(board: Switchboard) -> None:
    board.place("201", Number("1000"))
    board.set_answers_itself("1000", on=True)
    board.hang_up("201")
    for number in range(2000, 2004):
        board.place("202", Number(str(number)))
        board.hang_up("202")
    board.place("201", Number("1000"))
    assert not board.phone("1000").answers_itself


def test_reset_begins_again_with_call_1(board: Switchboard, clock: HandClock) -> None:
    board.place("201", HARBOUR)
    board.set_answers_itself("202", on=True)
    board.reset()
    assert (board.calls, clock.waiting()) == ((), [])
    assert {phone.state for phone in board.phones()} == {PhoneState.IDLE}
    assert not any(phone.answers_itself for phone in board.phones())
    assert board.place("201", HARBOUR).call_id == 1


def test_every_change_is_told(board: Switchboard, clock: HandClock, changes: Counter) -> None:
    told = []
    board.place("201", HARBOUR)
    told.append(changes.count)
    board.answer("201")
    told.append(changes.count)
    clock.advance(1)
    told.append(changes.count)
    clock.advance(45)
    told.append(changes.count)
    board.set_answers_itself("201", on=True)
    told.append(changes.count)
    board.reset()
    told.append(changes.count)
    assert told == [1, 2, 3, 4, 5, 6]
