"""Maintenance | Users | those ticked: branch, extension and state of many, shown before they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from webdial.errors import InvalidValueError, WebdialError
from webdial.language import grouped, translatable, translate, translate_count
from webdial.site.domain.bulk_users import (
    MAX_USERS,
    BulkEdit,
    BulkOutdatedError,
    PlannedUser,
    carry_out,
    digest_of_plan,
    plan_bulk,
)
from webdial.site.domain.fields import id_in
from webdial.site.domain.rights import Act, Subject, may_give_ring_rights, users_within
from webdial.site.domain.ring_rights import RING_RIGHTS
from webdial.site.domain.user_lists import UserFilter, filtered_users
from webdial.site.models import Branch, User
from webdial.site.pages.maintenance.branch_choice import (
    NO_BRANCH,
    TYPED,
    branch_menu,
    branch_of_id,
    branch_of_typed,
)
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.user_columns import branches_for, is_own_branch_only
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

_KEEP: Final = "keep"
_NONE: Final = NO_BRANCH[0]
_BRANCH_WORDS: Final = ((_KEEP, translatable("As it is")), NO_BRANCH)
_RIGHT_LABELS: Final = {
    "may_ring_abroad": translatable("Rings abroad"),
    "may_ring_premium": translatable("Rings premium-rate numbers"),
    "may_ring_in_quiet_hours": translatable("Rings in quiet hours"),
}


@dataclass(frozen=True, slots=True)
class BulkForm:
    """What is typed: everything stays as it is unless said otherwise."""

    branch: str = _KEEP
    branch_typed: str | None = None
    extension_act: str = _KEEP
    extension: str = ""
    first_number: str = "1"
    state: str = _KEEP
    rights: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(RING_RIGHTS, _KEEP))

    @classmethod
    def of_post(cls, post: QueryDict) -> Self:
        return cls(
            post.get("branch", _KEEP),
            post.get(TYPED),
            post.get("extension_act", _KEEP),
            post.get("extension", ""),
            post.get("first_number", "1"),
            post.get("state", _KEEP),
            {name: post.get(name, _KEEP) for name in RING_RIGHTS},
        )

    def edit(self, branches: QuerySet[Branch]) -> BulkEdit:
        """Raises InvalidValueError."""
        chosen = self.chosen_branch(branches)
        edit = BulkEdit(
            sets_branch=chosen != _KEEP,
            branch=_branch(chosen, branches),
            extension=self._extension(),
            first_number=self.first_number,
            is_active={"active": True, "inactive": False}.get(self.state),
            ring_rights={
                name: given == "on" for name, given in self.rights.items() if given in {"on", "off"}
            },
        )
        if edit.is_empty:
            raise InvalidValueError(
                translate("Nothing is to be changed. Choose at least one thing.")
            )
        return edit

    def chosen_branch(self, branches: QuerySet[Branch]) -> str:
        """An id, or one of the words. Raises InvalidValueError."""
        if self.branch_typed is None:
            return self.branch
        return branch_of_typed(self.branch_typed, branches, *_BRANCH_WORDS)

    def _extension(self) -> str | None:
        match self.extension_act:
            case "clear":
                return ""
            case "set":
                if not self.extension.strip():
                    raise InvalidValueError(translate("Type the extension."), field="extension")
                return self.extension
        return None


def _branch(chosen: str, branches: QuerySet[Branch]) -> Branch | None:
    return None if chosen in {_KEEP, _NONE} else branch_of_id(chosen, branches)


@wants(Subject.USERS, act=Act.CHANGE, is_scoped=True)
@require_POST
def change_many(request: PageRequest) -> HttpResponse:
    """The form for those ticked; `act=preview` shows what would change, `act=save` keeps it."""
    users = _chosen(request)
    if not users or len(users) > MAX_USERS:
        told = (
            translate("At most {MAX_USERS} are changed at once.", MAX_USERS=grouped(MAX_USERS))
            if users
            else translate("Tick some users first.")
        )
        messages.error(request, told)
        return redirect("maintenance:users")
    act = request.POST.get("act", "")
    form = BulkForm.of_post(request.POST) if act in {"preview", "save"} else BulkForm()
    if act not in {"preview", "save"}:
        return _render(request, users, form)
    try:
        edit = form.edit(branches_for(request))
        if act == "save":
            seen = request.POST.get("seen", "")
            count = carry_out([user.pk for user in users], edit, by=request.user, seen=seen)
            told = translate_count("{count} user changed.", "{count} users changed.", count)
            messages.success(request, told if count else translate("No user changed."))
            return redirect("maintenance:users")
        return _render(request, users, form, plan_bulk(users, edit))
    except BulkOutdatedError as error:
        return _render(request, users, form, plan_bulk(users, edit), show_error(error))
    except WebdialError as error:
        return _render(request, users, form, None, show_error(error))


def _chosen(request: PageRequest) -> list[User]:
    """Those ticked, or all that the list's filter finds; never one whom whoever asks may not change."""
    changeable = users_within(request.user, Act.CHANGE).select_related("branch")
    if request.POST.get("all"):
        post = request.POST
        wanted = UserFilter(
            "".join(c for c in post.get("search", "")[:100] if c.isprintable()),
            post.get("in_branch", ""), post.get("in_role", ""), post.get("in_state", ""),
        )  # fmt: skip
        return list((filtered_users(request.user, wanted) & changeable)[: MAX_USERS + 1])
    texts = [*request.POST.getlist("user"), *request.POST.get("users", "").split(",")]
    ids = [each for each in map(id_in, texts) if each is not None]
    rows = {row.pk: row for row in changeable.filter(pk__in=ids[: MAX_USERS + 1])}
    return [rows[each] for each in dict.fromkeys(ids) if each in rows]


def _render(
    request: PageRequest,
    users: Sequence[User],
    form: BulkForm,
    plan: Sequence[PlannedUser] | None = None,
    error: ShownError | None = None,
) -> HttpResponse:
    context = {
        "users": users,
        "ids": ",".join(str(user.pk) for user in users),
        "form": form,
        "branch_menu": branch_menu(
            branches_for(request), request.POST, form.branch, *_BRANCH_WORDS
        ),
        "is_own_branch_only": is_own_branch_only(request),
        "plan": plan,
        "rights": [
            (name, translate(label), form.rights[name]) for name, label in _RIGHT_LABELS.items()
        ],
        "gives_rights": may_give_ring_rights(request.user),
        "changed_count": sum(each.is_changed for each in plan) if plan else 0,
        "seen": digest_of_plan(plan) if plan else "",
    }
    return render_form(request, "maintenance/user_bulk.html", context, error)
