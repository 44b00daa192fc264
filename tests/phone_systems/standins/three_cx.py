"""3CX: the Call Control API of V20, and the HTTP API of version 12 and earlier."""

import re
from urllib.parse import quote

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


class CallControl(StandIn):
    """Client credentials for a token, then makecall for one extension, any of its devices."""

    def __init__(self, *, client_id: str, client_secret: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._client_id, self._client_secret = client_id, client_secret

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        if request.path == "/connect/token":
            return self._token(request)
        (extension,) = path_parts(request, r"/callcontrol/([^/]+)/makecall")
        self.dial_requests += 1
        if not self.sessions.knows(bearer_token(request)):
            return Reply("", 401)
        content = read_json(request, required=("destination",), optional=("reason", "timeout"))
        return self._call(extension, read_text(content, "destination"))

    def _token(self, request: Received) -> Reply:
        form = read_form(request, required=("client_id", "client_secret", "grant_type"))
        expect(form["grant_type"] == "client_credentials", f"grant_type {form['grant_type']}")
        if (form["client_id"], form["client_secret"]) != (self._client_id, self._client_secret):
            return reply_json({"error": "invalid_client"}, 400)
        self.log_ins += 1
        token = self.sessions.begin()
        return reply_json({"token_type": "Bearer", "expires_in": 60, "access_token": token})

    def _call(self, extension: str, number: str) -> Reply:
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"reasontext": "No device is registered"}, 422)
        if self.mood is Mood.FAILS_IN_BODY:
            failed = {"finalstatus": "Failed", "reason": "NotRegistered", "reasontext": "No device"}
            return reply_json(failed)
        self.calls.append(Dialled(extension, number))
        result = {"id": 7, "status": "Dialing", "dn": extension, "callid": 4711}
        return reply_json({"finalstatus": "Success", "reasontext": "", "result": result})


class HttpApi(StandIn):
    """ivr/PbxAPI.aspx: the first request is answered by a redirect to one with a session in it."""

    def __init__(self, *, pins: dict[str, str]) -> None:
        super().__init__()
        self._pins = pins

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        session = re.fullmatch(r"/ivr/\(S\((\w+)\)\)/PbxAPI\.aspx", request.path)
        if session is None:
            check_path(request, "/ivr/PbxAPI.aspx")
            place = f"/ivr/(S({quote(self.sessions.begin())}))/PbxAPI.aspx?{request.query_text}"
            moved = "<html><head><title>Object moved</title></head></html>"
            return Reply(moved, 301, "text/html", {"Location": place})
        expect(self.sessions.knows(session[1]), "a session that was never begun")
        return self._call(request)

    def _call(self, request: Received) -> Reply:
        self.dial_requests += 1
        query = read_query(request, required=("func", "from", "to", "pin"))
        expect(query["func"] == "make_call", f"func {query['func']}")
        expect(self._pins.get(query["from"]) == query["pin"], "not the PIN of this extension")
        if self.mood is not Mood.WILLING:
            return Reply("Server Error", 500, "text/html")
        self.calls.append(Dialled(query["from"], query["to"]))
        return Reply("<html><body></body></html>", media_type="text/html")
