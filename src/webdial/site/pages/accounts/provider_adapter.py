"""Who it is that comes from the company's provider, and the requests that are sent to it."""

from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from webdial.errors import WebdialError
from webdial.language import translate
from webdial.site.account_settings import Match, Provider
from webdial.site.domain.acting import Actor, acting_as
from webdial.site.domain.users import UserDetails, kept_email, save_user
from webdial.site.models import User
from webdial.site.pages.accounts.provider_requests import verified_session

_MAX_LOGIN: Final = 80
_MAX_NAME: Final = 120
_MAX_STAFF_ID: Final = 40


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Somebody is known by the provider's own id (`sub`) from the first sign-in on."""

    def get_requests_session(self) -> Any:
        return verified_session()

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Left to `pre_social_login`, which goes by WEBDIAL_OIDC_MATCH."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        user = _matching_user(sociallogin, _provider())
        if user is None:
            return
        if SocialAccount.objects.filter(user=user).exists():
            _turn_away(
                request,
                translate(
                    "Somebody else already signs in there as this user. Ask an administrator."
                ),
            )
        sociallogin.connect(request, user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Raises ImmediateHttpResponse, which leads back with the reason."""
        if not _provider().adds_users:
            _turn_away(
                request,
                translate(
                    "You are not among the users of Webdial yet. Ask an administrator to add you, with the "
                    "mail address or name that you sign in with there."
                ),
            )
        email = kept_email(_claims(sociallogin).get("email") or "")
        if email and User.objects.filter(email=email).exists():
            _turn_away(
                request,
                translate(
                    "There is a user with your mail address, but the provider has not verified that it is "
                    "yours. Ask an administrator."
                ),
            )
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Always: there is no form to fill in, and whose mail address it is has been looked at."""
        sociallogin.email_addresses = []
        return True

    def save_user(
        self, request: HttpRequest, sociallogin: SocialLogin, form: object = None
    ) -> User:
        """A caller without a branch, as the provider tells of them."""
        try:
            with acting_as(Actor(_provider().name)):
                user = save_user(_new_details(_claims(sociallogin), sociallogin.account.uid))
        except WebdialError as error:
            _turn_away(
                request,
                translate(
                    "You could not be added: {message} Ask an administrator.", message=error.message
                ),
            )
            raise  # not reached
        sociallogin.user = user
        sociallogin.account.user = user
        sociallogin.account.save()
        return user

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Nothing: whom it becomes is decided later, and fields of a user have their own checks."""
        sociallogin.claims = data
        return sociallogin.user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        name = _provider().name
        if error == AuthError.CANCELLED:
            _turn_away(request, translate("The sign-in at {name} was called off.", name=name))
        _turn_away(
            request, translate("The sign-in at {name} did not work. Try once more.", name=name)
        )


def _provider() -> Provider:
    chosen = settings.PROVIDER
    assert isinstance(chosen, Provider)
    return chosen


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    return dict(getattr(sociallogin, "claims", {}))


def _matching_user(sociallogin: SocialLogin, provider: Provider) -> User | None:
    claims = _claims(sociallogin)
    if provider.match is Match.USERNAME:
        name = str(claims.get("username") or "").strip().casefold()
        return User.objects.filter(login=name).first() if name else None
    email = kept_email(str(claims.get("email") or ""))
    if not email or (provider.match is Match.VERIFIED_MAIL and not claims.get("is_verified")):
        return None
    return User.objects.filter(email=email).first()


def _new_details(claims: dict[str, Any], uid: str) -> UserDetails:
    email = str(claims.get("email") or "")
    login = str(claims.get("username") or email or uid)[:_MAX_LOGIN]
    return UserDetails(
        login=login,
        staff_id=login[:_MAX_STAFF_ID],
        name=str(claims.get("name") or login)[:_MAX_NAME],
        email=email,
    )


def _turn_away(request: HttpRequest, reason: str) -> None:
    """Lead back to the sign-in page with the reason. Raises ImmediateHttpResponse."""
    messages.error(request, reason)
    raise ImmediateHttpResponse(redirect("sign-in"))
