"""Maintenance | Users: members of staff, their branches, extensions and numbers."""

from dataclasses import dataclass, replace
from typing import Final, Self

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webdial.errors import InvalidValueError, WebdialError
from webdial.language import translatable, translate
from webdial.site.domain.bulk_users import MAX_USERS
from webdial.site.domain.rights import (
    Act,
    Subject,
    may_change_user,
    may_give_ring_rights,
    users_within,
)
from webdial.site.domain.ring_rights import RING_RIGHTS, ring_rights
from webdial.site.domain.user_lists import NOBODYS, UserFilter, filtered_users
from webdial.site.domain.users import UserDetails, save_user, users_meant
from webdial.site.models import Branch, ChangeSubject, Role, User
from webdial.site.pages.maintenance.branch_choice import (
    TYPED,
    branch_menu,
    branch_of_id,
    branch_of_typed,
)
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import page_of, search_text
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.phone_rows import (
    PhoneRows,
    altered_rows,
    faulty_row,
    focus_of,
    kept_rows,
    shown_rows,
    typed_rows,
)
from webdial.site.pages.maintenance.rows import user_within
from webdial.site.pages.maintenance.user_choice import MOST_CHOICES
from webdial.site.pages.maintenance.user_columns import (
    BRANCH_WORDS,
    branches_for,
    columns_of,
    filter_of,
    is_own_branch_only,
    roles_for,
)
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

_LABELS: Final = {
    "staff_id": translatable("StaffID"),
    "name": translatable("name"),
    "login": translatable("sign-in name"),
    "email": translatable("mail address"),
    "branch_id": translatable("branch"),
    "extension": translatable("extension"),
    "role": translatable("role"),
    "is_active": translatable("active"),
    "may_ring_abroad": translatable("rings abroad"),
    "may_ring_premium": translatable("rings premium-rate numbers"),
    "may_ring_in_quiet_hours": translatable("rings in quiet hours"),
    "phones": translatable("numbers"),
}


_NO_BRANCH: Final = ("", translatable("No branch"))


@dataclass(frozen=True, slots=True)
class UserForm:
    """A user as the form holds them. The password is not among it: it is never shown again."""

    staff_id: str = ""
    name: str = ""
    login: str = ""
    email: str = ""
    branch_id: str = ""
    branch_typed: str | None = None
    extension: str = ""
    role: str = Role.CALLER.value
    is_active: bool = True
    may_ring_abroad: bool = False
    may_ring_premium: bool = False
    may_ring_in_quiet_hours: bool = False
    phones: PhoneRows = ()

    @classmethod
    def of_user(cls, user: User) -> Self:
        return cls(
            staff_id=user.staff_id,
            name=user.name,
            login=user.login,
            email=user.email,
            branch_id=str(user.branch_id or ""),
            branch_typed=None,
            extension=user.extension,
            role=user.role,
            is_active=user.is_active,
            **ring_rights(user),
            phones=kept_rows(user.phones.all()),
        )

    @classmethod
    def of_post(cls, post: QueryDict) -> Self:
        return cls(
            staff_id=post.get("staff_id", ""),
            name=post.get("name", ""),
            login=post.get("login", ""),
            email=post.get("email", ""),
            branch_id=post.get("branch", ""),
            branch_typed=post.get(TYPED),
            extension=post.get("extension", ""),
            role=post.get("role", ""),
            is_active="is_active" in post,
            **{name: name in post for name in RING_RIGHTS},
            phones=typed_rows(post),
        )

    def details(self, branches: QuerySet[Branch], *, gives_rights: bool) -> UserDetails:
        """What is kept, with a branch typed that is one of `branches`; `gives_rights` unless what the user may
        ring stays as it is.

        Raises InvalidValueError for a branch that does not exist.
        """
        return UserDetails(
            login=self.login,
            email=self.email,
            staff_id=self.staff_id,
            name=self.name,
            branch=self._branch(branches),
            extension=self.extension,
            role=self.role,
            is_active=self.is_active,
            phones=self.phones,
            **{name: getattr(self, name) if gives_rights else None for name in RING_RIGHTS},
        )

    def _branch(self, branches: QuerySet[Branch]) -> Branch | None:
        if self.branch_typed is None:
            return _branch(self.branch_id)
        return _branch(branch_of_typed(self.branch_typed, branches, _NO_BRANCH))

    def changed_since(self, before: "UserForm") -> list[str]:
        """What differs, in the words of the form's labels."""
        return [
            translate(label)
            for name, label in _LABELS.items()
            if getattr(self, name) != getattr(before, name)
        ]


