"""Phone systems of one plain request: Teleforge, the two of the first manual; and Wazo's two."""

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
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
    path_parts,
    read_json,
    read_query,
    read_text,
    reply_json,
    reply_xml,
)


class PhoneAsmx(StandIn):
    """phone.asmx/MakeCall; what it answers no source says."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        check_path(request, "/phone.asmx/MakeCall")
        names = ("originatorExtension", "destinationPhoneNumber", "openLineCharacter")
        query = read_query(request, required=names)
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        caller, number, outside = (query[name] for name in names)
        self.calls.append(Dialled(caller, number, outside))
        return reply_xml('<?xml version="1.0" encoding="utf-8"?><string/>')


class MakecallPath(StandIn):
    """api/call/makecall with everything in the path; what it answers no source says."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        expect(request.query_text == "", "a query")
        pattern = r"/api/call/makecall/([^/]+)/([^/]+)(?:/([^/]+))?"
        caller, number, outside = path_parts(request, pattern)
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        self.calls.append(Dialled(caller, number, outside))
        return Reply("")


class Teleforge(StandIn):
    """POST click2dial/calls with JSON; what it answers no source says."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/click2dial/calls")
        optional = ("outbound_id", "contact_ref")
        content = read_json(request, required=("agent", "callee"), optional=optional)
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        outbound_id = content.get("outbound_id", "")
        self.calls.append(
            Dialled(read_text(content, "agent"), read_text(content, "callee"), outbound_id)
        )
        return reply_json({})


class Wazo(StandIn):
    """wazo-auth gives a token for a user's password; wazo-calld calls with that user's line."""

    def __init__(self, *, user: str, password: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._user, self._password = user, password

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        if request.path == "/api/auth/0.1/token":
            return self._token(request)
        check_path(request, "/api/calld/1.0/users/me/calls")
        self.dial_requests += 1
        if not self.sessions.knows(request.headers.get("X-Auth-Token", "")):
            return reply_json({"reason": ["Unauthorized"], "error_id": "unauthorized"}, 401)
        optional = ("auto_answer_caller", "from_mobile", "line_id", "all_lines")
        content = read_json(request, required=("extension",), optional=optional)
        if "auto_answer_caller" in content:
            check_member(content, "auto_answer_caller", False)
        return self._call(read_text(content, "extension"))

    def _token(self, request: Received) -> Reply:
        denied = reply_json({"reason": ["Authentication Failed"], "status_code": 401}, 401)
        check_basic(request, self._user, self._password, denied)
        content = read_json(request, required=("expiration",))
        expect(type(content["expiration"]) is int, "expiration is no whole number")
        self.log_ins += 1
        return reply_json({"data": {"token": self.sessions.begin()}})

    def _call(self, number: str) -> Reply:
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"message": "Asterisk is down", "error_id": "asterisk"}, 503)
        if self.mood is Mood.FAILS_IN_BODY:
            wrong = {"message": "User has no line", "error_id": "call-creation"}
            return reply_json(wrong, 400)
        self.calls.append(Dialled(self._user, number))
        return reply_json({"call_id": "1763863200.21", "status": "Ring"}, 201)
