"""Signing in and out, by Django's own means over our users."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.shortcuts import resolve_url

from webdial.site.domain.users import MAX_PASSWORD
from webdial.site.models import User
from webdial.site.pages.shown_errors import ShownError

_MAX_LOGIN = 200
"""Characters of a sign-in name as typed, with room for blanks around it."""


class SignInForm(AuthenticationForm):
    """Sign-in names are kept in one letter case, so any case may be typed."""

    username = forms.CharField(
        max_length=_MAX_LOGIN, error_messages={"required": "Type your sign-in name."}
    )
    password = forms.CharField(
        strip=False, max_length=MAX_PASSWORD, error_messages={"required": "Type your password."}
    )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().casefold()

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError("This sign-in name and password do not go together.")

    @property
    def shown_errors(self) -> dict[str, ShownError]:
        """Each field's first error, and the form's own as `form`."""
        return {
            "form" if name == "__all__" else name: ShownError(str(errors[0]))
            for name, errors in self.errors.items()
        }


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "sign_in.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Where the user wanted to go, but never back to here."""
        url = super().get_success_url()
        return resolve_url("dial") if url == self.request.path else url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"has_users": User.objects.exists()}


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()
