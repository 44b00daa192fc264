"""Maintenance | General Settings: found, read with where they come from, changed, checked."""

from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webdial.errors import InvalidValueError, WebdialError
from webdial.exchange.configuration import Source
from webdial.exchange.general_settings import MECHANISM, SettingDefinition, key_of
from webdial.language import translatable, translate
from webdial.site.domain.branches import branches_by_name
from webdial.site.domain.general_settings import (
    SettingView,
    add_setting,
    branches_with_own_value,
    clear_setting,
    find_settings,
    override_setting,
    setting_view,
)
from webdial.site.domain.rights import (
    Act,
    Reach,
    Subject,
    may_change_setting,
    may_read_setting,
    reach_of,
)
from webdial.site.domain.states import setting_key
from webdial.site.manual import anchor_of
from webdial.site.models import Branch, ChangeSubject
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.branch_choice import branch_menu, branch_of_id, chosen_branch
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.lists import search_text
from webdial.site.pages.maintenance.meanwhile import unless_changed_meanwhile
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER, Sample, check_value
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

MOST_BRANCHES: Final = 20
"""Branches named on a setting's page; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of a setting's values to choose from."""

    value: str
    label: str
    is_chosen: bool


ALL_BRANCHES: Final = ("", translatable("All branches"))


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as it stands for `branch` (None: for all branches), with the pages that change it."""

    view: SettingView
    branch: Branch | None

    @property
    def edit_url(self) -> str:
        return self._url("maintenance:edit-setting")

    @property
    def check_url(self) -> str:
        return self._url("maintenance:check-setting")

    @property
    def clear_url(self) -> str:
        return self._url("maintenance:clear-setting")

    @property
    def list_url(self) -> str:
        return settings_url(self.branch)

    @property
    def is_mechanism(self) -> bool:
        return self.view.definition is MECHANISM

    @property
    def has_one_value(self) -> bool:
        """Whether no branch can have another value; one that came from elsewhere stays to be seen."""
        definition = self.view.definition
        return definition is not None and definition.is_for_all and not self.view.other_branches

    @property
    def is_own_kind(self) -> bool:
        """Whether the setting is one of the administrator's own."""
        return self.view.definition is None

    @property
    def is_standard_dialling(self) -> bool:
        return self.is_mechanism and not self.view.effective.value.strip()

    @property
    def manual_url(self) -> str:
        """Where the manual tells more of it; empty for one of the administrator's own."""
        if self.view.definition is None:
            return ""
        page = reverse("manual-page", args=("reference/general-settings",))
        return f"{page}#{anchor_of(self.view.definition.name)}"

    @property
    def history_key(self) -> str:
        return setting_key(self.view.name, self.branch)

    @property
    def where(self) -> str:
        return (
            translate("for the branch {branch}", branch=self.branch)
            if self.branch
            else translate("for all branches")
        )

    def _url(self, page: str) -> str:
        return reverse(page, query={"name": self.view.name} | _branch_query(self.branch))


def settings_url(branch: Branch | None) -> str:
    return reverse("maintenance:settings", query=_branch_query(branch) or None)


@wants(Subject.SETTINGS, is_scoped=True)
@require_safe
def list_settings(request: PageRequest) -> HttpResponse:
    error = fault_of_branch(request.GET, _branches_within(request))
    branch = None if error else _branch_within(request)
    search = search_text(request)
    context = {
        "branch": branch,
        "branch_menu": branch_menu(
            _branches_within(request),
            request.GET,
            branch and branch.pk,
            *(() if _is_own_branch_only(request) else (ALL_BRANCHES,)),
        ),
        "branch_error": error,
        "is_own_branch_only": _is_own_branch_only(request),
        "search": search,
        "settings": [
            _shown(view, branch)
            for view in (() if error else find_settings(search=search, branch=branch))
            if may_read_setting(request.user, view.name, branch)
        ],
        "add_url": reverse("maintenance:add-setting", query=_branch_query(branch) or None),
    }
    return render(request, "maintenance/settings.html", context)


