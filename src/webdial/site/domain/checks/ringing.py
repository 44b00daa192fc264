"""Checks of who may ring what: rules that cannot be kept as they are set."""

from collections.abc import Iterator

from django.core.checks import CheckMessage

from webdial.errors import WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import NUMBER_COUNTRY, SettingDefinition
from webdial.exchange.ringing_settings import (
    NEED_A_RIGHT,
    QUIET_HOURS,
    TIME_ZONE,
    RingRight,
    read_needs,
)
from webdial.numbers.ranges import NumberKind
from webdial.site.domain.checks import known


def check_ringing(configuration: Configuration) -> Iterator[CheckMessage]:
    """By the branches in which somebody dials who would be stopped."""
    blind: set[int | None] = set()
    at_noon: set[int | None] = set()
    for caller in configuration.callers.values():
        if not caller.is_active:
            continue
        branch_id = caller.branch_id
        if not caller.may_ring_abroad and _needs_country(configuration, branch_id):
            blind.add(branch_id)
        if _is_set(configuration, QUIET_HOURS, branch_id) and not _is_set(
            configuration, TIME_ZONE, branch_id
        ):
            at_noon.add(branch_id)
    if blind:
        yield known.ABROAD_UNKNOWN.found(
            f"Without a Number Country: {_named(configuration, blind)}."
        )
    if at_noon:
        yield known.QUIET_HOURS_IN_UTC.found(
            f"Without a Time Zone: {_named(configuration, at_noon)}."
        )


def _needs_country(configuration: Configuration, branch_id: int | None) -> bool:
    if _is_set(configuration, NUMBER_COUNTRY, branch_id):
        return False
    try:
        needs = read_needs(configuration.effective(NEED_A_RIGHT, branch_id).value)
    except WebdialError:  # told by the check of each value
        return False
    return any(need.kind is NumberKind.ABROAD and need.right is RingRight.ABROAD for need in needs)


def _is_set(
    configuration: Configuration, setting: SettingDefinition, branch_id: int | None
) -> bool:
    return bool(configuration.effective(setting, branch_id).value.strip())


def _named(configuration: Configuration, branch_ids: set[int | None]) -> str:
    names = sorted(
        "users of no branch" if each is None else configuration.branches.get(each, str(each))
        for each in branch_ids
    )
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
