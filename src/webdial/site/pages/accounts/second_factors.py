"""Second factors and passkeys: allauth's own pages behind our guard, in our look.

Whatever changes them asks for the password, a code or a passkey first, unless that was a short time ago.
"""

import ipaddress
from contextlib import nullcontext
from functools import wraps
from typing import Any, Final

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.mfa import app_settings
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ListWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.cache import never_cache

from webdial.site.domain.second_factors import has_second_factor, must_have_second_factor
from webdial.site.pages.rights import View, setting_up_account

_FOLDER: Final = "accounts"


class _Overview(IndexView):  # type: ignore[misc]
    template_name = f"{_FOLDER}/second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        must = must_have_second_factor(user) and not has_second_factor(user)
        return context | {"must_set_up": must, "can_have_passkeys": can_have_passkeys(self.request)}


class _Ask(AuthenticateView):  # type: ignore[misc]
    """The second step of a sign-in. What is offered is what this user has."""

    template_name = f"{_FOLDER}/ask_second_factor.html"

    def form_valid(self, form: Any) -> HttpResponse:
        _hold_code(form)
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = Authenticator.objects.filter(user=self.stage.login.user)
        types = set(rows.values_list("type", flat=True))
        return context | {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
        }


class _ConfirmByCode(ReauthenticateByCodeView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        _hold_code(form)
        answer: HttpResponse = super().form_valid(form)
        return answer


def _hold_code(form: Any) -> None:
    """Let a code of an app that was used not be used again for as long as it would hold.

    RFC 6238 section 5.2. allauth remembers it for one period, and lets it hold for one more on both sides.
    """
    authenticator = getattr(form, "authenticator", None)
    if authenticator is not None and authenticator.type == Authenticator.Type.TOTP:
        code = form.cleaned_data["code"]
        key = TOTP(authenticator)._get_used_cache_key(code)  # noqa: SLF001 - there is no public name
        periods = 2 * app_settings.TOTP_TOLERANCE + 1
        cache.set(key, "y", timeout=periods * app_settings.TOTP_PERIOD)


class _SignInByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """Leads on to where the user wanted to go."""

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        answer: HttpResponse = perform_passwordless_login(self.request, authenticator, login)
        return answer


class _AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    template_name = f"{_FOLDER}/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"can_have_passkeys": can_have_passkeys(self.request)}


class _RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    template_name = f"{_FOLDER}/remove_passkey.html"


def can_have_passkeys(request: HttpRequest) -> bool:
    """Browsers keep passkeys for a name, not for a number, and by https or on this very machine.

    WebAuthn section 5.1.3: the relying party's id is a domain, the origin a secure context.
    """
    host, _ = split_domain_port(request.get_host())
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost" or host.endswith(".localhost")
    return False


def _changing(view: View) -> View:
    """What a view changes is kept with its record in the history, or not at all."""

    @wraps(view)
    def changing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic() if request.method == "POST" else nullcontext():
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

    return changing


def _page(view: Any, template: str) -> Any:
    """A page of allauth's for who is signed in, with a template of ours."""
    return setting_up_account(_changing(view.as_view(template_name=f"{_FOLDER}/{template}.html")))


ask = never_cache(_Ask.as_view())
sign_in_by_passkey = never_cache(_SignInByPasskey.as_view())
confirm = _page(ReauthenticateView, "confirm")
confirm_by_code = _page(_ConfirmByCode, "confirm_by_code")
confirm_by_passkey = _page(ReauthenticateWebAuthnView, "confirm_by_passkey")
overview = setting_up_account(_Overview.as_view())
add_app = _page(ActivateTOTPView, "add_app")
remove_app = _page(DeactivateTOTPView, "remove_app")
codes = _page(ViewRecoveryCodesView, "codes")
new_codes = _page(GenerateRecoveryCodesView, "new_codes")
passkeys = _page(ListWebAuthnView, "passkeys")
add_passkey = setting_up_account(_changing(_AddPasskey.as_view()))
remove_passkey = setting_up_account(_changing(_RemovePasskey.as_view()))
