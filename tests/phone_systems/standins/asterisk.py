"""Asterisk, FreePBX and FusionPBX, FreeSWITCH and Kamailio, as their own sources tell.

Asterisk: main/manager.c, res/res_ari.c, rest-api/api-docs/channels.json. FreeSWITCH:
mod_xml_rpc.c. FusionPBX: app/click_to_call/click_to_call.php. Kamailio: the dialog module's
dlg.bridge_dlg through jsonrpcs.
"""

from collections.abc import Mapping
from urllib.parse import unquote

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    DigestGuard,
    Mood,
    Received,
    Reply,
    StandIn,
    check_basic,
    check_member,
    check_method,
    check_no_body,
    check_path,
    expect,
    read_form,
    read_json,
    read_query,
    reply_json,
)

_CHANNEL_ID = "1763863200.17"
# Asterisk takes the caller id of an originated call for that of the phone: whoever is called sees it
# (the comment above ast_set_callerid in its sources says so).
_SHOWN = "{} would be shown to whoever is called"


class AsteriskManager(StandIn):
    """The manager interface over HTTP: cookie sessions on /rawman, digest on /arawman."""

    def __init__(self, *, user: str, password: str, context: str = "from-internal") -> None:
        super().__init__()
        self._user, self._password, self._context = user, password, context
        self._guard = DigestGuard("asterisk", user, password)

    def forget_sessions(self) -> None:
        super().forget_sessions()
        self._guard.forget()

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        if request.path == "/arawman":
            self._guard.check(request)
            return self._originate(request)
        check_path(request, "/rawman")
        if "action=login" in request.query_text.lower():
            return self._log_in(request)
        cookie = request.headers.get("Cookie", "").partition("mansession_id=")[2].strip('"')
        if not self.sessions.knows(cookie):
            self.dial_requests += 1
            return Reply("Response: Error\r\nMessage: Permission denied\r\n\r\n")
        return self._originate(request)

    def _log_in(self, request: Received) -> Reply:
        query = read_query(request, required=("action", "username", "secret"))
        if (query["username"], query["secret"]) != (self._user, self._password):
            return Reply("Response: Error\r\nMessage: Authentication failed\r\n\r\n")
        self.log_ins += 1
        cookie = f'mansession_id="{self.sessions.begin()}"; Version=1; Max-Age=60'
        text = "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
        return Reply(text, headers={"Set-Cookie": cookie})

    def _originate(self, request: Received) -> Reply:
        self.dial_requests += 1
        required = ("action", "channel", "exten", "context", "priority", "async", "callerid")
        query = read_query(request, required=required, optional=("timeout",))
        expect(query["action"].lower() == "originate", f"action {query['action']}")
        expect(query["async"] == "true", "async is not true, so that the answer would wait")
        expect(query["priority"] == "1", f"priority {query['priority']}")
        technology, _, extension = query["channel"].partition("/")
        expect(technology in {"PJSIP", "SIP"}, f"channel technology {technology}")
        expect(query["callerid"] == extension, _SHOWN.format(query["callerid"]))
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Service Unavailable", 503)
        if self.mood is Mood.FAILS_IN_BODY:
            return Reply("Response: Error\r\nMessage: Extension does not exist.\r\n\r\n")
        expect(query["context"] == self._context, f"context {query['context']}")
        self.calls.append(Dialled(extension, query["exten"], query["context"]))
        return Reply("Response: Success\r\nMessage: Originate successfully queued\r\n\r\n")


class AsteriskRest(StandIn):
    """ARI's POST /ari/channels; the FreePBX of this table is the same interface."""

    def __init__(self, *, user: str, password: str, context: str) -> None:
        super().__init__()
        self._user, self._password, self._context = user, password, context

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/ari/channels")
        check_no_body(request)
        denied = reply_json({"message": "Authentication required"}, 401)
        check_basic(request, self._user, self._password, denied)
        self.dial_requests += 1
        required = ("endpoint", "extension", "context", "priority", "callerId")
        query = read_query(request, required=required, optional=("timeout",))
        technology, _, extension = query["endpoint"].partition("/")
        expect(technology in {"PJSIP", "SIP"}, f"endpoint technology {technology}")
        expect(query["callerId"] == extension, _SHOWN.format(query["callerId"]))
        expect(query["context"] == self._context, f"context {query['context']}")
        expect(query["priority"] == "1", f"priority {query['priority']}")
        if self.mood is not Mood.WILLING:
            return reply_json({"error": "Allocation failed"}, 500)
        if not extension:
            return reply_json({"message": "Endpoint not specified"}, 400)
        self.calls.append(Dialled(extension, query["extension"], query["context"]))
        name = f"{query['endpoint']}-00000011"
        return reply_json({"id": _CHANNEL_ID, "name": name, "state": "Down"})


