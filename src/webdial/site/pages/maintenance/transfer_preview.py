"""What a file would change, row by row, and its import once that was seen."""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from webdial.language import grouped, translatable, translate
from webdial.site.domain.acting import noting
from webdial.site.domain.transfer.acts import (
    ImportFaultyError,
    ImportOutdatedError,
    carry_out,
)
from webdial.site.domain.transfer.plan import Plan, RowKind, RowPlan
from webdial.site.domain.transfer.planning import plan_rows
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import PAGE_SIZE
from webdial.site.pages.maintenance.waiting_file import WaitingFile, drop
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import administrator
from webdial.site.pages.shown_errors import ShownError, show_error

_TITLES: Final = {
    RowKind.WRONG: translatable("Wrong"),
    RowKind.CHANGED: translatable("Changed"),
    RowKind.NEW: translatable("New"),
    RowKind.UNCHANGED: translatable("Unchanged"),
}
"""In the order in which they want to be looked at: what is written over cannot be seen any more afterwards."""

_MOST_LEFT_ALONE: Final = 20


@dataclass(frozen=True, slots=True)
class Tab:
    kind: RowKind
    title: str
    count: int
    is_chosen: bool


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: PageRequest) -> HttpResponse:
    waiting = WaitingFile.of_request(request)
    if waiting is None:
        if request.method == "POST":
            messages.error(request, translate("The file waits no longer. Choose it again."))
        return redirect("maintenance:import-export")
    if request.method == "POST":
        return _answer(request, waiting)
    return _render(request, waiting, plan_rows(waiting.subject, waiting.given))


def _answer(request: PageRequest, waiting: WaitingFile) -> HttpResponse:
    if "cancel" in request.POST:
        drop(request)
        messages.info(request, translate("{name} was not imported.", name=waiting.name))
        return redirect("maintenance:import-export")
    try:
        with noting(f"import of {waiting.name}"):
            plan = carry_out(waiting.subject, waiting.given, seen=request.POST.get("seen", ""))
    except ImportFaultyError as error:
        return _render(request, waiting, error.plan, show_error(error))
    except ImportOutdatedError as error:
        plan = plan_rows(waiting.subject, waiting.given)
        return _render(request, waiting, plan, show_error(error))
    drop(request)
    done = translate(
        "{count} new, {count_2} changed",
        count=grouped(plan.count(RowKind.NEW)),
        count_2=grouped(plan.count(RowKind.CHANGED)),
    )
    messages.success(
        request, translate("{name} was imported: {done}.", name=waiting.name, done=done)
    )
    return redirect(f"maintenance:{waiting.subject.name}")


def _render(
    request: PageRequest, waiting: WaitingFile, plan: Plan, error: ShownError | None = None
) -> HttpResponse:
    tabs = _tabs(plan, request.GET.get("show", ""))
    chosen = next((tab.kind for tab in tabs if tab.is_chosen), RowKind.NEW)
    rows: list[RowPlan] = sorted(
        (row for row in plan.rows if row.kind == chosen), key=lambda row: not row.takes_away
    )
    context = {
        "file": waiting,
        "plan": plan,
        "tabs": tabs,
        "chosen": chosen,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "left_alone": plan.left_alone[:_MOST_LEFT_ALONE],
        "left_alone_more": max(len(plan.left_alone) - _MOST_LEFT_ALONE, 0),
    }
    return render_form(request, "maintenance/transfer/preview.html", context, error)


def _tabs(plan: Plan, wanted: str) -> list[Tab]:
    """A tab for each kind of row that there is; without a wish the first one."""
    counts = {kind: plan.count(kind) for kind in _TITLES}
    there = [kind for kind, count in counts.items() if count]
    chosen = next((kind for kind in there if kind.value == wanted), there[0] if there else None)
    return [Tab(kind, translate(_TITLES[kind]), counts[kind], kind is chosen) for kind in there]
