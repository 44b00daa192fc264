"""A form as a page: empty, as kept, or as typed with what was wrong."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webdial.site.pages.shown_errors import ShownError


def render_form(
    request: HttpRequest, template: str, context: dict[str, Any], error: ShownError | None = None
) -> HttpResponse:
    """The form; refused when there is an `error` (422, RFC 9110 section 15.5.21).

    The template finds it as `error` and, by the field it belongs to, in `errors`.
    """
    shown = {"error": error, "errors": {error.field: error} if error else {}}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, template, context | shown, status=status)