class FusionPbx(StandIn):
    """click_to_call.php: the call in the query, and the key of a user in either place."""

    def __init__(self, *, key: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._key = key

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/app/click_to_call/click_to_call.php")
        required = ("src", "dest", "src_cid_number")
        names = ("src_cid_name", "dest_cid_name", "dest_cid_number")
        optional = (*names, "auto_answer", "rec", "ringback")
        query = read_query(request, required=required, optional=optional)
        key = read_form(request, required=("key",))["key"]
        if key != self._key or len(key) <= 30:
            return self._page("<form id='frm'><input type='text' name='username'></form>")
        self.dial_requests += 1
        called = f"<b>{query['src']} has called {query['dest']}</b>"
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Bad Gateway", 502)
        if self.mood is Mood.FAILS_IN_BODY:
            return self._page(f"{called}-ERR USER_NOT_REGISTERED\n")
        self.calls.append(Dialled(query["src"], query["dest"]))
        return self._page(f"{called}+OK 7f4de4bc-17d7-11dd-b7a0-db4edd065621\n")

    @staticmethod
    def _page(inner: str) -> Reply:
        text = f"<html><body><div align='center'>{inner}</div></body></html>"
        return Reply(text, media_type="text/html; charset=utf-8")


class FreeSwitch(StandIn):
    """mod_xml_rpc's text interface, with or without bgapi before the command."""

    uuid = "7f4de4bc-17d7-11dd-b7a0-db4edd065621"

    def __init__(self, *, user: str, password: str) -> None:
        super().__init__()
        self._user, self._password = user, password

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        check_basic(request, self._user, self._password, Reply("Unauthorized", 401))
        self.dial_requests += 1
        words = self._command(request)
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Service Unavailable", 503)
        if len(words) != 6:
            return Reply("-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n")
        leg, number, dialplan, context, name, shown = words
        expect(leg.startswith("user/"), f"leg {leg}")
        expect(name == shown == leg.removeprefix("user/"), _SHOWN.format(shown))
        expect(dialplan == "XML", f"dialplan {dialplan}")
        if self.mood is Mood.FAILS_IN_BODY:
            return Reply("-ERR USER_NOT_REGISTERED\n")
        self.calls.append(Dialled(leg.removeprefix("user/"), number, context))
        return Reply(f"+OK {self.uuid}\n")

    def _command(self, request: Received) -> list[str]:
        """The words after "originate"; an unencoded & would have begun a name and a value."""
        check_path(request, "/txtapi/originate")
        expect("&" not in request.query_text and "+" not in request.query_text, "& or + in it")
        return unquote(request.query_text).split(" ")


class Kamailio(StandIn):
    """jsonrpcs at /RPC with the dialog module's bridge command."""

    def __init__(self, *, domain: str) -> None:
        super().__init__()
        self._domain = domain

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/RPC")
        content = read_json(request, required=("jsonrpc", "method", "params", "id"))
        check_member(content, "jsonrpc", "2.0")
        check_member(content, "method", "dlg.bridge_dlg")
        self.dial_requests += 1
        addresses = content["params"]
        expect(isinstance(addresses, list) and len(addresses) == 3, f"params {addresses!r}")
        caller, number = self._user_of(addresses[0]), self._user_of(addresses[1])
        expect(addresses[2] == ".", f"outbound proxy {addresses[2]!r}")
        if self.mood is not Mood.WILLING:
            return self._error(content)
        self.calls.append(Dialled(caller, number))
        return reply_json({"jsonrpc": "2.0", "result": {}, "id": content["id"]})

    def _error(self, content: Mapping[str, object]) -> Reply:
        """The HTTP status follows the code of the error; a body without it is the odd case."""
        error = {"code": 500, "message": "Invalid parameters"}
        status = 500 if self.mood is Mood.FAILS_BY_STATUS else 200
        return reply_json({"jsonrpc": "2.0", "error": error, "id": content["id"]}, status)

    def _user_of(self, address: object) -> str:
        text = str(address)
        user, _, domain = text.removeprefix("sip:").rpartition("@")
        expect(text.startswith("sip:") and user != "" and ":" not in user, f"SIP address {text}")
        expect(domain == self._domain, f"domain {domain}")
        return user
