"""Where each page stands."""

from django.urls import include, path
from django.views.generic import RedirectView

from webdial.site.pages import (
    account,
    account_computers,
    account_tokens,
    any_page,
    call_export,
    call_figures,
    calls,
    dial,
    dial_link,
    errors,
    favourites,
    language,
    manual,
    people,
    phone_sign_in,
    phones,
    sign_in,
)
from webdial.site.pages.accounts import first_start, passwords, provider, second_factors

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dial"), name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("first-start", first_start.first_start, name="first-start"),
    path("sign-in/forgotten", passwords.forgotten, name="forgotten"),
    path("sign-in/link/<slug:who>/<slug:token>", passwords.set_by_link, name="set-password"),
    path("sign-in/provider", provider.begin, name="provider-sign-in"),
    path("sign-in/provider/done", provider.done, name="provider-done"),
    path("account", account.profile, name="account"),
    path("account/language", language.choose_language, name="choose-language"),
    path("account/mail", account.mail, name="change-mail"),
    path("account/mail/<str:token>", account.confirm_mail, name="confirm-mail"),
    path("account/password", account.password, name="password"),
    path("account/tokens", account_tokens.tokens, name="tokens"),
    path("account/tokens/<int:token_id>/revoke", account_tokens.revoke, name="revoke-own-token"),
    path("account/computers", account_computers.computers, name="computers"),
    path(
        "account/computers/<int:computer_id>/revoke",
        account_computers.revoke,
        name="revoke-computer",
    ),
    path("account/computers/files/<str:name>", account_computers.download, name="download-helper"),
    path("account/any-page", any_page.any_page, name="any-page"),
    path("account/sessions", account.sessions, name="sessions"),
    # The names are those by which allauth leads from one page to the next.
    path("sign-in", sign_in.sign_in, name="account_login"),
    path("sign-in/second-factor", second_factors.ask, name="mfa_authenticate"),
    path("sign-in/passkey", second_factors.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("account/confirm", second_factors.confirm, name="account_reauthenticate"),
    path("account/confirm/code", second_factors.confirm_by_code, name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey",
        second_factors.confirm_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/second-factor", second_factors.overview, name="mfa_index"),
    path("account/second-factor/app", second_factors.add_app, name="mfa_activate_totp"),
    path("account/second-factor/app/remove", second_factors.remove_app, name="mfa_deactivate_totp"),
    path("account/second-factor/codes", second_factors.codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/codes/new",
        second_factors.new_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("account/passkeys", second_factors.passkeys, name="mfa_list_webauthn"),
    path("account/passkeys/add", second_factors.add_passkey, name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove",
        second_factors.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("phones", phones.my_phones, name="phones"),
    path("phones/choose", phones.choose, name="choose-phone"),
    path("phones/systems/<int:setup_id>", phones.fill_in, name="fill-in-phone-system"),
    path("phones/systems/<int:setup_id>/sign-in", phone_sign_in.begin, name="phone-sign-in"),
    path("phones/systems/<int:setup_id>/sign-out", phone_sign_in.sign_out, name="phone-sign-out"),
    path("phones/sign-in/done", phone_sign_in.done, name="phone-sign-in-done"),
    path("dial", dial.dial, name="dial"),
    path("dial/link", dial_link.dial_link, name="dial-link"),
    path("dial/favourites", favourites.change_star, name="change-star"),
    path("dial/favourites/<int:favourite_id>/up", favourites.move_favourite, name="move-favourite"),
    path("people/<int:person_id>", people.person, name="person"),
    path("companies/<int:company_id>", people.company, name="company"),
    path("calls", calls.calls, name="calls"),
    path("calls/figures", call_figures.show_figures, name="call-figures"),
    path("calls/export.<slug:form>", call_export.export_calls, name="export-calls"),
    path("calls/latest", calls.latest_call, name="latest-call"),
    path("calls/<uuid:call_id>", calls.call, name="call"),
    path("calls/<uuid:call_id>/line", calls.call_line, name="call-line"),
    path("manual", manual.show_manual, name="manual"),
    path("manual/<path:page>", manual.show_manual, name="manual-page"),
    path("maintenance/", include("webdial.site.pages.maintenance.urls")),
]

handler400 = errors.bad_request
handler403 = errors.not_allowed
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
