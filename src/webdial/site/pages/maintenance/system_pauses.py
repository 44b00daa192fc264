"""A phone system that does not answer: the next call to it is let through when somebody says so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webdial.site.domain.pauses import other_pauses, pauses_of, try_now
from webdial.site.domain.rights import Act, Subject
from webdial.site.pages.maintenance.phone_systems import find_setup
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants


@wants(Subject.PHONE_SYSTEMS, act=Act.CHANGE)
@require_POST
def try_phone_system_now(request: PageRequest) -> HttpResponse:
    """End the pause of the `setup` named, or of the addresses of dial strings."""
    named = request.POST.get("setup", "")
    setup = find_setup(int(named)) if named.isdecimal() and len(named) < 19 else None
    count = try_now(other_pauses() if setup is None else pauses_of(setup))
    if count:
        messages.success(request, _("The next call is let through, within a second."))
    else:
        messages.info(request, _("Nothing is held back there any more, or a call is on trial."))
    if setup is None:
        return redirect("maintenance:phone-systems")
    return redirect("maintenance:edit-phone-system", setup.pk)
