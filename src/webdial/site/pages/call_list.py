"""The list of calls: whose may be seen, filtered, a page at a time; and the parts of its filter.

Everything that is asked for stands in the address, so a list can be kept and sent to a colleague.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from webdial.errors import InvalidValueError
from webdial.exchange import Channel, Outcome
from webdial.exchange.quiet_hours import time_zone
from webdial.exchange.ringing_settings import TIME_ZONE
from webdial.language import translate
from webdial.site.domain.branches import branches_by_name
from webdial.site.domain.call_filters import (
    FIELDS,
    OUTCOME_GROUPS,
    PERIODS,
    CallFilter,
    read_filter,
)
from webdial.site.domain.call_pages import CallPage, page_of_calls
from webdial.site.domain.calls import Sight, sight_of
from webdial.site.domain.number_owners import NumberOwner, owners_of
from webdial.site.models import PhoneSystemSetup
from webdial.site.pages.call_display import CHANNELS, ShownCall
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.site.pages.shown_numbers import rules_of

PAGE_SIZE: Final = 50

_MAX_LIVE_ROWS: Final = 3
"""Rows that wait at once: over HTTP/1.1 a browser has six connections for everything."""

_MAX_BRANCHES: Final = 20
"""Branches that the browser suggests; any other is found by typing."""

_NOTHING: Final = CallPage((), has_newer=False, has_older=False)


@dataclass(frozen=True, slots=True)
class AskedCalls:
    """What the address asks for. `wanted` is None when it cannot be read; `errors` then say why."""

    sight: Sight
    typed: dict[str, str]
    wanted: CallFilter | None
    errors: dict[str, ShownError] = field(default_factory=dict)
    usual_period: str = ""
    """What the page shows where the address names no time."""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for that the page does not show by itself."""
        return any(self.query.items() - {("period", self.usual_period)})

    @property
    def query(self) -> dict[str, str]:
        """The filter alone, for links to the same calls elsewhere."""
        return {name: value for name, value in self.typed.items() if value}


def asked_calls(request: PageRequest, *, period: str = "") -> AskedCalls:
    """The filter of the address; `period` is taken where it names no time."""
    sight = sight_of(request.user)
    typed = {name: request.GET.get(name, "")[:200] for name in FIELDS}
    if not (typed["period"] or typed["from"] or typed["to"]):
        typed["period"] = period
    try:
        wanted, errors = read_filter(typed, sight=sight, zone=_zone_of(request)), {}
    except InvalidValueError as error:
        wanted, errors = None, {error.field: show_error(error)}
    return AskedCalls(sight, typed, wanted, errors, usual_period=period)


def _zone_of(request: PageRequest) -> tzinfo:
    """Where the user's days begin, by the setting of their branch; UTC where it names no zone."""
    configuration = exchange_of(request).configuration
    try:
        return time_zone(configuration.effective(TIME_ZONE, request.user.branch_id).value)
    except InvalidValueError:
        return UTC


def filter_context(asked: AskedCalls) -> dict[str, Any]:
    """What partials/call_filter.html needs: two queries, whoever asks."""
    names = list(PhoneSystemSetup.objects.values_list("name", flat=True))
    if (chosen := asked.typed["system"]) and chosen not in names:
        names.append(chosen)  # it has another name by now, or is gone
    return {
        "asked": asked,
        "typed": asked.typed,
        "errors": asked.errors,
        "sees_others": not asked.sight.is_own,
        "sees_branches": not asked.sight.is_own and asked.sight.branch_id is None,
        "branches": branches_by_name()[:_MAX_BRANCHES],
        "outcome_groups": [(name, translate(label)) for name, (label, _) in OUTCOME_GROUPS.items()],
        "outcomes": [(outcome.value, outcome.label) for outcome in Outcome],
        "systems": names,
        "channels": [(channel.value, translate(CHANNELS[channel.value])) for channel in Channel],
        "periods": [(name, translate(label)) for name, label in PERIODS.items()],
        "zone": None if asked.wanted is None else str(asked.wanted.zone),
        "has_filter": asked.is_narrowed,
        # On a narrow page the fields are folded away: what stands above them is a tap away, the calls are not.
        "is_filter_open": bool(asked.errors) or any(asked.query.keys() - {"period"}),
        # Seldom wanted, so folded away until one is in use.
        "has_more": any(asked.typed[name] for name in ("system", "channel", "from", "to")),
    }


def list_calls(request: PageRequest) -> HttpResponse:
    asked = asked_calls(request)
    before, after = (_id_or_none(request.GET.get(name, "")) for name in ("before", "after"))
    page = _NOTHING
    if asked.wanted is not None:
        page = page_of_calls(asked.sight, asked.wanted, before=before, after=after, size=PAGE_SIZE)
    shown = with_names(request, [ShownCall.of_row(row) for row in page.rows])
    live = [call.id for call in shown if call.is_placing][:_MAX_LIVE_ROWS]
    context = filter_context(asked) | {
        "rows": [(call, call.id in live) for call in shown],
        "page": page,
        "newest": shown[0].id if shown else None,
        "oldest": shown[-1].id if shown else None,
        "is_first_page": not page.has_newer,
        "own_phone": own_phone(request),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asked.errors else HTTPStatus.OK
    return render(request, "calls.html", context, status=status)


def with_names(request: PageRequest, calls: list[ShownCall]) -> list[ShownCall]:
    """The calls with the names of those whose numbers were dialled."""
    owners = owners_dialled(request, calls)
    return [
        replace(call, whom=owners[call.number].owner.name) if call.number in owners else call
        for call in calls
    ]


def owners_dialled(request: PageRequest, calls: Iterable[ShownCall]) -> dict[str, NumberOwner]:
    """Whose numbers were dialled, as the user's branch reads numbers; by the number as typed."""
    numbers = [call.number for call in calls if not call.is_erased]
    return owners_of(numbers, country=rules_of(request).country)


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
