"""One's own account: the password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from webdial.errors import InvalidValueError, WebdialError
from webdial.site.domain.users import MAX_PASSWORD, set_password
from webdial.site.models import User
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in
from webdial.site.pages.shown_errors import ShownError, show_error


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    try:
        change_password(
            request.user,
            current=request.POST.get("current", ""),
            new=request.POST.get("new", ""),
            repeated=request.POST.get("repeated", ""),
        )
    except WebdialError as error:
        return _form(request, show_error(error, field="new"))
    # This session goes on; the user's others end, since they were opened with the old password.
    update_session_auth_hash(request, request.user)
    messages.success(request, "Your password is changed.")
    return redirect("password")


def change_password(user: User, *, current: str, new: str, repeated: str) -> None:
    """Raises InvalidValueError, with the field that is wrong."""
    if len(current) > MAX_PASSWORD or not user.check_password(current):
        raise InvalidValueError("This is not your present password.", field="current")
    if not new:
        raise InvalidValueError("Type a new password.", field="new")
    if new != repeated:
        raise InvalidValueError("The two new passwords are not the same.", field="repeated")
    try:
        set_password(user, new)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, field="new", hint=error.hint) from error


def _form(request: PageRequest, error: ShownError | None = None) -> HttpResponse:
    context = {"errors": {error.field: error} if error else {}}
    return render(request, "password.html", context, status=422 if error else 200)
