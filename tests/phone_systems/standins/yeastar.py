"""Yeastar's P-Series and S-Series and Grandstream's UCM: JSON over TLS behind a log-in."""

import hashlib
import secrets
from typing import Any

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    check_member,
    check_method,
    check_path,
    expect,
    path_parts,
    read_json,
    read_query,
    read_text,
    reply_json,
)


class PSeries(StandIn):
    """Open API v1.0. Without a User-Agent it answers 40002; a wrong or old token 10004."""

    def __init__(self, *, client_id: str, client_secret: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._client_id, self._client_secret = client_id, client_secret

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        if not request.headers.get("User-Agent"):
            return reply_json({"errcode": 40002, "errmsg": "PARAMETER ERROR"})
        (interface,) = path_parts(request, r"/openapi/v1\.0/(get_token|call/dial)")
        return self._token(request) if interface == "get_token" else self._dial(request)

    def _token(self, request: Received) -> Reply:
        read_query(request)
        content = read_json(request, required=("username", "password"))
        pair = (read_text(content, "username"), read_text(content, "password"))
        if pair != (self._client_id, self._client_secret):
            return reply_json({"errcode": 10005, "errmsg": "ACCESS DENIED"})
        self.log_ins += 1
        # A new token may end the ones before it.
        self.sessions.forget()
        times = {"access_token_expire_time": 1800, "refresh_token_expire_time": 86400}
        tokens = {"access_token": self.sessions.begin(), "refresh_token": secrets.token_hex(16)}
        return reply_json({"errcode": 0, "errmsg": "SUCCESS", **times, **tokens})

    def _dial(self, request: Received) -> Reply:
        self.dial_requests += 1
        token = read_query(request, required=("access_token",))["access_token"]
        if not self.sessions.knows(token):
            return reply_json({"errcode": 10004, "errmsg": "TOKEN EXPIRED"})
        optional = ("auto_answer", "dial_permission")
        content = read_json(request, required=("caller", "callee"), optional=optional)
        expect(content.get("auto_answer", "no") in {"no", "yes"}, "auto_answer")
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Bad Gateway", 502)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"errcode": 60002, "errmsg": "EXTENSION NOT REGISTERED"})
        self.calls.append(Dialled(read_text(content, "caller"), read_text(content, "callee")))
        return reply_json({"errcode": 0, "errmsg": "SUCCESS", "call_id": "1632985346.11"})


class SSeries(StandIn):
    """API v1.1.0: one interface for numbers outside, another with other names for extensions."""

    def __init__(self, *, user: str, password: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._user, self._password = user, password

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        pattern = r"/api/v1\.1\.0/(login|extension/dial_outbound|extension/dial_extension)"
        (interface,) = path_parts(request, pattern)
        if interface == "login":
            return self._log_in(request)
        self.dial_requests += 1
        if not self.sessions.knows(read_query(request, required=("token",))["token"]):
            return reply_json({"status": "Failed", "errno": "20004"})
        is_outside = interface == "extension/dial_outbound"
        caller, callee = ("extid", "outto") if is_outside else ("caller", "callee")
        content = read_json(request, required=(caller, callee), optional=("autoanswer",))
        return self._call(
            Dialled(read_text(content, caller), read_text(content, callee), interface)
        )

    def _log_in(self, request: Received) -> Reply:
        content = read_json(request, required=("username", "password", "port"))
        expect(read_text(content, "port").isdigit(), "port is no number in a text")
        wanted = (self._user, hashlib.md5(self._password.encode()).hexdigest())
        if (read_text(content, "username"), read_text(content, "password")) != wanted:
            return reply_json({"status": "Failed", "errno": "20003"})
        self.log_ins += 1
        return reply_json({"status": "Success", "token": self.sessions.begin()})

    def _call(self, call: Dialled) -> Reply:
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Bad Gateway", 502)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"status": "Failed", "errno": "10024"})
        self.calls.append(call)
        return reply_json({"status": "Success", "callid": "1632985346.12"})


class SSeriesTwo(SSeries):
    """API v2.0.0: one interface for extensions and numbers outside."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        (interface,) = path_parts(request, r"/api/v2\.0\.0/(login|call/dial)")
        if interface == "login":
            return self._log_in(request)
        self.dial_requests += 1
        if not self.sessions.knows(read_query(request, required=("token",))["token"]):
            return reply_json({"status": "Failed", "errno": "20004"})
        optional = ("autoanswer", "dialpermission")
        content = read_json(request, required=("caller", "callee"), optional=optional)
        return self._call(Dialled(read_text(content, "caller"), read_text(content, "callee")))


class GrandstreamUcm(StandIn):
    """The HTTPS API: a challenge, its MD5 with the password, and a cookie inside the body."""

    def __init__(self, *, user: str, password: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._user, self._password = user, password
        self._challenges: set[str] = set()

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/api")
        content = read_json(request, required=("request",))["request"]
        expect(isinstance(content, dict), "request is no object")
        match content.get("action"):
            case "challenge":
                return self._challenge(content)
            case "login":
                return self._log_in(content)
            case "dialOutbound":
                return self._dial(content)
        return self._failure(-1, f"no action {content.get('action')!r}")

    def _challenge(self, content: dict[str, Any]) -> Reply:
        check_member(content, "user", self._user)
        check_member(content, "version", "1.0")
        expect(len(content) == 3, f"members {sorted(content)}")
        challenge = secrets.token_hex(8)
        self._challenges.add(challenge)
        return reply_json({"response": {"challenge": challenge}, "status": 0})

    def _log_in(self, content: dict[str, Any]) -> Reply:
        check_member(content, "user", self._user)
        expect(len(content) == 3, f"members {sorted(content)}")
        token = read_text(content, "token")
        good = {hashlib.md5((c + self._password).encode()).hexdigest() for c in self._challenges}
        self._challenges.clear()
        if token not in good:
            return self._failure(-37, "Wrong account or password")
        self.log_ins += 1
        return reply_json({"response": {"cookie": f"sid{self.sessions.begin()}"}, "status": 0})

    def _dial(self, content: dict[str, Any]) -> Reply:
        self.dial_requests += 1
        expect(set(content) == {"action", "cookie", "caller", "outbound"}, f"{sorted(content)}")
        if not self.sessions.knows(read_text(content, "cookie").removeprefix("sid")):
            return self._failure(-6, "Cookie error")
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Bad Gateway", 502)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"response": {}, "status": -47})
        self.calls.append(Dialled(read_text(content, "caller"), read_text(content, "outbound")))
        return reply_json({"response": {"need_apply": "no"}, "status": 0})

    @staticmethod
    def _failure(status: int, message: str) -> Reply:
        return reply_json({"response": {"message": message}, "status": status})