@wants(Subject.SETTINGS, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_setting(request: PageRequest) -> HttpResponse:
    """The setting's page. `act=check` looks at what was typed and keeps nothing."""
    if request.method != "POST":
        fault = fault_of_branch(request.GET, _branches_within(request))
        setting = _setting_of(request, is_for_all=fault is not None)
        shown = _shown(setting.view, setting.branch)
        return _render_setting(request, shown, shown.view.own_value, branch_error=fault)
    setting = _setting_of(request)
    value = request.POST.get("value", "")
    if request.POST.get("act") == "check":
        return _render_setting(request, setting, value)
    try:
        with unless_changed_meanwhile(request, ChangeSubject.SETTING, setting.history_key):
            override_setting(setting.view.name, value, branch=setting.branch)
    except WebdialError as error:
        return _render_setting(request, setting, value, show_error(error, field="value"))
    messages.success(
        request, translate("{name} was saved {where}.", name=setting.view.name, where=setting.where)
    )
    return HttpResponseRedirect(setting.list_url)


@wants(Subject.SETTINGS, is_scoped=True)
@require_POST
def check_setting(request: PageRequest) -> HttpResponse:
    """For a part of the page: the faults of a value, or what it would send. Keeps nothing."""
    setting = _setting_of(request)
    value = request.POST.get("value", "")
    check = check_value(
        setting.view.definition,
        value,
        branch=setting.branch,
        sample=_sample_of(request),
        configuration=exchange_of(request).configuration,
    )
    return render(request, "maintenance/setting_check.html", {"check": check, "setting": setting})


@wants(Subject.SETTINGS, act=Act.CHANGE, is_scoped=True)
@require_http_methods(["GET", "HEAD", "POST"])
def clear_value(request: PageRequest) -> HttpResponse:
    """Asks, then keeps no value there any more; the next wider one is then in force."""
    setting = _setting_of(request)
    if setting.view.own_value is None:
        messages.info(
            request,
            translate(
                "There is no value of {name} {where}.", name=setting.view.name, where=setting.where
            ),
        )
        return HttpResponseRedirect(setting.list_url)
    if request.method == "POST":
        clear_setting(setting.view.name, branch=setting.branch)
        messages.success(
            request,
            translate(
                "The value of {name} {where} was removed.",
                name=setting.view.name,
                where=setting.where,
            ),
        )
        return HttpResponseRedirect(setting.list_url)
    wider = setting_view(setting.view.name) if setting.branch else None
    context = {
        "setting": setting,
        "next_value": wider.effective if wider else None,
        "default": setting.view.definition.default if setting.view.definition else "",
    }
    return render(request, "maintenance/setting_clear.html", context)


@wants(Subject.SETTINGS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add_own_setting(request: PageRequest) -> HttpResponse:
    """A further setting of the administrator's own, for database functions to read."""
    branch = branch_of(request.GET, branches_by_name())
    name, value = request.POST.get("name", ""), request.POST.get("value", "")
    error = None
    if request.method == "POST":
        try:
            add_setting(name, value, branch=branch)
        except WebdialError as fault:
            error = show_error(fault)
        else:
            messages.success(
                request, translate("The setting {strip} was added.", strip=name.strip())
            )
            return HttpResponseRedirect(settings_url(branch))
    context = {
        "branch": branch,
        "name": name,
        "value": value,
        "list_url": settings_url(branch),
    }
    return render_form(request, "maintenance/setting_add.html", context, error)


def _render_setting(
    request: PageRequest,
    setting: ShownSetting,
    value: str | None,
    error: ShownError | None = None,
    *,
    branch_error: ShownError | None = None,
) -> HttpResponse:
    """`value` is None when nothing is kept there yet: the field then begins with the one in force."""
    typed = setting.view.effective.value if value is None else value
    check = check_value(
        setting.view.definition,
        typed,
        branch=setting.branch,
        sample=_sample_of(request),
        configuration=exchange_of(request).configuration,
    )
    definition = setting.view.definition
    context: dict[str, Any] = {
        "setting": setting,
        "value": typed,
        "check": check,
        "options": options_of(definition, typed) if definition else [],
        "suggestions": definition.suggestions() if definition else (),
        "branch_error": branch_error,
    }
    if setting.branch is None:
        own = branches_with_own_value(setting.view.name)[:MOST_BRANCHES]
        context["own_branches"] = [ShownSetting(setting.view, branch) for branch in own]
        context["own_branches_left_out"] = max(0, setting.view.other_branches - MOST_BRANCHES)
        context["branch_menu"] = branch_menu(branches_by_name(), request.GET, None)
    return render_form(request, "maintenance/setting_edit.html", context, error)


def options_of(definition: SettingDefinition, value: str) -> list[Option]:
    """What there is to choose from. A value that is none of it, however it came, is one more."""
    is_chosen = {key_of(each): key_of(each) == key_of(value) for each, _ in definition.choices}
    options = [
        Option(each, translate(label), is_chosen[key_of(each)])
        for each, label in definition.choices
    ]
    return options if any(is_chosen.values()) else [*options, Option(value, value, True)]


def _sample_of(request: PageRequest) -> Sample:
    return Sample(
        user=request.POST.get("user", request.user.login),
        number=request.POST.get("number", SAMPLE_NUMBER),
    )


def _setting_of(request: PageRequest, *, is_for_all: bool = False) -> ShownSetting:
    """The setting that the address names, for the branch that it names unless `is_for_all`.

    Raises Http404 when there is none such.

    Raises PermissionDenied for one that the user may not read, or not change by a POST.
    """
    name = request.GET.get("name", "")
    if not name.isprintable():  # PostgreSQL takes no NUL
        raise Http404(translate("There is no such setting."))
    branch = None if is_for_all else _branch_within(request)
    reaches = may_change_setting if request.method == "POST" else may_read_setting
    if not reaches(request.user, name, branch):
        raise PermissionDenied
    view = setting_view(name, branch=branch)
    is_kept = view.effective.source is not Source.DEFAULT or view.other_branches > 0
    if view.definition is None and not is_kept:
        raise Http404(translate("There is no such setting."))
    return ShownSetting(view, branch)


def _shown(view: SettingView, branch: Branch | None) -> ShownSetting:
    """As it stands for `branch`; a setting that branches can have no other value of, for all of them."""
    definition = view.definition
    if (
        branch is None
        or definition is None
        or not definition.is_for_all
        or view.own_value is not None
    ):
        return ShownSetting(view, branch)
    is_set = view.effective.source is not Source.DEFAULT
    return ShownSetting(replace(view, own_value=view.effective.value if is_set else None), None)


def _is_own_branch_only(request: PageRequest) -> bool:
    return reach_of(request.user, Subject.SETTINGS) is Reach.BRANCH


def _branches_within(request: PageRequest) -> QuerySet[Branch]:
    """The branches whose values the user may see."""
    branches = branches_by_name()
    return branches.filter(users=request.user) if _is_own_branch_only(request) else branches


def _branch_within(request: PageRequest) -> Branch | None:
    """As `branch_of`; for a branch manager always their own."""
    branch = branch_of(request.GET, _branches_within(request))
    if not _is_own_branch_only(request):
        return branch
    if branch is not None and branch.pk != request.user.branch_id:
        raise PermissionDenied
    return branch or request.user.branch


def fault_of_branch(query: QueryDict, branches: QuerySet[Branch]) -> ShownError | None:
    """Why the branch that was typed is none, or not clear."""
    try:
        chosen_branch(query, branches, ALL_BRANCHES)
    except InvalidValueError as fault:
        return show_error(fault)
    return None


def branch_of(query: QueryDict, branches: QuerySet[Branch]) -> Branch | None:
    """The branch that the address names, typed as one of `branches`; None for all.

    Raises Http404 when there is none such.
    """
    try:
        chosen = chosen_branch(query, branches, ALL_BRANCHES)
    except InvalidValueError as error:
        raise Http404(f"{error.message} {error.hint}") from error
    if not chosen:
        return None
    try:
        return branch_of_id(chosen, Branch.objects.all())
    except InvalidValueError as error:
        raise Http404(error.message) from error


def _branch_query(branch: Branch | None) -> dict[str, Any]:
    return {"branch": branch.pk} if branch else {}
