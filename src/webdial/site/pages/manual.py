"""The manual, for whoever is signed in."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from webdial.errors import NotFoundError
from webdial.site.manual import INDEX, manual_page
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in


@signed_in
@require_safe
def show_manual(request: PageRequest, page: str = INDEX) -> HttpResponse:
    try:
        shown = manual_page(page)
    except NotFoundError as error:
        raise Http404(error.message) from error
    # Our own pages, in which everything but the forms of Markdown is escaped.
    context = {"manual_page": shown, "content": mark_safe(shown.html)}  # noqa: S308
    return render(request, "manual.html", context)
