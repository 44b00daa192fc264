"""Maintenance | Database Functions: the tree, and the editor of Generate Web Dial URL.

The page works as a plain form; the script function-editor.js makes the text area an editor that asks
`check_typed` for faults while one types, and htmx asks `try_typed`.
"""

from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.site.domain.fields import id_in
from webdial.site.domain.functions import list_versions
from webdial.site.domain.rights import Subject
from webdial.site.function_tables import SCHEMA
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.function_changes import Difference, difference
from webdial.site.pages.maintenance.function_source import (
    PlacedFault,
    check_source,
    placed_faults,
    sample_source,
    shown_source,
    typed_source,
    typed_text,
)
from webdial.site.pages.maintenance.function_trial import Trial, make_trial
from webdial.site.pages.maintenance.function_use import FunctionUse, function_use
from webdial.site.pages.maintenance.function_versions import (
    MAX_NOTE,
    Edit,
    EditedMeanwhileError,
    Version,
    find_version,
    save_edit,
    typed_version_id,
    version_in_force,
)
from webdial.site.pages.maintenance.function_words import (
    bounds,
    builtin_subjects,
    editor_words,
    refusals,
)
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.watcom import FunctionError
from webdial.watcom.limits import Limits

RECENT_VERSIONS: Final = 5
"""Versions named on the editor's page."""

_SAMPLE: Final = "sample"


@dataclass(frozen=True, slots=True)
class EditorForm:
    """What stands in the form, and what was wrong with it.

    `began_from` is the version that the text was made from, and that saving replaces.
    """

    source: str
    began_from: int
    trial: Trial
    note: str = ""
    faults: tuple[PlacedFault, ...] = ()
    note_error: ShownError | None = None
    meanwhile: EditedMeanwhileError | None = None

    @property
    def status(self) -> HTTPStatus:
        if self.meanwhile:
            return HTTPStatus.CONFLICT
        is_refused = self.faults or self.note_error
        return HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


@wants(Subject.FUNCTIONS)
@require_safe
def show_tree(request: PageRequest) -> HttpResponse:
    context = {"version": version_in_force(), "use": _use(request)}
    return render(request, "maintenance/functions/tree.html", context)


@wants(Subject.FUNCTIONS)
@require_safe
def show_words(request: PageRequest) -> HttpResponse:
    """What a function may say and read."""
    context = {
        "tables": SCHEMA.tables,
        "owner": SCHEMA.owner,
        "subjects": builtin_subjects(),
        "refusals": refusals(),
        "bounds": bounds(Limits()),
    }
    return render(request, "maintenance/functions/words.html", context)


@wants(Subject.FUNCTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_function(request: PageRequest) -> HttpResponse:
    """The editor. `act=try` calls the function as typed and keeps nothing."""
    if request.method != "POST":
        return _render_editor(request, _opened_form(request))
    if request.POST.get("act") == "save":
        return _save(request)
    form = _typed_form(request, _trial(request))
    return _render_editor(request, form)


@wants(Subject.FUNCTIONS)
@require_POST
def check_typed(request: PageRequest) -> HttpResponse:
    """For the editor: the faults of the source as typed. Keeps nothing."""
    return JsonResponse({"faults": [asdict(each) for each in _faults(typed_source(request.POST))]})


@wants(Subject.FUNCTIONS)
@require_POST
def try_typed(request: PageRequest) -> HttpResponse:
    """For a part of the page: what the function as typed gives. Keeps and sends nothing."""
    return render(
        request, "maintenance/functions/trial.html", {"trial": _trial(request), "swapped": True}
    )


def _save(request: PageRequest) -> HttpResponse:
    form = _typed_form(request, _untried(request))
    edit = Edit(form.source, form.note, form.began_from)
    try:
        saved = save_edit(edit, author=request.user)
    except FunctionError as error:
        return _render_editor(request, replace(form, faults=placed_faults(error)))
    except InvalidValueError as error:
        return _render_editor(request, replace(form, note_error=show_error(error)))
    except EditedMeanwhileError as error:
        # Saving once more is then a decision: the text replaces the version that was told.
        told = replace(form, meanwhile=error, began_from=error.in_force.id)
        return _render_editor(request, told)
    if saved:
        messages.success(
            request, translate("{title} was saved and is in force.", title=saved.title)
        )
    else:
        messages.info(request, translate("Nothing was saved: this text is in force already."))
    return redirect("maintenance:function")


def _render_editor(request: PageRequest, form: EditorForm) -> HttpResponse:
    in_force = version_in_force()
    context = {
        "form": form,
        "source": shown_source(form.source),
        "version": in_force,
        "is_unsaved": form.source != in_force.source,
        "use": _use(request),
        "recent": [Version.of_row(row) for row in list_versions()[:RECENT_VERSIONS]],
        "theirs": _theirs(form),
        "tables": SCHEMA.tables,
        "words": editor_words(),
        "sample": sample_source(),
        "max_note": MAX_NOTE,
        "trial": form.trial,
    }
    return render(request, "maintenance/functions/editor.html", context, status=form.status)


def _opened_form(request: PageRequest) -> EditorForm:
    """The form with the text that the address asks for: the one in force, the sample, a version's."""
    start = request.GET.get("start", "")
    in_force = version_in_force()
    source = in_force.source
    if start == _SAMPLE:
        source = sample_source()
    elif (version_id := id_in(start)) is not None:
        source = find_version(version_id).source
    return EditorForm(source, in_force.id, _untried(request))


def _typed_form(request: PageRequest, trial: Trial) -> EditorForm:
    return EditorForm(
        typed_source(request.POST),
        typed_version_id(request.POST, "began_from"),
        trial,
        note=typed_text(request.POST, "note"),
    )


def _theirs(form: EditorForm) -> Difference | None:
    """What the text that was not saved would change in the version that came between."""
    if form.meanwhile is None:
        return None
    return difference(form.meanwhile.in_force.source, form.source)


def _faults(source: str) -> tuple[PlacedFault, ...]:
    try:
        check_source(source)
    except FunctionError as error:
        return placed_faults(error)
    return ()


def _trial(request: PageRequest) -> Trial:
    typed = _untried(request)
    return make_trial(
        typed_source(request.POST), typed.user, typed.number, exchange_of(request).configuration
    )


def _untried(request: PageRequest) -> Trial:
    """The try-out's fields as typed; at first oneself and a number that is nobody's."""
    return Trial(
        user=typed_text(request.POST, "user", default=request.user.login),
        number=typed_text(request.POST, "number", default=SAMPLE_NUMBER),
    )


def _use(request: PageRequest) -> FunctionUse:
    return function_use(exchange_of(request).configuration)
