"""GoTo Connect: OAuth 2.0 at one address, calls at another; one server stands in for both."""

import secrets

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    bearer_token,
    check_basic,
    check_method,
    check_path,
    expect,
    read_form,
    read_json,
    read_query,
    read_text,
    reply_json,
)


class GoToConnect(StandIn):
    """The token endpoint (RFC 6749 sections 4.1.3 and 6) and POST /calls/v2/calls.

    `codes` are the codes that a browser has brought, with the address that each was sent to. With
    `renews` every renewal gives a new refresh token too and ends the one before it.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        lines: set[str],
        refresh_token: str = "",
        codes: dict[str, str] | None = None,
        renews: bool = True,
        authority: trustme.CA,
    ) -> None:
        super().__init__(authority=authority)
        self._client, self._lines, self._renews = (client_id, client_secret), lines, renews
        self.refresh_tokens = {refresh_token} if refresh_token else set()
        self._codes = codes or {}

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        if request.path == "/oauth/token":
            return self._token(request)
        check_path(request, "/calls/v2/calls")
        self.dial_requests += 1
        if not self.sessions.knows(bearer_token(request)):
            return Reply(status=401)
        content = read_json(
            request, required=("dialString", "from"), optional=("autoAnswer", "phoneNumberId")
        )
        line = content["from"]
        expect(isinstance(line, dict) and set(line) == {"lineId"}, f"from {line!r}")
        return self._call(read_text(line, "lineId"), read_text(content, "dialString"))

    def _call(self, line: str, number: str) -> Reply:
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Bad Gateway", 502)
        if self.mood is Mood.FAILS_IN_BODY or line not in self._lines:
            return reply_json({"errorCode": "NOT_FOUND", "message": "Line not found"}, 404)
        expect(number.startswith("+") and number[1:].isdigit(), f"dialString {number}")
        self.calls.append(Dialled(line, number))
        return reply_json({"initiatorId": line}, 202)

    def _token(self, request: Received) -> Reply:
        check_basic(request, *self._client, _oauth_error("invalid_client", "Unknown client"))
        optional = ("code", "redirect_uri", "refresh_token")
        form = read_form(request, required=("grant_type",), optional=optional)
        match form.pop("grant_type"):
            case "refresh_token":
                expect(set(form) == {"refresh_token"}, f"variables {sorted(form)}")
                return self._renewed(form["refresh_token"])
            case "authorization_code":
                expect(set(form) == {"code", "redirect_uri"}, f"variables {sorted(form)}")
                return self._begun(form["code"], form["redirect_uri"])
        return _oauth_error("unsupported_grant_type", "Unknown grant")

    def _begun(self, code: str, redirect_uri: str) -> Reply:
        if self._codes.pop(code, None) != redirect_uri:
            return _oauth_error("invalid_grant", "Invalid code")
        return self._tokens(is_new=True)

    def _renewed(self, refresh_token: str) -> Reply:
        if refresh_token not in self.refresh_tokens:
            return _oauth_error("invalid_grant", "Invalid refresh token")
        if self._renews:
            self.refresh_tokens.remove(refresh_token)
        return self._tokens(is_new=self._renews)

    def _tokens(self, *, is_new: bool) -> Reply:
        self.log_ins += 1
        tokens = {"access_token": self.sessions.begin(), "token_type": "Bearer"}
        if is_new:
            tokens["refresh_token"] = secrets.token_hex(16)
            self.refresh_tokens.add(tokens["refresh_token"])
        return reply_json({**tokens, "expires_in": 3600})


def _oauth_error(code: str, description: str) -> Reply:
    status = 401 if code == "invalid_client" else 400
    return reply_json({"error": code, "error_description": description}, status)
