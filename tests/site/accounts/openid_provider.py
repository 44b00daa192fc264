"""An OpenID Connect provider, small and real, on loopback.

It describes itself, asks who one is on a page of its own, gives codes that hold once and want the
proof of RFC 7636, and signs ID tokens with an RSA key (RS256) that it publishes. `tamper` lets it lie.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = ("webdial", "client secret 2")
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = _KEY.public_key()
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

Claims = dict[str, Any]


@dataclass(slots=True)
class _Grant:
    claims: Claims
    challenge: str
    redirect_uri: str
    nonce: str


@dataclass
class OpenIdProvider:
    """Listens while its context is entered. `people` has the claims of each by what they type."""

    people: dict[str, Claims] = field(default_factory=dict)
    tamper: Callable[[Claims], Claims] = lambda claims: claims
    signing_key: rsa.RSAPrivateKey = _KEY
    makes_token: Callable[[Claims], str] | None = None
    """How the ID token is made, where it is not signed with `signing_key`."""
    userinfo: Claims | None = None
    """Instead of the claims, when somebody asks with an access token."""
    refusals: list[str] = field(default_factory=list)
    is_away: bool = False
    port: int = 0
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _tokens: dict[str, Claims] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._description),
                web.get("/keys", self._keys),
                web.get("/authorize", self._ask),
                web.post("/authorize", self._answer),
                web.post("/token", self._token),
                web.get("/userinfo", self._userinfo),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _description(self, request: web.Request) -> web.Response:
        if self.is_away:
            return web.Response(status=503, text="away")
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
        return web.json_response({"keys": [{**key, "kid": "1", "alg": "RS256", "use": "sig"}]})

    async def _ask(self, request: web.Request) -> web.Response:
        query = request.query
        wanted = {"response_type": "code", "client_id": CLIENT[0], "code_challenge_method": "S256"}
        if any(query.get(name) != value for name, value in wanted.items()):
            return self._refuse("this is no sign-in of a client of ours")
        if "openid" not in query["scope"].split() or not query.get("nonce"):
            return self._refuse("no scope openid, or no nonce")
        page = (
            "<title>Company</title><h1>Company</h1><form method=post>"
            "<label>Who are you? <input name=who></label><button>Sign in</button>"
            "<button name=off value=1>Call it off</button></form>"
        )
        return web.Response(text=page, content_type="text/html")

    async def _answer(self, request: web.Request) -> web.Response:
        query, form = request.query, await request.post()
        back: dict[str, str] = {"state": query["state"]}
        if form.get("off"):
            back |= {"error": "access_denied"}
        else:
            back |= {"code": self.give_code(query, self.people[str(form["who"])])}
        raise web.HTTPFound(f"{query['redirect_uri']}?{urlencode(back)}")

    def give_code(self, query: Mapping[str, str], claims: Claims) -> str:
        """To somebody who has signed in here, and came with this query."""
        code = secrets.token_urlsafe()
        self._codes[code] = _Grant(
            claims, query["code_challenge"], query["redirect_uri"], query["nonce"]
        )
        return code

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        grant = self._codes.pop(str(form.get("code")), None)
        if grant is None:
            return self._refuse("no such code, or it was used")
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return self._refuse("no such client")
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != grant.challenge:
            return self._refuse("the proof is wrong")
        if form.get("redirect_uri") != grant.redirect_uri:
            return self._refuse("another redirect_uri")
        access = secrets.token_urlsafe()
        self._tokens[access] = grant.claims
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": self._id_token(grant),
            }
        )

    def _id_token(self, grant: _Grant) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT[0],
            "iat": now,
            "exp": now + 60,
            "nonce": grant.nonce,
            "sub": grant.claims["sub"],
        }
        if self.makes_token is not None:
            return self.makes_token(claims)
        return jwt.encode(self.tamper(claims), self.signing_key, "RS256", headers={"kid": "1"})

    async def _userinfo(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return self._refuse("no such token")
        return web.json_response(self.userinfo or self._tokens[token])

    def _refuse(self, reason: str) -> web.Response:
        self.refusals.append(reason)
        return web.json_response({"error": "invalid_request", "why": reason}, status=400)
