"""A phone system in the cloud with a sign-in page of its own, small and real, on loopback.

It knows codes that hold once, the proof of RFC 7636, refresh tokens that are renewed with every use, and
access tokens that lapse when a test says so. Its sign-in page lives on another host name than
the address that begins the sign-in, as with the big ones.
"""

import asyncio
import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from aiohttp import web

CLIENT = ("webdial", "client secret 1")


@dataclass
class _Code:
    challenge: str
    redirect_uri: str


@dataclass
class OAuthProvider:
    """Listens while its context is entered. What it was asked for stands in its lists."""

    calls: list[str] = field(default_factory=list)
    """Numbers that were dialled with a token that held."""
    given: list[str] = field(default_factory=list)
    """Every token that it gave away, of both kinds."""
    dialled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with every call; cleared by whoever waits for the next."""
    refreshes: int = 0
    refusals: list[str] = field(default_factory=list)
    port: int = 0
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: set[str] = field(default_factory=set)
    _refresh: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/authorize", self._authorize),
                web.get("/consent", self._consent),
                web.post("/consent", self._consented),
                web.post("/token", self._token),
                web.post("/dial", self._dial),
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

    def let_tokens_lapse(self) -> None:
        """As time does: what was signed in must be renewed."""
        self._access.clear()

    def forget_everybody(self) -> None:
        """As an administrator of the phone system does who ends all sign-ins."""
        self._access.clear()
        self._refresh.clear()

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        if (query["response_type"], query["client_id"]) != ("code", CLIENT[0]):
            return self._refuse("no such client")
        if query["code_challenge_method"] != "S256":
            return self._refuse("not the method S256")
        there = f"http://localhost:{self.port}/consent?{request.query_string}"
        raise web.HTTPFound(there)

    async def _consent(self, request: web.Request) -> web.Response:
        page = (
            "<!doctype html><title>Cloud</title><h1>May Webdial place calls for you?</h1>"
            f'<form method="post" action="/consent?{request.query_string}">'
            '<button name="allow" value="yes">Allow</button> <button>Refuse</button></form>'
        )
        return web.Response(text=page, content_type="text/html")

    async def _consented(self, request: web.Request) -> web.Response:
        allowed = (await request.post()).get("allow") == "yes"
        raise web.HTTPFound(self.way_back(dict(request.query), is_allowed=allowed))

    def way_back(self, query: dict[str, str], *, is_allowed: bool = True) -> str:
        """Where the browser is sent when the person has answered."""
        answer = {"state": query["state"]}
        if is_allowed:
            code = secrets.token_urlsafe(16)
            self._codes[code] = _Code(query["code_challenge"], query["redirect_uri"])
            self.given.append(code)
            answer["code"] = code
        else:
            answer |= {"error": "access_denied", "error_description": "<b>No</b>"}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    async def _token(self, request: web.Request) -> web.Response:
        proof = base64.b64encode(f"{CLIENT[0]}:{CLIENT[1]}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {proof}":
            return self._refuse("invalid_client", 401)
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self._refresh:
                return self._refuse("The refresh token is not known")
            self._refresh.discard(form["refresh_token"])
            self.refreshes += 1
            return self._tokens()
        code = self._codes.pop(form["code"], None)
        if code is None:
            return self._refuse("The code is not known")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (challenge, form["redirect_uri"]) != (code.challenge, code.redirect_uri):
            return self._refuse("The proof is wrong")
        return self._tokens()

    def _tokens(self) -> web.Response:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._access.add(access)
        self._refresh.add(refresh)
        self.given += [access, refresh]
        return web.json_response(
            {"access_token": access, "refresh_token": refresh, "expires_in": 3600}
        )

    async def _dial(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._access:
            return web.json_response({"message": f"The token {token} has lapsed"}, status=401)
        self.calls.append((await request.json())["to"])
        self.dialled.set()
        return web.json_response({"id": "call 1"})

    def _refuse(self, why: str, status: int = 400) -> web.Response:
        self.refusals.append(why)
        return web.json_response({"error": "refused", "error_description": why}, status=status)
