"""A phone system made the value of Use Web Phone Dialling Mechanism, after what it replaces was seen."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from webdial.errors import WebdialError
from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.language import translate
from webdial.site.domain.branches import branches_by_name
from webdial.site.domain.general_settings import override_setting, setting_view
from webdial.site.domain.rights import Act, Subject
from webdial.site.domain.system_overview import overview_of
from webdial.site.pages.maintenance.branch_choice import branch_menu
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.phone_systems import find_setup
from webdial.site.pages.maintenance.settings import (
    ALL_BRANCHES,
    ShownSetting,
    branch_of,
    fault_of_branch,
)
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import show_error


@wants(Subject.PHONE_SYSTEMS, act=Act.CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def use_setup(request: PageRequest, setup_id: int) -> HttpResponse:
    """Shows what the phone system would replace for all branches or the `branch` asked for; then does it."""
    setup = find_setup(setup_id)
    branches = branches_by_name()
    fault = fault_of_branch(request.GET, branches) if request.method != "POST" else None
    branch = None if fault else branch_of(request.GET, branches)
    setting = ShownSetting(setting_view(MECHANISM.name, branch=branch), branch)
    error = None
    if request.method == "POST":
        try:
            override_setting(MECHANISM.name, setup.name, branch=branch)
        except WebdialError as fault:
            error = show_error(fault)
        else:
            messages.success(
                request,
                translate("{name} is now used {where}.", name=setup.name, where=setting.where),
            )
            return redirect("maintenance:edit-phone-system", setup.pk)
    context = {
        "setup": setup,
        "shown": overview_of(setup),
        "setting": setting,
        "branch": branch,
        "branch_menu": branch_menu(branches, request.GET, branch and branch.pk, ALL_BRANCHES),
        "branch_error": fault,
        "is_in_use": key_of(setting.view.own_value or "") == key_of(setup.name),
    }
    return render_form(request, "maintenance/phone_systems/use.html", context, error)
