"""Hosted services of one request with a key or a password: Aircall, CloudCall, Dialpad, OpenS,
BroadWorks and Exotel.
"""

from xml.sax.saxutils import escape

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
    reply_xml,
)


def check_e164(number: str) -> str:
    """ITU-T E.164 with its plus."""
    expect(number.startswith("+") and number[1:].isdigit(), f"{number} is not of the form +44...")
    return number


class Aircall(StandIn):
    """POST /v1/users/{id}/calls. `numbers` are the numbers' ids by the user who is assigned to them.

    What a refusal says no source tells: here it says nothing.
    """

    def __init__(
        self, *, api_id: str, api_token: str, numbers: dict[str, int], authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._api_id, self._api_token, self._numbers = api_id, api_token, numbers

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        (user,) = path_parts(request, r"/v1/users/([0-9]+)/calls")
        check_basic(request, self._api_id, self._api_token, Reply(status=401))
        content = read_json(request, required=("number_id", "to"))
        self.dial_requests += 1
        if self.mood is not Mood.WILLING or user not in self._numbers:
            return Reply(status=400)
        check_member(content, "number_id", self._numbers[user])
        number = check_e164(read_text(content, "to"))
        self.calls.append(Dialled(user, number, str(content["number_id"])))
        return Reply(status=204)


class Dialpad(StandIn):
    """POST initiate_call; the answer names the app that dials, or an empty device."""

    def __init__(self, *, api_key: str, users: set[str], authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._api_key, self._users = api_key, users

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        (user,) = path_parts(request, r"/api/v2/users/([^/]+)/initiate_call")
        if bearer_token(request) != self._api_key:
            return Reply(status=401)
        content = read_json(request, required=("phone_number",))
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS or user not in self._users:
            return Reply(status=404)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"device": {}})
        self.calls.append(Dialled(user, check_e164(read_text(content, "phone_number"))))
        return reply_json({"device": {"id": "client-cc96e5", "type": "native", "user_id": user}})


class CloudCall(StandIn):
    """POST Accounts/{account}/Calls with three headers; anything but 200 is an error."""

    def __init__(
        self, *, account: str, password: str, license_key: str, authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._headers = {"Username": account, "Password": password, "Licensekey": license_key}

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        if any(request.headers.get(name) != text for name, text in self._headers.items()):
            return Reply("Forbidden", 403)
        account = self._headers["Username"]
        check_path(request, f"/Accounts/{account}/Calls")
        content = read_json(request, required=("CLD", "CLI", "AccountID"))
        check_member(content, "AccountID", account)
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        caller, number = read_text(content, "CLI"), read_text(content, "CLD")
        expect(caller.isdigit() and number.isdigit(), f"CLI {caller} or CLD {number} is no digits")
        self.calls.append(Dialled(caller, number))
        return reply_json({})


class OpenS(StandIn):
    """POST /call with the token in its header; what it answers no source says."""

    def __init__(self, *, token: str, authority: trustme.CA | None = None) -> None:
        super().__init__(authority=authority)
        self._token = token

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/call")
        read_query(request)
        if bearer_token(request) != self._token:
            return Reply(status=401)
        content = read_json(
            request, required=("from", "to"), optional=("timeout", "force_from", "returnurl")
        )
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        self.calls.append(Dialled(read_text(content, "from"), read_text(content, "to")))
        return reply_json({})


class BroadWorks(StandIn):
    """Xsi-Actions calls/new with an empty body; 201 and a callId, or ErrorInfo with a summary."""

    namespace = "http://schema.broadsoft.com/xsi"

    def __init__(
        self,
        *,
        user_id: str,
        password: str,
        authority: trustme.CA,
        root: str = "/com.broadsoft.xsi-actions",
    ) -> None:
        super().__init__(authority=authority)
        self._user_id, self._password, self._root = user_id, password, root

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        (user,) = path_parts(request, rf"{self._root}/v2\.0/user/([^/]+)/calls/new")
        check_basic(request, self._user_id, self._password, Reply("Unauthorized", 401))
        expect(user == self._user_id, f"user {user}")
        address = read_query(request, required=("address",))["address"]
        check_no_body(request)
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS:
            return self._error("Server error <110>", 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return self._error("Invalid address & number", 400)
        self.calls.append(Dialled(user, address))
        return self._reply("CallStartInfo", "<callId>callhalf-1234:0</callId>", 201)

    def _error(self, summary: str, status: int) -> Reply:
        return self._reply("ErrorInfo", f"<summary>{escape(summary)}</summary>", status)

    def _reply(self, name: str, inner: str, status: int) -> Reply:
        text = f'<?xml version="1.0"?><{name} xmlns="{self.namespace}">{inner}</{name}>'
        return reply_xml(text, status)


class Exotel(StandIn):
    """Calls/connect with two numbers; 200 and the call's Sid in XML."""

    def __init__(self, *, sid: str, api_key: str, api_token: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._sid, self._api_key, self._api_token = sid, api_key, api_token

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, f"/v1/Accounts/{self._sid}/Calls/connect")
        read_query(request)
        denied = self._refusal("Authentication failed", 401)
        check_basic(request, self._api_key, self._api_token, denied)
        optional = ("TimeLimit", "TimeOut", "WaitUrl", "Record", "CustomField")
        names = ("From", "To", "CallerId", "CallType")
        form = read_form(request, required=names, optional=optional)
        self.dial_requests += 1
        expect(form["CallType"] == "trans", f"CallType {form['CallType']}")
        if self.mood is not Mood.WILLING:
            return self._refusal("CallerId is <not> yours", 400)
        self.calls.append(Dialled(form["From"], check_e164(form["To"]), form["CallerId"]))
        return reply_xml(
            '<?xml version="1.0" encoding="UTF-8"?><TwilioResponse><Call><Sid>c5797dcb</Sid>'
            "<ParentCallSid/><Status>in-progress</Status></Call></TwilioResponse>"
        )

    @staticmethod
    def _refusal(message: str, status: int) -> Reply:
        inner = f"<Status>{status}</Status><Message>{escape(message)}</Message>"
        text = f"<TwilioResponse><RestException>{inner}</RestException></TwilioResponse>"
        return reply_xml(text, status)
