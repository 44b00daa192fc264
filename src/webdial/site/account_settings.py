"""What the environment says about signing in: mail, second factors, the company's provider."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from webdial.environment import Environment
from webdial.errors import InvalidValueError

_PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""RFC 6409 (submission), RFC 8314 (implicit TLS), RFC 5321."""

MAIL_TIME_LIMIT_S: Final = 20

Choice = TypeVar("Choice", bound=Enum)


class SecondFactorRule(Enum):
    """Who must have a second factor; everybody may.

    ADMINISTRATORS means function authors as well: whoever decides where requests go.
    """

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


class Match(Enum):
    """By what somebody who comes from the provider the first time is found among the users."""

    VERIFIED_MAIL = "verified-mail"
    MAIL = "mail"
    USERNAME = "username"


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    kind: str
    sender: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The company's OpenID Connect provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    match: Match
    adds_users: bool


def second_factor_rule(environment: Environment) -> SecondFactorRule:
    return _chosen(environment, "WEBDIAL_SECOND_FACTOR", SecondFactorRule.OPTIONAL)


def site_address(environment: Environment) -> str:
    """Scheme, host and port by which people reach the site; empty when it is not told."""
    text = environment.text("WEBDIAL_ADDRESS").rstrip("/")
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).hostname):
        message = "WEBDIAL_ADDRESS must begin with https:// or http:// and name a host."
        raise InvalidValueError(message, field="WEBDIAL_ADDRESS")
    return text


def mail_server(environment: Environment) -> MailServer | None:
    """Raises InvalidValueError, which quotes nothing of the address: a password may stand in it."""
    text = environment.text("WEBDIAL_MAIL_URL")
    if not text:
        return None
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        # Not `from`: the cause quotes what stands where the port should.
        raise _bad_mail_url() from None
    if url.scheme not in _PORTS or not url.hostname:
        raise _bad_mail_url()
    own_host = urlsplit(site_address(environment)).hostname
    if own_host is None:
        raise _no_address()
    return MailServer(
        host=url.hostname,
        port=port or _PORTS[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        kind=url.scheme,
        sender=environment.text("WEBDIAL_MAIL_FROM") or f"webdial@{own_host}",
    )


def mail_settings(server: MailServer | None) -> dict[str, Any]:
    """Django's settings for sending mail."""
    if server is None:
        return {}
    return {
        "EMAIL_HOST": server.host,
        "EMAIL_PORT": server.port,
        "EMAIL_HOST_USER": server.user,
        "EMAIL_HOST_PASSWORD": server.password,
        "EMAIL_USE_TLS": server.kind == "smtp",
        "EMAIL_USE_SSL": server.kind == "smtps",
        "EMAIL_TIMEOUT": MAIL_TIME_LIMIT_S,
        "DEFAULT_FROM_EMAIL": server.sender,
    }


def provider(environment: Environment) -> Provider | None:
    """Raises InvalidValueError when it is told in part only, or by an address that is none."""
    issuer = environment.text("WEBDIAL_OIDC_ISSUER").rstrip("/")
    client_id = environment.text("WEBDIAL_OIDC_CLIENT_ID")
    if not issuer and not client_id:
        return None
    if not issuer or not client_id:
        missing = "WEBDIAL_OIDC_CLIENT_ID" if issuer else "WEBDIAL_OIDC_ISSUER"
        raise InvalidValueError(
            f"{missing} is missing: the provider needs an issuer and a client id.", field=missing
        )
    url = urlsplit(issuer)
    if url.scheme not in {"http", "https"} or not url.hostname:
        message = "WEBDIAL_OIDC_ISSUER must begin with https:// and name a host."
        raise InvalidValueError(message, field="WEBDIAL_OIDC_ISSUER")
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=environment.text("WEBDIAL_OIDC_CLIENT_SECRET"),
        name=environment.text("WEBDIAL_OIDC_NAME") or url.hostname,
        match=_chosen(environment, "WEBDIAL_OIDC_MATCH", Match.VERIFIED_MAIL),
        adds_users=environment.says_yes("WEBDIAL_OIDC_NEW_USERS"),
    )


def provider_settings(chosen: Provider | None) -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS."""
    if chosen is None:
        return {}
    app = {
        "provider_id": PROVIDER_ID,
        "name": chosen.name,
        "client_id": chosen.client_id,
        "secret": chosen.client_secret,
        "settings": {"server_url": chosen.issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


PROVIDER_ID: Final = "company"
"""Under which name allauth keeps who signs in there; one provider is enough for a business."""


def _chosen(environment: Environment, name: str, default: Choice) -> Choice:
    text = environment.text(name).lower() or str(default.value)
    try:
        return type(default)(text)
    except ValueError as error:
        choices = ", ".join(str(each.value) for each in type(default))
        raise InvalidValueError(f"{name} is one of: {choices}.", field=name) from error


def _no_address() -> InvalidValueError:
    return InvalidValueError(
        "WEBDIAL_MAIL_URL needs WEBDIAL_ADDRESS, with which the links in mails begin.",
        field="WEBDIAL_ADDRESS",
        hint="Else whoever asks for another's mail could choose where its link leads.",
    )


def _bad_mail_url() -> InvalidValueError:
    return InvalidValueError(
        "WEBDIAL_MAIL_URL must begin with smtp://, smtps:// or smtp+plain:// and name a host.",
        field="WEBDIAL_MAIL_URL",
        hint="In a user name or password, / : @ ? # [ ] and % are written as %2F, %3A and so on.",
    )
