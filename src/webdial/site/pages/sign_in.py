"""Signing in and out. allauth does it (webdial.site.pages.accounts); the page is ours."""

from typing import Any, Final

from allauth.account.forms import LoginForm
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.views import LoginView
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from webdial.language import translate
from webdial.site.domain.second_factors import has_second_factor
from webdial.site.domain.sign_in_names import sign_in_name
from webdial.site.domain.users import MAX_PASSWORD, has_administrator
from webdial.site.models import User
from webdial.site.pages.accounts.mails import offers_mail
from webdial.site.pages.shown_errors import ShownError

_MAX_LOGIN: Final = 254
"""Characters of a sign-in name or mail address as typed, with room for blanks around it."""


class SignInForm(LoginForm):  # type: ignore[misc]
    """Sign-in names are kept in one letter case, so any case may be typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            max_length=_MAX_LOGIN, error_messages={"required": translate("Type your sign-in name.")}
        )
        self.fields["password"] = forms.CharField(
            strip=False,
            max_length=MAX_PASSWORD,
            error_messages={"required": translate("Type your password.")},
        )

    def add_prefix(self, field_name: str) -> str:
        """As browsers and their password stores know the fields."""
        return "username" if field_name == "login" else field_name

    def clean_login(self) -> str:
        return sign_in_name(self.cleaned_data["login"])

    @property
    def shown_errors(self) -> dict[str, ShownError]:
        """Each field's first error, and the form's own as `form`."""
        names = {"__all__": "form", "login": "username"}
        return {
            names.get(name, name): ShownError(str(errors[0]))
            for name, errors in self.errors.items()
        }


class SignIn(LoginView):  # type: ignore[misc]
    form_class = SignInForm
    template_name = "sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not User.objects.exists():
            return redirect("first-start")
        _forget_lost_step(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def get_success_url(self) -> str:
        """Where the user wanted to go, but never back to here."""
        url = super().get_success_url()
        return resolve_url("dial") if url in (None, self.request.path) else str(url)

    def get_default_success_url(self) -> str:
        return resolve_url("dial")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        next_url = self.request.POST.get("next") or self.request.GET.get("next", "")
        return context | {
            "next": next_url,
            "provider": settings.PROVIDER,
            "offers_mail": offers_mail(),
            "has_administrator": has_administrator(),
        }


def _forget_lost_step(request: HttpRequest) -> None:
    """Begin anew where a second factor is waited for that the user has no longer.

    An administrator may have removed it meanwhile. allauth would lead from here to the page that asks for
    it, and from there back to here, without end.
    """
    stage = get_pending_stage(request)
    if isinstance(stage, AuthenticateStage) and not has_second_factor(stage.login.user):
        clear_login(request)


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()
