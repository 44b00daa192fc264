"""Calls | Figures: calls by time, branch and outcome; phone systems' failures and answer times."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from webdial.exchange import Outcome
from webdial.language import grouped, translate
from webdial.site.domain.call_figures import AnswerTimes, Figures, Tally, figures_of
from webdial.site.pages.call_display import tone_of
from webdial.site.pages.call_list import asked_calls, filter_context
from webdial.site.pages.charts import time_charts
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in

DEFAULT_PERIOD: Final = "30d"

_MAX_ROWS: Final = 20
"""Branches and phone systems with the most calls; all others are one row."""


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row of a table with a bar: `share` of the longest one and, of that, what `went_wrong`, 0 to 100."""

    tally: Tally
    share: float
    went_wrong: float


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    outcome: Outcome
    count: int
    share: float
    percent: float

    @property
    def tone(self) -> str:
        return tone_of(self.outcome)


@dataclass(frozen=True, slots=True)
class SystemRow:
    bar: BarRow
    times: AnswerTimes


@signed_in
@require_safe
def show_figures(request: PageRequest) -> HttpResponse:
    asked = asked_calls(request, period=DEFAULT_PERIOD)
    context = filter_context(asked)
    if asked.wanted is not None:
        figures = figures_of(asked.sight, asked.wanted, now=timezone.now())
        context |= {
            "figures": figures,
            "charts": time_charts(figures.times, figures.step),
            "branch_rows": _rows(figures.branches),
            "outcome_rows": _outcome_rows(figures),
            "system_rows": _system_rows(figures),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asked.errors else HTTPStatus.OK
    return render(request, "call_figures.html", context, status=status)


def _rows(tallies: tuple[Tally, ...]) -> list[BarRow]:
    shown = list(tallies[:_MAX_ROWS])
    if others := tallies[_MAX_ROWS:]:
        name = translate("{count} others", count=grouped(len(others)))
        calls, failed = sum(each.calls for each in others), sum(each.failed for each in others)
        shown.append(Tally(name, calls, failed))
    most = max((each.calls for each in shown), default=0)
    return [_row(each, most) for each in shown]


def _row(tally: Tally, most: int) -> BarRow:
    share = round(100 * tally.calls / most, 1) if most else 0.0
    return BarRow(
        tally, share, round(share * tally.failed / tally.calls, 1) if tally.calls else 0.0
    )


def _outcome_rows(figures: Figures) -> list[OutcomeRow]:
    most = max((count for _, count in figures.outcomes), default=0)
    return [
        OutcomeRow(outcome, count, round(100 * count / most, 1), 100 * count / figures.calls)
        for outcome, count in figures.outcomes
    ]


def _system_rows(figures: Figures) -> list[SystemRow]:
    shown = figures.systems[:_MAX_ROWS]
    most = max((tally.calls for tally, _ in shown), default=0)
    return [
        SystemRow(_row(tally if tally.name else _unnamed(tally), most), times)
        for tally, times in shown
    ]


def _unnamed(tally: Tally) -> Tally:
    return Tally(translate("A dial string or link"), tally.calls, tally.failed)
