"""Where each page stands."""

from django.urls import include, path
from django.views.generic import RedirectView

from webdial.site.pages import (
    account,
    calls,
    dial,
    errors,
    phone_sign_in,
    phones,
    sign_in,
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dial"), name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("account/password", account.password, name="password"),
    path("phones", phones.my_phones, name="phones"),
    path("phones/choose", phones.choose, name="choose-phone"),
    path("phones/systems/<int:setup_id>", phones.fill_in, name="fill-in-phone-system"),
    path("phones/systems/<int:setup_id>/sign-in", phone_sign_in.begin, name="phone-sign-in"),
    path("phones/systems/<int:setup_id>/sign-out", phone_sign_in.sign_out, name="phone-sign-out"),
    path("phones/sign-in/done", phone_sign_in.done, name="phone-sign-in-done"),
    path("dial", dial.dial, name="dial"),
    path("calls", calls.calls, name="calls"),
    path("calls/latest", calls.latest_call, name="latest-call"),
    path("calls/<uuid:call_id>", calls.call, name="call"),
    path("calls/<uuid:call_id>/line", calls.call_line, name="call-line"),
    path("maintenance/", include("webdial.site.pages.maintenance.urls")),
]

handler400 = errors.bad_request
handler403 = errors.not_allowed
handler404 = errors.not_found
handler500 = errors.server_error
