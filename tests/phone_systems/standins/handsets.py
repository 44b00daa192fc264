"""Desk phones that dial by an address: one GET request with the number in it."""

import trustme

from tests.phone_systems.standins.base import (
    DeniedError,
    Dialled,
    DigestGuard,
    Mood,
    Received,
    Reply,
    StandIn,
    bearer_token,
    check_basic,
    check_method,
    check_no_body,
    check_path,
    expect,
    path_parts,
    read_query,
    reply_json,
)

DENIED = Reply("Unauthorized", 401, headers={"WWW-Authenticate": 'Basic realm="phone"'})


def check_get(request: Received) -> None:
    check_method(request, "GET")
    check_no_body(request)


class Handset(StandIn):
    """A phone that takes a user name and password by HTTP Basic and answers 200 when it dials."""

    def __init__(
        self, *, user: str = "", password: str = "", authority: trustme.CA | None = None
    ) -> None:
        super().__init__(authority=authority)
        self._user, self._password = user, password

    def _check_user(self, request: Received) -> None:
        check_basic(request, self._user, self._password, DENIED)

    def _dial(self, number: str, line: str = "") -> Reply:
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        self.calls.append(Dialled("", number, line))
        return Reply("OK")


class Auerswald(StandIn):
    """The COMfortel D series: a token of the phone as bearer; what it answers no source says."""

    def __init__(self, *, token: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._token = token

    def answer(self, request: Received) -> Reply:
        check_get(request)
        check_path(request, "/api/v1/exec/command")
        if bearer_token(request) != self._token:
            return Reply("", 401)
        query = read_query(request, required=("action", "number"))
        expect(query["action"] == "call", f"action {query['action']}")
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        self.calls.append(Dialled("", query["number"]))
        return Reply("")


class Fanvil(Handset):
    """Keys that are pressed one after another, with semicolons between them."""

    def answer(self, request: Received) -> Reply:
        check_get(request)
        check_path(request, "/cgi-bin/ConfigManApp.com")
        self._check_user(request)
        keys = read_query(request, required=("key",))["key"].split(";")
        expect(len(keys) == 3, f"keys {keys}")
        expect(keys[0] == "SPEAKER", f"the first key is {keys[0]}")
        expect(keys[2] in {"OK", "ENTER"}, f"the last key is {keys[2]}")
        return self._dial(keys[1], keys[2])


class Grandstream(StandIn):
    """api-make_call with the phone's password in the query, as `passcode` or behind a user.

    It answers 200 whatever comes of it; accounts are counted from 0.
    """

    def __init__(
        self,
        *,
        password: str,
        user: str = "",
        accounts: int = 1,
        authority: trustme.CA | None = None,
    ) -> None:
        super().__init__(authority=authority)
        known = {"login": user, "password": password} if user else {"passcode": password}
        self._proof, self._accounts = known, accounts

    def answer(self, request: Received) -> Reply:
        check_get(request)
        check_path(request, "/cgi-bin/api-make_call")
        query = read_query(request, required=("phonenumber", "account", *self._proof))
        if any(query[name] != value for name, value in self._proof.items()):
            return reply_json({"response": "error", "body": "failed"})
        account = query["account"]
        expect(account.isdigit() and int(account) < self._accounts, f"account {account}")
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Internal Server Error", 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"response": "error", "body": False})
        self.calls.append(Dialled("", query["phonenumber"], account))
        return reply_json({"response": "success", "body": True})


class Htek(Handset):
    """Parameters behind & in the path; command 1 dials. What it answers no source says."""

    def answer(self, request: Received) -> Reply:
        check_get(request)
        self._check_user(request)
        expect(request.query_text == "", "a query")
        pattern = r"/Phone_ActionURL&Command=1&Number=([^/&]+)&Account=([1-9])"
        number, account = path_parts(request, pattern)
        return self._dial(number, account)


class Snom(Handset):
    """command.htm: open while no user is set, else by Basic, or by Digest when that is on."""

    def __init__(self, *, is_digest: bool = False, user: str = "", password: str = "") -> None:
        super().__init__(user=user, password=password)
        self._guard = DigestGuard("snom", user, password) if is_digest else None

    def forget_sessions(self) -> None:
        super().forget_sessions()
        if self._guard is not None:
            self._guard.forget()

    def answer(self, request: Received) -> Reply:
        check_get(request)
        check_path(request, "/command.htm")
        if self._guard is not None:
            self._guard.check(request)
        elif self._user:
            self._check_user(request)
        number = read_query(request, required=("number",), optional=("outgoing_uri",))["number"]
        return self._dial(number)


class Yealink(Handset):
    """servlet?key=number=...; whoever is not on its list is refused, whatever the password."""

    is_address_allowed = True

    def answer(self, request: Received) -> Reply:
        check_get(request)
        check_path(request, "/servlet")
        if not self.is_address_allowed:
            raise DeniedError(Reply("Forbidden", 403))
        self._check_user(request)
        query = read_query(request, required=("key",), optional=("outgoing_uri",))
        key, equals, number = query["key"].partition("=")
        expect((key, equals) == ("number", "="), f"key {query['key']}")
        return self._dial(number, query.get("outgoing_uri", ""))
