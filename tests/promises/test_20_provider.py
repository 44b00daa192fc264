"""The provider is believed after every proof that OpenID Connect has, and no further."""

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.promises.attacked import Answer, Attacker
from tests.promises.proofs import proven_by
from tests.promises.threaded import threaded
from tests.server import Installation, Server
from tests.site.accounts.openid_provider import CLIENT, OTHER_KEY, PUBLIC_KEY, OpenIdProvider

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_provider.py::test_lying_token_is_refused",
    "tests/site/accounts/test_provider.py::test_token_signed_by_another_key_is_refused",
    "tests/site/accounts/test_provider.py::test_way_back_works_for_the_browser_that_set_out_and_once",
    "tests/site/accounts/test_provider.py::test_mail_that_is_not_verified_finds_nobody",
)

DONE: Final = "/sign-in/provider/done"
Claims = dict[str, Any]
CARL: Final = {"sub": "c-1", "email": "carl@example.com", "email_verified": True}
_GIVE_MAIL: Final = """
from webdial.site.domain.users import set_email
from webdial.site.models import User
set_email(User.objects.get(login="carl"), "carl@example.com")
"""


@dataclass
class Company:
    """A site that signs people in by the company's provider, which does what a test wants."""

    server: Server
    provider: OpenIdProvider

    def nobody(self) -> Attacker:
        return Attacker(self.server.address)

    def set_out(self, who: Attacker, **fields: str) -> dict[str, str]:
        """Press the button; with what the browser goes to the provider."""
        page = who.take_cookies(who.submit("/sign-in/provider", **fields))
        found = re.search(r'url=([^"]+)"', page.body)
        assert found is not None, page.body
        return dict(parse_qsl(urlsplit(unescape(found[1]).strip("'")).query))

    def come_back(self, who: Attacker, **query: str) -> Answer:
        return who.take_cookies(who.get(f"{DONE}?{urlencode(query)}"))

    def sign_in(self, who: Attacker, claims: Claims, **fields: str) -> Answer:
        query = self.set_out(who, **fields)
        return self.come_back(
            who, state=query["state"], code=self.provider.give_code(query, claims)
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    installation = Installation(tmp_path_factory.mktemp("company") / "data")
    installation.prepare()
    installation.execute(_GIVE_MAIL)
    with threaded(OpenIdProvider()) as provider:
        installation.extra_environment = {
            "WEBDIAL_OIDC_ISSUER": provider.issuer,
            "WEBDIAL_OIDC_CLIENT_ID": CLIENT[0],
            "WEBDIAL_OIDC_CLIENT_SECRET": CLIENT[1],
        }
        with installation.serving() as server:
            yield Company(server, provider)


@pytest.fixture
def company(served: Company) -> Company:
    """It tells the truth, until a test has it lie."""
    served.provider.refusals.clear()
    served.provider.makes_token = None
    served.provider.tamper = lambda claims: claims
    served.provider.userinfo = None
    return served


def is_signed_in(who: Attacker) -> bool:
    return who.get("/account").status == 200


def test_who_is_known_there_is_let_in(company: Company) -> None:
    """So that the tests below could fail."""
    who = company.nobody()
    assert company.sign_in(who, CARL).headers["Location"] == "/dial"
    assert is_signed_in(who)


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unsigned(claims: Claims) -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def by_public_key(claims: Claims) -> str:
    """With the provider's public key, which everybody has, as the secret of a symmetric signature (CVE-2016-10555)."""
    public = PUBLIC_KEY.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'kid': '1'})}.{part(claims)}"
    digest = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def by_client_secret(claims: Claims) -> str:
    return jwt.encode(claims, CLIENT[1].ljust(32, "\0"), "HS256", headers={"kid": "1"})


def by_another_key(claims: Claims) -> str:
    return jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "1"})


