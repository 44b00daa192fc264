"""The Dial page: a field with a keypad, who will ring, people and colleagues with their numbers."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webdial.numbers import MAX_TYPED
from webdial.site.domain.calls import calls_of_user
from webdial.site.pages.call_display import ShownCall
from webdial.site.pages.directory import Directory, directory_of
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError


@signed_in
@require_safe
def dial(request: PageRequest) -> HttpResponse:
    directory = directory_of(request)
    if request.htmx and not request.htmx.boosted:
        part = "directory_entries" if directory.page > 1 else "directory"
        context = {"directory": directory, "own_phone": own_phone(request), "is_part": True}
        return render(request, f"partials/{part}.html", context)
    # A number in the address is filled in; nothing is dialled by it.
    typed = request.GET.get("number", "")[:MAX_TYPED]
    return dial_page(request, directory=directory, typed=typed)


def dial_page(
    request: PageRequest,
    *,
    directory: Directory | None = None,
    typed: str = "",
    error: ShownError | None = None,
) -> HttpResponse:
    """The whole page; with an error what was typed is kept and the status is 422."""
    row = calls_of_user(request.user).first()
    context = {
        "directory": directory or directory_of(request),
        "own_phone": own_phone(request),
        "call": ShownCall.of_row(row) if row else None,
        "typed": typed,
        "error": error,
        "hides_quick_dial": True,
        "keypad": _KEYPAD,
    }
    return render(request, "dial.html", context, status=422 if error else 200)


_KEYPAD: Final = (
    ("1", ""),
    ("2", "abc"),
    ("3", "def"),
    ("4", "ghi"),
    ("5", "jkl"),
    ("6", "mno"),
    ("7", "pqrs"),
    ("8", "tuv"),
    ("9", "wxyz"),
    ("*", ""),
    ("0", "+"),
    ("#", ""),
)
"""Keys and the letters under them (ITU-T E.161); holding 0 gives +."""
