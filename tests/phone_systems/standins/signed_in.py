"""Hosted phone systems that know a caller by a sign-in in the browser (RFC 6749 section 4.1).

The stand-in has the page to sign in, with somebody at the browser who agrees to everything, and the
token endpoint: tokens for the code that the browser brings, and for a refresh token (section 6).
"""

import base64
import hashlib
import secrets
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

import trustme

from tests.phone_systems.standins.base import (
    DeniedError,
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    bearer_token,
    check_basic,
    check_member,
    check_method,
    check_path,
    expect,
    read_form,
    read_json,
    read_query,
    read_text,
    reply_json,
)

REDIRECT_URI = "https://dial.example/sign-in/answer?of=phones"


class SignedIn(StandIn):
    """Sign-in page and token endpoint. `users` are the owners of refresh tokens that it has given.

    Who signs in in the browser is `at_browser`.
    """

    authorize_path: ClassVar[str]
    token_path: ClassVar[str]
    scope: ClassVar[str]
    takes_proof: ClassVar[bool]
    """Whether it knows the proof of RFC 7636, with S256."""
    names_client_by_basic: ClassVar[bool]
    """Whether the code is changed with the client in Basic, or in the form."""
    renews_refresh_token: ClassVar[bool]

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        users: Mapping[str, str],
        authority: trustme.CA,
    ) -> None:
        super().__init__(authority=authority)
        self._client_id, self._client_secret = client_id, client_secret
        self.refresh_tokens = dict(users)
        self.at_browser = ""
        self._codes: dict[str, str] = {}
        self._owners: dict[str, str] = {}

    def answer(self, request: Received) -> Reply:
        if request.path == self.authorize_path:
            return self._sign_in(request)
        check_method(request, "POST")
        read_query(request)
        if request.path == self.token_path:
            return self._token(request)
        return self._dial(request)

    def _sign_in(self, request: Received) -> Reply:
        """The page: back to the client with a code, which holds once."""
        check_method(request, "GET")
        proof = ("code_challenge", "code_challenge_method") if self.takes_proof else ()
        names = ("client_id", "response_type", "redirect_uri", "scope", "state", *proof)
        query = read_query(request, required=names)
        wanted = (self._client_id, "code", REDIRECT_URI, self.scope)
        found = tuple(query[name] for name in ("client_id", "response_type", *names[2:4]))
        expect(found == wanted, f"{found}, not {wanted}")
        expect(query.get("code_challenge_method", "S256") == "S256", "not the method S256")
        code = secrets.token_hex(8)
        self._codes[code] = query.get("code_challenge", "")
        back = urlencode({"code": code, "state": query["state"]})
        return Reply("", 302, headers={"Location": f"{REDIRECT_URI}&{back}"})

    def _token(self, request: Received) -> Reply:
        if b"grant_type=authorization_code" in request.body:
            return self._change_code(request)
        names = ("grant_type", "client_id", "client_secret", "refresh_token")
        form = read_form(request, required=names)
        expect(form["grant_type"] == "refresh_token", f"grant_type {form['grant_type']}")
        self._check_client(form["client_id"], form["client_secret"])
        owner = self.refresh_tokens.get(form["refresh_token"])
        if owner is None:
            return self.refusal("invalid_grant", "The refresh token is invalid", 400)
        self.log_ins += 1
        return self._tokens(form["refresh_token"], owner)

    def _change_code(self, request: Received) -> Reply:
        names = ["grant_type", "code", "redirect_uri"]
        if self.names_client_by_basic:
            denied = self.refusal("invalid_client", "The client is unknown", 401)
            check_basic(request, self._client_id, self._client_secret, denied)
        else:
            names += ["client_id", "client_secret"]
        form = read_form(request, required=names + ["code_verifier"] * self.takes_proof)
        if not self.names_client_by_basic:
            self._check_client(form["client_id"], form["client_secret"])
        expect(form["redirect_uri"] == REDIRECT_URI, f"redirect_uri {form['redirect_uri']}")
        challenge = self._codes.pop(form["code"], None)
        if challenge is None or challenge != self._challenge(form.get("code_verifier")):
            return self.refusal("invalid_grant", "The code is invalid", 400)
        first = secrets.token_hex(16)
        self.refresh_tokens[first] = self.at_browser
        return self._tokens(first, self.at_browser)

    def _check_client(self, client_id: str, client_secret: str) -> None:
        if (client_id, client_secret) != (self._client_id, self._client_secret):
            raise DeniedError(self.refusal("invalid_client", "The client is unknown", 401))

    @staticmethod
    def _challenge(verifier: str | None) -> str:
        """RFC 7636 section 4.2; empty without a verifier."""
        if verifier is None:
            return ""
        expect(43 <= len(verifier) <= 128, f"a code_verifier of {len(verifier)} characters")
        digest = hashlib.sha256(verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @abstractmethod
    def refusal(self, error: str, told: str, status: int) -> Reply:
        """What the token endpoint answers when it gives no token."""

    def _tokens(self, refresh_token: str, owner: str) -> Reply:
        if self.renews_refresh_token:
            del self.refresh_tokens[refresh_token]
            refresh_token = secrets.token_hex(16)
            self.refresh_tokens[refresh_token] = owner
        token = self.sessions.begin()
        self._owners[token] = owner
        times = {"expires_in": 86_400, "token_type": "Bearer"}
        return reply_json({"access_token": token, "refresh_token": refresh_token, **times})

    def _owner(self, request: Received) -> str | None:
        """Whose access token it is; None when it is nobody's any more."""
        self.dial_requests += 1
        token = bearer_token(request)
        return self._owners[token] if self.sessions.knows(token) else None

    @abstractmethod
    def _dial(self, request: Received) -> Reply: ...


class Webex(SignedIn):
    """telephony/calls/dial rings the devices of the token's owner. Refresh tokens stay as they are."""

    authorize_path = "/v1/authorize"
    token_path = "/v1/access_token"
    scope = "spark:calls_write"
    takes_proof = True
    names_client_by_basic = False
    renews_refresh_token = False

    def refusal(self, error: str, told: str, status: int) -> Reply:
        return reply_json({"message": told, "errors": [{"description": error}]}, status)

    def _dial(self, request: Received) -> Reply:
        check_path(request, "/v1/telephony/calls/dial")
        owner = self._owner(request)
        if owner is None:
            return reply_json({"message": "The request requires a valid access token."}, 401)
        content = read_json(request, required=("destination",), optional=("endpointId",))
        number = read_text(content, "destination")
        if self.mood is not Mood.WILLING:
            return reply_json({"message": "Invalid destination", "trackingId": "ROUTER_1"}, 400)
        self.calls.append(Dialled(owner, number))
        ids = {"callId": "Y2lzY29zcGFyay", "callSessionId": "OGQ3YzhkNzgt"}
        return reply_json(ids, 201)


class VonageBusiness(SignedIn):
    """Telephony v3. A refresh token holds once; the next comes with the access token.

    Calls say in `context` what the number was told to be, and whose token was used.
    """

    authorize_path = "/authorize"
    token_path = "/token"
    scope = "openid"
    takes_proof = False
    names_client_by_basic = True
    renews_refresh_token = True
    account = "123456"

    def refusal(self, error: str, told: str, status: int) -> Reply:
        return reply_json({"error": error, "error_description": told}, status)

    def _dial(self, request: Received) -> Reply:
        place = f"/t/vbc.prod/telephony/v3/cc/accounts/{self.account}/calls"
        check_path(request, place)
        owner = self._owner(request)
        if owner is None:
            return Reply("", 401)
        content = read_json(request, required=("from", "to", "type"))
        check_member(content, "type", "click2dial")
        from_type, caller = self._party(content, "from")
        expect(from_type == "extension", f"from.type {from_type}")
        kind, number = self._party(content, "to")
        expect(kind in {"extension", "pstn"}, f"to.type {kind}")
        if self.mood is not Mood.WILLING:
            return Reply("", 500)
        self.calls.append(Dialled(caller, number, f"{kind} by {owner}"))
        return reply_json({}, 200)

    @staticmethod
    def _party(content: Mapping[str, object], name: str) -> tuple[str, str]:
        party = content[name]
        expect(isinstance(party, dict) and set(party) == {"type", "destination"}, f"{party!r}")
        assert isinstance(party, dict)
        return read_text(party, "type"), read_text(party, "destination")
