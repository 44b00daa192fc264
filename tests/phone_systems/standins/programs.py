"""Phone programs with a small web server of their own on the user's machine."""

from urllib.parse import unquote

from tests.phone_systems.standins.base import (
    Dialled,
    Received,
    Reply,
    StandIn,
    check_method,
    check_no_body,
    check_path,
    expect,
    read_query,
)


class Baresip(StandIn):
    """The module httpd: the query is a command as it is typed, `d` dials what follows."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        if request.path != "/raw/":
            return Reply("not found", 404)
        command = unquote(request.query_text)
        expect(command.startswith("d") and len(command) > 1, f"the command {command!r}")
        self.calls.append(Dialled("", command[1:]))
        return Reply("\nerr: Success\n")


class MiaCsta(StandIn):
    """An Action URL with its query right behind the port; the desk phone is told to dial."""

    def answer(self, request: Received) -> Reply:
        check_method(request, "GET")
        check_no_body(request)
        check_path(request, "/")
        query = read_query(request, required=("action", "target"))
        expect(query["action"] == "make_call", f"action {query['action']}")
        self.calls.append(Dialled("", query["target"]))
        return Reply("")
