"""The versions of Generate Web Dial URL: who saved which, what it changed, and putting one back."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.language import translate
from webdial.site.domain.functions import list_versions
from webdial.site.domain.rights import Act, Subject
from webdial.site.pages.maintenance.function_changes import Difference, difference, whole_text
from webdial.site.pages.maintenance.function_source import PlacedFault, placed_faults
from webdial.site.pages.maintenance.function_versions import (
    DELIVERED,
    Edit,
    EditedMeanwhileError,
    Version,
    find_version,
    save_edit,
    typed_version_id,
    version_before,
    version_in_force,
)
from webdial.site.pages.maintenance.lists import page_of
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.watcom import FunctionError


class Aspect(StrEnum):
    """What a version's page shows of it."""

    CHANGES = "changes"
    RESTORING = "restoring"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a version was not restored."""

    faults: tuple[PlacedFault, ...] = ()
    meanwhile: EditedMeanwhileError | None = None

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.CONFLICT if self.meanwhile else HTTPStatus.UNPROCESSABLE_ENTITY


@wants(Subject.FUNCTIONS)
@require_safe
def list_all_versions(request: PageRequest) -> HttpResponse:
    page = page_of(list_versions(), request)
    context = {
        "page": page,
        "versions": [Version.of_row(row) for row in page],
        "delivered": None if page.has_next() else DELIVERED,
        "in_force": version_in_force(),
    }
    return render(request, "maintenance/functions/versions.html", context)


@wants(Subject.FUNCTIONS)
@require_safe
def show_version(request: PageRequest, version_id: int) -> HttpResponse:
    version, in_force = find_version(version_id), version_in_force()
    before = version_before(version)
    aspects = _aspects(version, before, in_force)
    asked = request.GET.get("show", "")
    aspect = next((each for each in aspects if each == asked), aspects[0])
    context = {
        "version": version,
        "before": before,
        "in_force": in_force,
        "aspect": aspect,
        "aspects": aspects,
        "difference": _shown(aspect, version, before, in_force),
    }
    return render(request, "maintenance/functions/version.html", context)


@wants(Subject.FUNCTIONS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def restore_version(request: PageRequest, version_id: int) -> HttpResponse:
    """Asks, then saves the version's text once more as a new version."""
    version = find_version(version_id)
    if version.source == version_in_force().source:
        messages.info(
            request, translate("The text of {name} is in force already.", name=version.name)
        )
        return redirect("maintenance:function-versions")
    if request.method != "POST":
        return _ask_to_restore(request, version)
    edit = Edit(
        version.source,
        f"restored {version.name}",
        # The version that the page showed the difference to.
        typed_version_id(request.POST, "began_from"),
    )
    try:
        saved = save_edit(edit, author=request.user)
    except FunctionError as error:
        return _ask_to_restore(request, version, Refusal(placed_faults(error)))
    except EditedMeanwhileError as error:
        return _ask_to_restore(request, version, Refusal(meanwhile=error))
    if saved:
        messages.success(
            request,
            translate(
                "{title} was made from {name} and is in force.",
                title=saved.title,
                name=version.name,
            ),
        )
    return redirect("maintenance:function")


def _ask_to_restore(
    request: PageRequest, version: Version, refusal: Refusal | None = None
) -> HttpResponse:
    in_force = version_in_force()
    context = {
        "version": version,
        "in_force": in_force,
        "difference": difference(in_force.source, version.source),
        "refusal": refusal,
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "maintenance/functions/restore.html", context, status=status)


def _aspects(version: Version, before: Version | None, in_force: Version) -> list[Aspect]:
    aspects = [Aspect.CHANGES] if before else []
    if version.source != in_force.source:
        aspects.append(Aspect.RESTORING)
    return [*aspects, Aspect.TEXT]


def _shown(
    aspect: Aspect, version: Version, before: Version | None, in_force: Version
) -> Difference:
    match aspect:
        case Aspect.CHANGES:
            return difference(before.source if before else "", version.source)
        case Aspect.RESTORING:
            return difference(in_force.source, version.source)
        case Aspect.TEXT:
            return whole_text(version.source)
