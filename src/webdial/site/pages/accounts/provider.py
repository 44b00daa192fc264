"""Signing in with the company's OpenID Connect provider: out to its page, and back with a code.

OpenID Connect Core 1.0 section 3.1, with state, the proof of RFC 7636 and a nonce. allauth does the
exchange; the nonce and the signature of the ID token are checked here as well.
"""

import hmac
import secrets
from typing import Any, Final

import jwt
import requests
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import get_request_param
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webdial.language import translate
from webdial.site.account_settings import PROVIDER_ID, Provider

_REQUIRED: Final = {"iss", "sub", "aud", "exp", "iat"}
_FAULTS: Final = (requests.RequestException, OAuth2Error, LookupError, ValueError)
"""What comes of a provider that is away or answers with something else."""


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider's page.

    By a page and not by a redirect: the answer to a form may lead to the hosts of the content security
    policy alone, and where a provider's page leads on to nobody knows.
    """
    chosen = _chosen_provider()
    nonce = secrets.token_urlsafe(32)
    try:
        answer = (
            _Adapter(request, PROVIDER_ID)
            .get_provider()
            .redirect(
                request,
                process="login",
                next_url=_next_url(request),
                auth_params={"nonce": nonce},
                nonce=nonce,
            )
        )
        url = answer.headers["Location"]
    except _FAULTS:
        return _does_not_answer(request, chosen)
    return render(request, "accounts/to_provider.html", {"name": chosen.name, "url": url})


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The way back from the provider's page; whatever is wrong leads to the sign-in page."""
    chosen = _chosen_provider()
    try:
        answer: HttpResponse = _CallbackView.adapter_view(_Adapter(request, PROVIDER_ID))(request)
    except _FAULTS:
        return _does_not_answer(request, chosen)
    return answer


def _does_not_answer(request: HttpRequest, chosen: Provider) -> HttpResponse:
    messages.error(
        request,
        translate("{name} does not answer as it should. Try again later.", name=chosen.name),
    )
    return redirect("sign-in")


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]
    def get_oauth2_adapter(self, request: HttpRequest) -> "_Adapter":
        return _Adapter(request, self.app.provider_id)

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Some providers write the truth as a text."""
        info = data.get("userinfo") or data["id_token"]
        is_verified = info.get("email_verified") in (True, "true")
        return {**super().extract_common_fields(data), "is_verified": is_verified}

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider tells is kept beside the user."""
        return {}


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    expected_nonce = ""

    def get_provider(self) -> OpenIDConnectProvider:
        provider = super().get_provider()
        return _Provider(self.request, app=provider.app)

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        path = reverse("provider-done")
        return (
            settings.SITE_ADDRESS + path
            if settings.SITE_ADDRESS
            else request.build_absolute_uri(path)
        )

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Raises OAuth2Error when the ID token or the user info is not as it must be."""
        raw = kwargs["response"].get("id_token")
        if not raw:
            raise OAuth2Error("no ID token")
        try:
            claims = self._decode_id_token(app, raw)
            if not hmac.compare_digest(str(claims.get("nonce", "")), self.expected_nonce):
                raise OAuth2Error("the nonce is another")
            data = {"id_token": claims}
            if self.openid_config.get("userinfo_endpoint"):
                info = self._fetch_user_info(token.token)
                if info.get("sub") != claims["sub"]:
                    raise OAuth2Error("the user info is somebody else's")
                data["userinfo"] = {**claims, **info}
            return self.get_provider().sociallogin_from_response(request, data)
        except (LookupError, TypeError, ValueError, jwt.PyJWTError) as error:
            raise OAuth2Error("the provider's answer is not understood") from error

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """The signature is looked at although the token came by TLS: it costs one small request."""
        if jwt.get_unverified_header(id_token).get("alg", "").startswith(("HS", "none")):
            raise OAuth2Error("the ID token is not signed by a key of the provider's own")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        _check_claims(claims, app.client_id)
        return claims

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description, which must be that of the issuer that was configured."""
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != _chosen_provider().issuer:
            raise OAuth2Error("the description is another issuer's")
        return config


def _check_claims(claims: dict[str, Any], client_id: str) -> None:
    """What the library takes when it is missing. Raises OAuth2Error.

    OpenID Connect Core 1.0 section 2 (claims that a token must have) and section 3.1.3.7, rules 3 to 5: one for
    several clients, or that says for which one it was made, must have been made for us.
    """
    if _REQUIRED - claims.keys():
        raise OAuth2Error("the ID token lacks a claim that it must have")
    is_for_us_alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if is_for_us_alone else "") != client_id:
        raise OAuth2Error("the ID token was made for another client")


class _CallbackView(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, answer = super()._get_state(request, provider)
        if state is not None:
            self.adapter.expected_nonce = str(state.get("nonce") or secrets.token_urlsafe(32))
        return state, answer


def _chosen_provider() -> Provider:
    if settings.PROVIDER is None:
        raise Http404(translate("There is no provider to sign in with."))
    chosen: Provider = settings.PROVIDER
    return chosen


def _next_url(request: HttpRequest) -> str:
    """Where to go afterwards: within the site, or nowhere in particular."""
    url = str(get_request_param(request, "next") or "")
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else reverse("dial")
