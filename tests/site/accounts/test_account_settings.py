"""What the environment may say about mail, second factors and the provider."""

import pytest

from webdial.environment import Environment
from webdial.errors import InvalidValueError
from webdial.site.account_settings import (
    Match,
    Provider,
    SecondFactorRule,
    mail_server,
    mail_settings,
    provider,
    second_factor_rule,
    site_address,
)

ADDRESS = {"WEBDIAL_ADDRESS": "https://dial.example"}
OIDC = {"WEBDIAL_OIDC_ISSUER": "https://id.example/", "WEBDIAL_OIDC_CLIENT_ID": "webdial"}


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", "mail.example", 587, True, False),
        ("smtps://mail.example", "mail.example", 465, False, True),
        ("smtp+plain://localhost:2525", "localhost", 2525, False, False),
    ],
)
def test_mail_goes_by_the_server_that_is_named(
    *, url: str, host: str, port: int, tls: bool, ssl: bool
) -> None:
    told = mail_settings(mail_server(Environment.of({**ADDRESS, "WEBDIAL_MAIL_URL": url})))
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == (host, port)
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (tls, ssl)


def test_mail_password_is_decoded_and_not_shown() -> None:
    values = {**ADDRESS, "WEBDIAL_MAIL_URL": "smtp://me%40x:a%2Fb@mail.example"}
    server = mail_server(Environment.of(values))
    assert server is not None
    assert (server.user, server.password) == ("me@x", "a/b")
    assert "a/b" not in repr(server)


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://u:marked/p@h:x"]
)
def test_mail_address_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(InvalidValueError, match="WEBDIAL_MAIL_URL must begin") as caught:
        mail_server(Environment.of({"WEBDIAL_MAIL_URL": url}))
    assert "marked" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_mails_come_from_the_site() -> None:
    values = {"WEBDIAL_MAIL_URL": "smtp://mail.example", "WEBDIAL_ADDRESS": "https://dial.example/"}
    server = mail_server(Environment.of(values))
    assert server is not None
    assert server.sender == "webdial@dial.example"
    assert site_address(Environment.of(values)) == "https://dial.example"


def test_mail_needs_the_address_that_its_links_begin_with() -> None:
    """Else whoever asks for another's link would choose it, by the Host header: a port of theirs, say."""
    with pytest.raises(InvalidValueError, match="WEBDIAL_MAIL_URL needs WEBDIAL_ADDRESS"):
        mail_server(Environment.of({"WEBDIAL_MAIL_URL": "smtp://mail.example"}))


def test_provider_is_told_in_full() -> None:
    more = {"WEBDIAL_OIDC_MATCH": "Username", "WEBDIAL_OIDC_NEW_USERS": "yes"}
    assert provider(Environment.of({**OIDC, **more})) == Provider(
        "https://id.example", "webdial", "", "id.example", Match.USERNAME, adds_users=True
    )
    assert provider(Environment.of({})) is None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"WEBDIAL_OIDC_CLIENT_ID": "x"}, "WEBDIAL_OIDC_ISSUER is missing"),
        ({"WEBDIAL_OIDC_ISSUER": "https://x"}, "WEBDIAL_OIDC_CLIENT_ID is missing"),
        ({**OIDC, "WEBDIAL_OIDC_ISSUER": "id.example"}, "must begin with https://"),
        ({**OIDC, "WEBDIAL_OIDC_MATCH": "shoe"}, "is one of: verified-mail, mail, username."),
    ],
)
def test_provider_that_is_told_badly_is_refused(values: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        provider(Environment.of(values))


def test_secret_of_the_provider_is_not_shown() -> None:
    told = provider(Environment.of({**OIDC, "WEBDIAL_OIDC_CLIENT_SECRET": "marked"}))
    assert told is not None
    assert told.client_secret == "marked"
    assert "marked" not in repr(told)


def test_rule_of_second_factors() -> None:
    assert second_factor_rule(Environment.of({})) is SecondFactorRule.OPTIONAL
    named = Environment.of({"WEBDIAL_SECOND_FACTOR": "Administrators"})
    assert second_factor_rule(named) is SecondFactorRule.ADMINISTRATORS
    with pytest.raises(InvalidValueError, match="optional, administrators, everybody"):
        second_factor_rule(Environment.of({"WEBDIAL_SECOND_FACTOR": "me"}))


@pytest.mark.parametrize("address", ["dial.example", "ftp://dial.example", "https://"])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidValueError, match="WEBDIAL_ADDRESS must begin"):
        site_address(Environment.of({"WEBDIAL_ADDRESS": address}))
