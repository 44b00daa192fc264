"""The row that an address names."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from webdial.language import translatable, translate
from webdial.site.domain.rights import may_change_user, users_within
from webdial.site.models import User
from webdial.site.pages.requests import PageRequest

Row = TypeVar("Row", bound=Model)


def row_of(rows: QuerySet[Row], row_id: int, *, missing: str) -> Row:
    """Raises Http404 with the sentence `missing`, which is translated, when there is none."""
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise Http404(translate(missing))
    return row


def user_within(request: PageRequest, user_id: int, *, is_changed: bool | None = None) -> User:
    """A user whom whoever asks may see; `may_change` of the request is then about this one.

    Raises Http404, or PermissionDenied where the request would change one that they may only see.
    """
    users = users_within(request.user).select_related("branch")
    user = row_of(users, user_id, missing=translatable("There is no such user."))
    request.may_change = may_change_user(request.user, user)
    if is_changed is None:
        is_changed = request.method == "POST"
    if is_changed and not request.may_change:
        raise PermissionDenied
    return user
