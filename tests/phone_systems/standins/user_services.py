"""Hosted phone systems with one user per token or key: they ring that user and dial the number.

Placetel has one key for the whole site instead, and names the phone in the request.
"""

import re
from collections.abc import Mapping

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    bearer_token,
    check_basic,
    check_member,
    check_method,
    check_no_body,
    check_path,
    expect,
    path_parts,
    read_form,
    read_json,
    read_query,
    read_text,
    reply_json,
)

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def _read_number(content: Mapping[str, object], name: str) -> str:
    number = read_text(content, name)
    expect(_E164.fullmatch(number) is not None, f"{name} {number!r} is not in the form of E.164")
    return number


class Placetel(StandIn):
    """POST v2/calls with a SIP user and a number; what its success looks like no source says."""

    def __init__(self, *, key: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._key = key

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/v2/calls")
        self.dial_requests += 1
        if bearer_token(request) != self._key:
            return reply_json({"error": "Unauthorized"}, 401)
        content = read_json(request, required=("sipuid", "target"), optional=("from_name",))
        call = Dialled(read_text(content, "sipuid"), read_text(content, "target"))
        if self.mood is not Mood.WILLING:
            return reply_json({"error": "sipuid is invalid"}, 422)
        self.calls.append(call)
        return Reply(status=204)


class RingCentral(StandIn):
    """RingOut. Each JWT credential in `users` is one user's; calls say in `context` whose."""

    def __init__(
        self, *, client_id: str, client_secret: str, users: Mapping[str, str], authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._client_id, self._client_secret = client_id, client_secret
        self._users = users
        self._owners: dict[str, str] = {}

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        if request.path == "/restapi/oauth/token":
            return self._token(request)
        check_path(request, "/restapi/v1.0/account/~/extension/~/ring-out")
        self.dial_requests += 1
        token = bearer_token(request)
        if not self.sessions.knows(token):
            return self._error("OAU-128", "Access token expired.", 401)
        content = read_json(request, required=("to", "from"), optional=("playPrompt",))
        check_member(content, "playPrompt", False)
        numbers = [self._number(content, name) for name in ("from", "to")]
        return self._call(Dialled(*numbers, self._owners[token]))

    def _token(self, request: Received) -> Reply:
        read_query(request)
        wrong = {"error": "invalid_client", "error_description": "Invalid client credentials"}
        check_basic(request, self._client_id, self._client_secret, reply_json(wrong, 401))
        form = read_form(request, required=("grant_type", "assertion"))
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        expect(form["grant_type"] == grant, f"grant_type {form['grant_type']}")
        if form["assertion"] not in self._users:
            bad = {"error": "invalid_grant", "error_description": "Invalid assertion"}
            return reply_json(bad, 400)
        self.log_ins += 1
        token = self.sessions.begin()
        self._owners[token] = self._users[form["assertion"]]
        return reply_json({"access_token": token, "token_type": "bearer", "expires_in": 3599})

    @staticmethod
    def _number(content: Mapping[str, object], name: str) -> str:
        party = content[name]
        expect(isinstance(party, dict) and set(party) == {"phoneNumber"}, f"{name} {party!r}")
        assert isinstance(party, dict)
        return _read_number(party, "phoneNumber")

    def _call(self, call: Dialled) -> Reply:
        if self.mood is Mood.FAILS_BY_STATUS:
            message = "Parameter [to.phoneNumber] value is invalid."
            return self._error("CMN-101", message, 400)
        parts = dict.fromkeys(("callStatus", "callerStatus", "calleeStatus"), "InProgress")
        if self.mood is Mood.FAILS_IN_BODY:
            parts = {**parts, "callStatus": "CannotReach", "callerStatus": "InternationalDisabled"}
        else:
            self.calls.append(call)
        return reply_json({"uri": "https://platform/1", "id": 234343434, "status": parts})

    @staticmethod
    def _error(code: str, message: str, status: int) -> Reply:
        return reply_json({"errors": [{"errorCode": code, "message": message}]}, status)


class Ringover(StandIn):
    """POST v2/callback; the bare key in Authorization. Numbers are JSON numbers."""

    def __init__(self, *, key: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._key = key

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/v2/callback")
        self.dial_requests += 1
        if request.headers.get("Authorization") != self._key:
            return Reply("", 401)
        names = ("from_number", "to_number")
        content = read_json(request, required=names, optional=("device", "timeout", "clir"))
        for name in names:
            expect(type(content[name]) is int, f"{name} {content[name]!r} is no whole number")
        device = content.get("device", "ALL")
        expect(device in {"ALL", "APP", "EXT", "MOB", "SIP", "WEB"}, f"device {device!r}")
        return self._call(Dialled(*(str(content[name]) for name in names), device))

    def _call(self, call: Dialled) -> Reply:
        if self.mood is not Mood.WILLING:
            return reply_json({"message": "Invalid to_number"}, 400)
        self.calls.append(call)
        return reply_json({"call_id": 4711, "channel_id": 22})


class Sipgate(StandIn):
    """POST v2/sessions/calls; a personal access token may ring the devices of its owner."""

    session = "D4A2C1B0"

    def __init__(
        self, *, token_id: str, token: str, devices: set[str], authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._token_id, self._token, self._devices = token_id, token, devices

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/v2/sessions/calls")
        self.dial_requests += 1
        check_basic(request, self._token_id, self._token, Reply("", 401))
        if request.media_type != "application/json":
            return Reply("", 415)
        content = read_json(request, required=("deviceId", "caller", "callee", "callerId"))
        caller = read_text(content, "caller")
        check_member(content, "deviceId", caller)
        if caller not in self._devices:
            return Reply("", 403)
        number, seen = (_read_number(content, name) for name in ("callee", "callerId"))
        if self.mood is not Mood.WILLING:
            return Reply("", 402)
        self.calls.append(Dialled(caller, number, seen))
        return reply_json({"sessionId": self.session})


class Telavox(StandIn):
    """GET dial/{number}; calls are told by their token's owner in `users`."""

    def __init__(self, *, users: Mapping[str, str], authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._users = users

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        (number,) = path_parts(request, "/dial/([^/]+)")
        self.dial_requests += 1
        query = read_query(request, required=("autoanswer",))
        expect(query["autoanswer"] == "false", f"autoanswer {query['autoanswer']}")
        owner = self._users.get(bearer_token(request))
        if owner is None:
            return reply_json({"message": "Unauthorized"}, 401)
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"message": "Bad number"}, 400)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"message": "No phone is logged in"})
        self.calls.append(Dialled(owner, number))
        return reply_json({"message": "OK"})


class VoipGrid(StandIn):
    """POST api/clicktodial/; calls are told by the e-mail address of the token's owner."""

    def __init__(self, *, email: str, token: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._email, self._token = email, token

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/api/clicktodial/")
        self.dial_requests += 1
        if request.headers.get("Authorization") != f"Token {self._email}:{self._token}":
            return reply_json({"detail": "Invalid token."}, 401)
        optional = ("a_number", "b_cli", "auto_answer")
        number = read_text(
            read_json(request, required=("b_number",), optional=optional), "b_number"
        )
        if self.mood is not Mood.WILLING:
            return reply_json({"detail": "No phone account is set."}, 400)
        self.calls.append(Dialled(self._email, number))
        return reply_json({"callid": "8a7c6d5e", "status": None, "b_number": number}, 201)
