"""Harbour PBX, the made-up phone system of docs/how-to/write-a-phone-system-file.md, as its page tells it."""

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Received,
    Reply,
    StandIn,
    check_method,
    expect,
    read_json,
    read_text,
    reply_json,
)

USER, PASSWORD = "webdial", "harbour-juniper-41"
EXTENSIONS = frozenset({"201", "202"})


class HarbourPbx(StandIn):
    """Answers as the supplier's page says; calls have the ids c1, c2 and so on."""

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__(authority=authority)

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        match request.path:
            case "/api/session":
                return self._log_in(request)
            case "/api/calls":
                return self._dial(request)
        return Reply("not found", 404)

    def _log_in(self, request: Received) -> Reply:
        given = read_json(request, required=("user", "password"))
        if (read_text(given, "user"), read_text(given, "password")) != (USER, PASSWORD):
            return reply_json({"error": {"text": "Wrong password"}}, 401)
        return reply_json({"token": self.sessions.begin()})

    def _dial(self, request: Received) -> Reply:
        if not self.sessions.knows(request.headers.get("X-Token", "")):
            return reply_json({"error": {"text": "Log in first"}}, 401)
        given = read_json(request, required=("from", "to"))
        caller, number = read_text(given, "from"), read_text(given, "to")
        expect(number.startswith("+"), "a number that is not in E.164")
        if caller not in EXTENSIONS:
            return reply_json({"state": "failed", "error": {"text": "No such extension"}})
        self.calls.append(Dialled(caller, number))
        return reply_json({"state": "ringing", "call": {"id": f"c{len(self.calls)}"}})