@wants(Subject.USERS, is_scoped=True)
@require_safe
def list_all_users(request: PageRequest) -> HttpResponse:
    error = None
    try:
        wanted = filter_of(request)
    except InvalidValueError as fault:
        error, wanted = show_error(fault), UserFilter(search_text(request), branch=NOBODYS)
    page = page_of(filtered_users(request.user, wanted), request, is_search=bool(wanted.search))
    context = {
        "search": wanted.search,
        "wanted": wanted,
        "page": page,
        "rows": [(row, request.may_change and may_change_user(request.user, row)) for row in page],
        "columns": columns_of(wanted),
        "branch_menu": branch_menu(
            branches_for(request), request.GET, wanted.branch, *BRANCH_WORDS
        ),
        "branch_error": error,
        "is_own_branch_only": is_own_branch_only(request),
        "roles": Role.choices,
        "most_at_once": MAX_USERS,
    }
    return render(request, "maintenance/users.html", context)


@wants(Subject.USERS, is_scoped=True)
@require_safe
def suggest_users(request: PageRequest) -> HttpResponse:
    """For a part of the page: users to choose from while a name is being typed."""
    within = users_within(request.user)
    users = users_meant(request.GET.get("user", ""), most=MOST_CHOICES, within=within)
    return render(request, "maintenance/user_choices.html", {"users": users})


@wants(Subject.USERS, act=Act.CHANGE, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_user(request: PageRequest) -> HttpResponse:
    return _answer_form(request, None)


@wants(Subject.USERS, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_user(request: PageRequest, user_id: int) -> HttpResponse:
    return _answer_form(request, user_within(request, user_id))


def _answer_form(request: PageRequest, user: User | None) -> HttpResponse:
    before = UserForm.of_user(user) if user else UserForm()
    if request.method != "POST":
        return _render_form(request, user, before, before)
    form = UserForm.of_post(request.POST)
    rows = altered_rows(request.POST, form.phones)
    if rows is not None:
        return _render_form(request, user, before, replace(form, phones=rows))
    password = request.POST.get("password", "")
    try:
        gives_rights = may_give_ring_rights(request.user)
        details = form.details(branches_for(request), gives_rights=gives_rights)
        with unless_changed_meanwhile(request, ChangeSubject.USER, user and user.pk):
            saved = save_user(details, user=user, password=password, by=request.user)
    except WebdialError as error:
        return _render_form(request, user, before, form, show_error(error))
    if saved.pk == request.user.pk and password:
        # The first one ends the sessions that were begun without, but not that of who sets it.
        update_session_auth_hash(request, saved)
    messages.success(request, _told(saved, before if user else None, has_password=bool(password)))
    return redirect("maintenance:users")


def _told(saved: User, before: UserForm | None, *, has_password: bool) -> str:
    if before is None:
        return translate("The user {name} was added.", name=saved.name)
    changed = UserForm.of_user(saved).changed_since(before)
    changed += [translate("password")] if has_password else []
    if not changed:
        return translate("The user {name} stays as before.", name=saved.name)
    return translate(
        "The user {name} was saved. Changed: {changed}.",
        name=saved.name,
        changed=", ".join(changed),
    )


def _render_form(
    request: PageRequest,
    user: User | None,
    before: UserForm,
    form: UserForm,
    error: ShownError | None = None,
) -> HttpResponse:
    context = {
        "user_id": user.pk if user else None,
        "title": before.name if user else translate("Add a user"),
        "has_password": user is not None and user.has_usable_password(),
        "form": form,
        "phones": shown_rows(form.phones),
        "focus": focus_of(request.POST),
        "faulty_row": faulty_row(form.phones, error),
        "branch_menu": branch_menu(
            branches_for(request),
            request.POST,
            form.branch_id,
            *(() if is_own_branch_only(request) else (_NO_BRANCH,)),
        ),
        "roles": roles_for(request, form.role),
        "is_own_branch_only": is_own_branch_only(request),
        "gives_rights": may_give_ring_rights(request.user),
        "is_oneself": user is not None and user.pk == request.user.pk,
    }
    return render_form(request, "maintenance/user_edit.html", context, error)


def _branch(branch_id: str) -> Branch | None:
    return branch_of_id(branch_id, Branch.objects.all()) if branch_id else None
