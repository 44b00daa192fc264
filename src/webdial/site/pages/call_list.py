"""The list of calls: whose may be seen, filtered, a page at a time; and the parts of its filter.

Everything that is asked for stands in the address, so a list can be kept and sent to a colleague.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from webdial.errors import InvalidValueError
from webdial.exchange import Channel, Outcome
from webdial.language import translate
from webdial.site.domain.call_filters import (
    FIELDS,
    OUTCOME_GROUPS,
    PERIODS,
    CallFilter,
    read_filter,
)
from webdial.site.domain.call_pages import CallPage, page_of_calls
from webdial.site.domain.calls import Sight, sight_of
from webdial.site.models import Branch, PhoneSystemSetup
from webdial.site.pages.call_display import CHANNELS, ShownCall
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.shown_errors import ShownError, show_error

PAGE_SIZE: Final = 50

_MAX_LIVE_ROWS: Final = 3
"""Rows that wait at once: over HTTP/1.1 a browser has six connections for everything."""

_MAX_BRANCHES: Final = 200
"""Branches that the browser suggests; any other is found by typing."""

_NOTHING: Final = CallPage((), has_newer=False, has_older=False)


@dataclass(frozen=True, slots=True)
class AskedCalls:
    """What the address asks for. `wanted` is None when it cannot be read; `errors` then say why."""

    sight: Sight
    typed: dict[str, str]
    wanted: CallFilter | None
    errors: dict[str, ShownError] = field(default_factory=dict)

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
        return AskedCalls(sight, typed, read_filter(typed, sight=sight))
    except InvalidValueError as error:
        return AskedCalls(sight, typed, None, {error.field: show_error(error)})


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
        "branches": Branch.objects.all()[:_MAX_BRANCHES],
        "outcome_groups": [(name, translate(label)) for name, (label, _) in OUTCOME_GROUPS.items()],
        "outcomes": [(outcome.value, outcome.label) for outcome in Outcome],
        "systems": names,
        "channels": [(channel.value, translate(CHANNELS[channel.value])) for channel in Channel],
        "periods": [(name, translate(label)) for name, label in PERIODS.items()],
        "has_filter": any(asked.query.values()),
        # Seldom wanted, so folded away until one is in use.
        "has_more": any(asked.typed[name] for name in ("system", "channel", "from", "to")),
    }


def list_calls(request: PageRequest) -> HttpResponse:
    asked = asked_calls(request)
    before, after = (_id_or_none(request.GET.get(name, "")) for name in ("before", "after"))
    page = _NOTHING
    if asked.wanted is not None:
        page = page_of_calls(asked.sight, asked.wanted, before=before, after=after, size=PAGE_SIZE)
    shown = [ShownCall.of_row(row) for row in page.rows]
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


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
