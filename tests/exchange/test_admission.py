"""May this user ring this number now: every rule, and in which order they count."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import CallNotPlacedError, WebdialError
from webdial.exchange import Caller, Configuration
from webdial.exchange.admission import (
    DAY_S,
    MINUTE_S,
    Asked,
    BlockReason,
    Permit,
    block_of_tally,
    judge,
    ringing_rules,
)
from webdial.exchange.general_settings import NUMBER_COUNTRY, SETTINGS, SettingDefinition, key_of
from webdial.exchange.ringing_settings import (
    BRANCH_DAY,
    BRANCH_MINUTE,
    NEED_A_RIGHT,
    NEVER_RUNG,
    QUIET_HOURS,
    RINGING_SETTINGS,
    TIME_ZONE,
    USER_DAY,
    USER_MINUTE,
)
from webdial.exchange.terms import Tally

LONDON, LEEDS = 10, 20
CARL = Caller(1, "carl", "CO", "Carl", "203", LONDON, "London")
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RIGHTS = {
    "may_ring_abroad": BlockReason.ABROAD,
    "may_ring_premium": BlockReason.PREMIUM,
    "may_ring_in_quiet_hours": BlockReason.QUIET_HOURS,
}

EVERYTHING = replace(
    CARL, may_ring_abroad=True, may_ring_premium=True, may_ring_in_quiet_hours=True
)

Values = Mapping[SettingDefinition, str]
GB: Values = {NUMBER_COUNTRY: "GB"}


def configured(values: Values, of_branch: Values | None = None) -> Configuration:
    kept: dict[tuple[str, int | None], str] = {
        (key_of(setting.name), None): value for setting, value in values.items()
    }
    for setting, value in (of_branch or {}).items():
        kept[key_of(setting.name), LONDON] = value
    return Configuration(1, {1: CARL}, {}, {LONDON: "London", LEEDS: "Leeds"}, kept)


def judged(
    number: str,
    values: Values = GB,
    *,
    caller: Caller = CARL,
    at: datetime = NOON,
    is_internal: bool = False,
) -> Permit:
    rules = ringing_rules(configured(values), caller.branch_id)
    return judge(Asked((number,), is_internal), caller, rules, at=at)


def reason(permit: Permit) -> BlockReason | None:
    return None if permit.block is None else permit.block.reason


@pytest.mark.parametrize(
    ("number", "stops"),
    [
        ("02079460123", None),
        ("203", None),
        ("09061234567", BlockReason.PREMIUM),
        ("+49301234567", BlockReason.ABROAD),
        ("+499001234567", BlockReason.PREMIUM),
        ("+881612345678", BlockReason.PREMIUM),
        ("07012345678", None),
    ],
)
def test_what_needs_a_right_as_delivered(number: str, stops: BlockReason | None) -> None:
    assert reason(judged(number)) is stops
    everything = replace(CARL, may_ring_abroad=True, may_ring_premium=True)
    assert reason(judged(number, caller=everything)) is None


def test_right_to_ring_abroad_is_not_that_to_ring_premium_rate() -> None:
    abroad = replace(CARL, may_ring_abroad=True)
    assert reason(judged("+49301234567", caller=abroad)) is None
    assert reason(judged("+499001234567", caller=abroad)) is BlockReason.PREMIUM
    premium = replace(CARL, may_ring_premium=True)
    assert reason(judged("+499001234567", caller=premium)) is BlockReason.ABROAD


def test_beginnings_want_the_right_that_stands_behind_them() -> None:
    values = {**GB, NEED_A_RIGHT: "0845, +44 1534 => abroad\npersonal"}
    assert reason(judged("08451234567", values)) is BlockReason.PREMIUM
    assert reason(judged("01534123456", values)) is BlockReason.ABROAD
    assert reason(judged("07012345678", values)) is BlockReason.PREMIUM
    assert reason(judged("+49301234567", values)) is None
    block = judged("08451234567", values).block
    assert block is not None
    assert block.told == "You may not ring numbers that begin with 0845."


def test_number_that_is_never_rung_is_rung_by_nobody() -> None:
    values = {**GB, NEVER_RUNG: "+53, 0871, 2.."}
    for number in ("+5371234567", "005371234567", "08711234567", "+448711234567", "203"):
        permit = judged(number, values, caller=EVERYTHING)
        assert reason(permit) is BlockReason.NEVER_RUNG, number
    assert reason(judged("2031", values, caller=EVERYTHING)) is None


def test_emergency_number_is_stopped_by_nothing() -> None:
    values = {
        **GB, NEVER_RUNG: "9, 112", NEED_A_RIGHT: "9", QUIET_HOURS: "Mon-Sun", USER_MINUTE: "1",
    }  # fmt: skip
    for number in ("999", "112", "9,999"):
        permit = judged(number, values, at=NIGHT)
        assert (permit.is_emergency, permit.block, permit.tallies) == (True, None, ())


def test_emergency_number_is_rung_although_a_setting_is_at_fault() -> None:
    values = {**GB, QUIET_HOURS: "late"}
    assert judged("999", values).is_emergency
    with pytest.raises(CallNotPlacedError) as caught:
        judged("02079460123", values)
    assert caught.value.error_code == "ringing_setting_faulty"
    assert QUIET_HOURS.name in caught.value.hint


def test_premium_number_does_not_hide_behind_an_emergency_number() -> None:
    permit = judged("112,09061234567")
    assert (permit.is_emergency, reason(permit)) == (True, BlockReason.PREMIUM)


@pytest.mark.parametrize("number", ["999", "112"])
def test_extension_that_is_an_emergency_number_is_asked_about(number: str) -> None:
    assert judged(number, is_internal=True).is_emergency


def test_quiet_hours_stop_numbers_outside() -> None:
    values = {**GB, QUIET_HOURS: "22:00-07:00", TIME_ZONE: "Europe/London"}
    permit = judged("02079460123", values, at=NIGHT)
    assert reason(permit) is BlockReason.QUIET_HOURS
    assert permit.block is not None
    assert permit.block.told == (
        "These are quiet hours: nobody is rung before 07:00 on 2026-03-03 (Europe/London)."
    )
    assert reason(judged("02079460123", values)) is None
    assert reason(judged("203", values, at=NIGHT, is_internal=True)) is None
    at_night = replace(CARL, may_ring_in_quiet_hours=True)
    assert reason(judged("02079460123", values, at=NIGHT, caller=at_night)) is None


def test_long_internal_number_hides_no_number_outside() -> None:
    assert reason(judged("09061234567", is_internal=True)) is BlockReason.PREMIUM


def test_calls_are_counted_for_the_user_as_delivered() -> None:
    assert judged("02079460123").tallies == (
        Tally("user/1", MINUTE_S, 30),
        Tally("user/1", DAY_S, 1000),
    )
    assert judged("203", is_internal=True).tallies == ()


def test_calls_are_counted_for_the_branch_when_that_is_set() -> None:
    values = {USER_MINUTE: "", USER_DAY: "", BRANCH_MINUTE: "60", BRANCH_DAY: "5000"}
    assert judged("02079460123", values).tallies == (
        Tally("branch/10", MINUTE_S, 60),
        Tally("branch/10", DAY_S, 5000),
    )
    assert judged("02079460123", values, caller=replace(CARL, branch_id=None)).tallies == ()


@pytest.mark.parametrize(
    ("tally", "stops", "told"),
    [
        (
            Tally("user/1", MINUTE_S, 3),
            BlockReason.USER_MINUTE,
            "You may place 3 calls in a minute",
        ),
        (Tally("user/1", DAY_S, 3), BlockReason.USER_DAY, "You may place 3 calls in a day"),
        (Tally("branch/9", MINUTE_S, 3), BlockReason.BRANCH_MINUTE, "Your branch may place 3"),
        (Tally("branch/9", DAY_S, 3), BlockReason.BRANCH_DAY, "Your branch may place 3"),
    ],
)
def test_full_tally_is_told(tally: Tally, stops: BlockReason, told: str) -> None:
    block = block_of_tally(tally)
    assert (block.reason, block.told.startswith(told)) == (stops, True)


def test_branch_has_rules_of_its_own() -> None:
    picture = configured(GB, {NEED_A_RIGHT: ""})
    own = ringing_rules(picture, LONDON)
    assert judge(Asked(("09061234567",)), CARL, own, at=NOON).block is None
    others = ringing_rules(picture, LEEDS)
    assert judge(Asked(("09061234567",)), CARL, others, at=NOON).block is not None
    assert ringing_rules(picture, LONDON) is own


def test_every_rule_says_what_to_do_next() -> None:
    values = {**GB, NEVER_RUNG: "+53", QUIET_HOURS: "Mon-Sun"}
    for number in ("+5371234567", "09061234567", "+49301234567", "02079460123"):
        block = judged(number, values).block
        assert block is not None
        assert block.told.endswith(".")
        assert block.told_hint.endswith(".")
        assert block.kept == block.told


WRONG = {
    NEVER_RUNG: "Cuba",
    NEED_A_RIGHT: "0871 => everybody",
    USER_MINUTE: "0",
    USER_DAY: "many",
    BRANCH_MINUTE: "-1",
    BRANCH_DAY: "1.5",
    QUIET_HOURS: "22-07",
    TIME_ZONE: "London",
}


@pytest.mark.parametrize("setting", RINGING_SETTINGS, ids=lambda each: each.name)
def test_what_cannot_be_read_is_refused_when_it_is_saved(setting: SettingDefinition) -> None:
    with pytest.raises(WebdialError):
        setting.check(WRONG[setting])
    setting.check(setting.default)
    setting.check(setting.example)
    assert setting in SETTINGS


def _with(rights: dict[str, bool]) -> Caller:
    return replace(
        CARL,
        may_ring_abroad=rights["may_ring_abroad"],
        may_ring_premium=rights["may_ring_premium"],
        may_ring_in_quiet_hours=rights["may_ring_in_quiet_hours"],
    )


@given(
    st.text("0123456789+*#,", min_size=1, max_size=20),
    st.sampled_from(["", "GB", "US", "DE"]),
    st.fixed_dictionaries(dict.fromkeys(RIGHTS, st.booleans())),
)
def test_who_has_more_rights_may_ring_no_less(
    number: str, country: str, rights: dict[str, bool]
) -> None:
    values = {NUMBER_COUNTRY: country, QUIET_HOURS: "22:00-07:00"}
    some = judged(number, values, caller=_with(rights), at=NIGHT)
    most = judged(number, values, caller=EVERYTHING, at=NIGHT)
    assert most.block is None
    if some.block is not None:
        lacking = {RIGHTS[name] for name, has in rights.items() if not has}
        assert some.block.reason in lacking
