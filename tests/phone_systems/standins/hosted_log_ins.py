"""Hosted services that give a token for a key or a password: KAZOO, NetSapiens and NFON."""

import re
import secrets
from collections.abc import Mapping

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    bearer_token,
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


class Kazoo(StandIn):
    """Crossbar's click to call. `entries` are the extensions by the id of the entry that holds them."""

    def __init__(
        self, *, api_key: str, account: str, entries: Mapping[str, str], authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._api_key, self._account, self._entries = api_key, account, entries

    def answer(self, request: Received) -> Reply:
        if request.path == "/v2/api_auth":
            return self._token(request)
        pattern = rf"/v2/accounts/{self._account}/clicktocall/([^/]+)/connect"
        (entry,) = path_parts(request, pattern)
        check_method(request, "GET")
        check_no_body(request)
        self.dial_requests += 1
        if not self.sessions.knows(request.headers.get("X-Auth-Token", "")):
            return self._error("invalid_credentials", 401)
        contact = read_query(request, required=("contact",))["contact"]
        if self.mood is Mood.FAILS_BY_STATUS:
            return self._error("init failed", 500)
        if entry not in self._entries:
            return self._error("bad identifier", 404)
        if self.mood is Mood.FAILS_IN_BODY:
            return self._error("contact not in whitelist", 400)
        self.calls.append(Dialled(self._entries[entry], contact))
        data = {"outbound_call_id": f"c2c-{entry}-1f2e", "timeout": 30}
        return reply_json({"data": data, "status": "success"}, 202)

    def _token(self, request: Received) -> Reply:
        check_method(request, "PUT")
        data = read_json(request, required=("data",))["data"]
        expect(isinstance(data, dict) and set(data) == {"api_key"}, f"data {data!r}")
        if data["api_key"] != self._api_key:
            return self._error("invalid_credentials", 401)
        self.log_ins += 1
        content = {"data": {"account_id": self._account}, "status": "success"}
        return reply_json({"auth_token": self.sessions.begin(), **content}, 201)

    @staticmethod
    def _error(message: str, status: int) -> Reply:
        content = {"data": {}, "error": str(status), "message": message, "status": "error"}
        return reply_json(content, status)


class NetSapiens(StandIn):
    """ns-api v1: a password grant, then object=call and action=call, each with an id of the caller's."""

    def __init__(
        self,
        *,
        domain: str,
        client: tuple[str, str],
        login: tuple[str, str],
        authority: trustme.CA,
        root: str = "/ns-api",
        lasts_s: int | None = 3600,
    ) -> None:
        super().__init__(authority=authority)
        self._domain, self._root, self._lasts_s = domain, root, lasts_s
        self._credentials = (*client, *login)
        self.call_ids: list[str] = []

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        if request.path == f"{self._root}/oauth2/token/":
            return self._token(request)
        check_path(request, f"{self._root}/")
        wanted = {"object": "call", "action": "call", "format": "json"}
        expect(read_query(request, required=wanted) == wanted, f"query {request.query_text}")
        self.dial_requests += 1
        if not self.sessions.knows(bearer_token(request)):
            return Reply("Unauthorized", 401)
        form = read_form(
            request, required=("callid", "uid", "destination"), optional=("origination",)
        )
        self.call_ids.append(form["callid"])
        caller, _, domain = form["uid"].rpartition("@")
        expect(domain == self._domain, f"uid {form['uid']}")
        if self.mood is not Mood.WILLING:
            return Reply("Bad destination", 400)
        self.calls.append(Dialled(caller, form["destination"]))
        return Reply("", 202)

    def _token(self, request: Received) -> Reply:
        read_query(request)
        names = ("client_id", "client_secret", "username", "password")
        form = read_form(request, required=("grant_type", *names))
        expect(form["grant_type"] == "password", f"grant_type {form['grant_type']}")
        if tuple(form[name] for name in names) != self._credentials:
            return reply_json({"error": "invalid_grant"}, 400)
        self.log_ins += 1
        times = {} if self._lasts_s is None else {"expires_in": self._lasts_s}
        return reply_json({"access_token": self.sessions.begin(), "token_type": "Bearer", **times})


class Nfon(StandIn):
    """The CTI API; every request names a product, its version and the K-Account."""

    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"

    def __init__(
        self, *, user: str, password: str, account: str, tenant: str, authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._login, self._account, self._tenant = (user, password), account, tenant

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        agent = request.headers.get("User-Agent", "")
        form = rf"[^/ ]+/[^/ ]+ \({re.escape(self._account)}\)"
        expect(re.fullmatch(form, agent) is not None, f"User-Agent {agent}")
        if request.path == "/v1/login":
            return self._token(request)
        check_path(request, "/v1/extensions/phone/calls")
        self.dial_requests += 1
        if not self.sessions.knows(bearer_token(request)):
            return reply_json({"error": "token expired"}, 401)
        content = read_json(
            request, required=("caller", "caller_context", "callee", "callee_context")
        )
        for name in ("caller_context", "callee_context"):
            expect(content[name] == self._tenant, f"{name} {content[name]!r}")
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"error": "no switch"}, 502)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"error": "extension is offline"}, 409)
        self.calls.append(Dialled(read_text(content, "caller"), read_text(content, "callee")))
        return reply_json({"uuid": self.uuid})

    def _token(self, request: Received) -> Reply:
        content = read_json(request, required=("username", "password"))
        if (content["username"], content["password"]) != self._login:
            return reply_json({"error": "wrong name or password"}, 401)
        self.log_ins += 1
        tokens = {"access-token": self.sessions.begin(), "refresh-token": secrets.token_hex(16)}
        return reply_json(tokens)