def with_own_key(claims: Claims) -> str:
    """The key to verify it by stands in the token itself (jwk, RFC 7515 section 4.1.3)."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))
    return jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "2", "jwk": key})


def with_key_elsewhere(claims: Claims) -> str:
    header = {"kid": "../../keys", "jku": "http://127.0.0.1:9/keys"}
    return jwt.encode(claims, OTHER_KEY, "RS256", headers=header)


def lie(**changes: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {
        name: value for name, value in {**claims, **changes}.items() if value != ""
    }


LIES: Final = {
    "another issuer": lie(iss="https://evil.example"),
    "no issuer": lie(iss=""),
    "for another client": lie(aud="another"),
    "for others as well": lie(aud=["another", "third"]),
    "for us and others": lie(aud=[CLIENT[0], "another"]),
    "for us, made for another": lie(azp="another"),
    "for nobody": lie(aud=""),
    "lapsed": lie(exp=1_000_000_000),
    "never lapses": lie(exp=""),
    "of no time": lie(iat=""),
    "of tomorrow": lie(iat=4_000_000_000, nbf=4_000_000_000),
    "nonce of another": lie(nonce="another"),
    "no nonce": lie(nonce=""),
    "somebody else": lie(sub="another"),
    "nobody": lie(sub=""),
}


@pytest.mark.parametrize("name", LIES)
def test_token_that_lies_lets_nobody_in(company: Company, name: str) -> None:
    company.provider.tamper = LIES[name]
    who = company.nobody()
    answer = company.sign_in(who, CARL)
    assert (answer.status, answer.headers["Location"]) == (302, "/sign-in")
    assert not is_signed_in(who)


def test_token_for_several_clients_that_was_made_for_us_lets_in(company: Company) -> None:
    company.provider.tamper = lie(aud=[CLIENT[0], "account"], azp=CLIENT[0])
    who = company.nobody()
    assert company.sign_in(who, CARL).headers["Location"] == "/dial"


@pytest.mark.parametrize(
    "makes",
    [unsigned, by_public_key, by_client_secret, by_another_key, with_own_key, with_key_elsewhere],
)
def test_token_that_is_not_signed_by_the_provider_lets_nobody_in(
    company: Company, makes: Callable[[Claims], str]
) -> None:
    company.provider.makes_token = makes
    who = company.nobody()
    assert company.sign_in(who, CARL).headers["Location"] == "/sign-in"
    assert not is_signed_in(who)


def test_way_back_is_of_one_browser_and_works_once(company: Company) -> None:
    """An attacker's own way back, in the browser of somebody else, signs nobody in as the attacker either."""
    thief, victim = company.nobody(), company.nobody()
    his = company.set_out(thief)
    code = company.provider.give_code(his, CARL)
    hers = company.set_out(victim)
    for query in (
        {"state": his["state"], "code": code},
        {"state": hers["state"], "code": code},
        {"code": code},
    ):
        company.come_back(victim, **query)
        assert not is_signed_in(victim)
    company.come_back(company.nobody(), state=his["state"], code=code)
    used = company.nobody()
    query = company.set_out(used)
    code = company.provider.give_code(query, CARL)
    company.come_back(used, state=query["state"], code=code)
    assert is_signed_in(used)
    again = company.nobody()
    company.come_back(again, state=query["state"], code=code)
    assert not is_signed_in(again)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "c-1\x00", **{k: v for k, v in CARL.items() if k != "sub"}, "email_verified": False},
        {"sub": "e-1", "email": "carl@example.com"},
        {"sub": "e-1", "email": "carl@example.com", "email_verified": "false"},
        {"sub": "e-1", "email": "carl@example.com ", "email_verified": 0},
        {"sub": "e-1", "email": "cаrl@example.com", "email_verified": True},  # a Cyrillic a
        {"sub": "e-1", "email": "carl@example.com.evil.example", "email_verified": True},
        {"sub": "e-1", "preferred_username": "carl", "name": "Carl Osei"},
        {"sub": "carl"},
        {"sub": "2"},
    ],
    ids=str,
)  # fmt: skip
def test_who_only_looks_like_a_user_is_nobody(company: Company, claims: Claims) -> None:
    who = company.nobody()
    assert company.sign_in(who, claims).headers["Location"] == "/sign-in"
    assert not is_signed_in(who)


def test_second_answer_of_the_provider_does_not_change_who_it_is(company: Company) -> None:
    """What is asked by the access token must be of the same person (OpenID Connect Core section 5.3.2)."""
    company.provider.userinfo = {**CARL, "sub": "another"}
    who = company.nobody()
    assert company.sign_in(who, {"sub": "e-2"}).headers["Location"] == "/sign-in"
    assert not is_signed_in(who)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere_afterwards(company: Company, target: str) -> None:
    who = company.nobody()
    assert company.sign_in(who, CARL, next=target).headers["Location"] == "/dial"


def test_session_begins_anew(company: Company) -> None:
    """One that was planted in the browser before is worth nothing afterwards."""
    thief, victim = company.nobody(), company.nobody()
    company.set_out(thief)
    victim.cookies = dict(thief.cookies)
    company.sign_in(victim, CARL)
    assert is_signed_in(victim)
    assert victim.cookies["sessionid"] != thief.cookies["sessionid"]
    assert not is_signed_in(thief)
