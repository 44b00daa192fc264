"""Plivo, Telnyx, Twilio and Vonage Voice: they ring a number, and then do as an instruction says.

A call is understood as: whom the service rings first, whom the instruction then dials, and as which
number the service calls.
"""

import re
import time
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import trustme

from tests.phone_systems.standins.base import (
    DeniedError,
    Dialled,
    Mood,
    NotUnderstoodError,
    Received,
    Reply,
    StandIn,
    bearer_token,
    check_basic,
    check_member,
    check_method,
    check_path,
    expect,
    read_form,
    read_json,
    read_text,
    reply_json,
)

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"[1-9][0-9]{6,14}")
_SIP = re.compile(r"sips?:[^\s@]+@[^\s@]+")


def _check_number(number: str) -> str:
    expect(_E164.fullmatch(number) is not None, f"{number!r} is not in the form of E.164")
    return number


def _check_phone(phone: str) -> str:
    """What may ring first: a number, or a SIP address."""
    is_phone = _E164.fullmatch(phone) or _SIP.fullmatch(phone)
    expect(is_phone is not None, f"{phone!r} is neither a number nor a SIP address")
    return phone


def _dialled_by(instruction: str) -> tuple[str, str]:
    """The number and the callerId of <Response><Dial callerId="">number</Dial></Response>."""
    try:
        response = ET.fromstring(instruction)
    except ET.ParseError as error:
        raise NotUnderstoodError(f"an instruction that is no XML: {error}") from error
    is_dial = response.tag == "Response" and [child.tag for child in response] == ["Dial"]
    expect(is_dial, f"an instruction that is more than one Dial: {instruction}")
    dial = response[0]
    expect(len(dial) == 0 and set(dial.attrib) == {"callerId"}, f"not a plain Dial: {instruction}")
    return _check_number(dial.text or ""), dial.attrib["callerId"]


class Twilio(StandIn):
    """The Calls resource with TwiML in the request itself."""

    sid = "CA0123456789abcdef0123456789abcdef"

    def __init__(self, *, account: str, token: str, number: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._account, self._token, self._number = account, token, number

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, f"/2010-04-01/Accounts/{self._account}/Calls.json")
        self.dial_requests += 1
        denied = reply_json({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        check_basic(request, self._account, self._token, denied)
        form = read_form(request, required=("To", "From", "Twiml"))
        expect(form["From"] == self._number, f"From {form['From']!r} is no number of the account")
        expect(len(form["Twiml"]) <= 4000, "more than 4,000 characters of TwiML")
        number, caller_id = _dialled_by(form["Twiml"])
        return self._call(Dialled(_check_phone(form["To"]), number, caller_id))

    def _call(self, call: Dialled) -> Reply:
        if self.mood is not Mood.WILLING:
            message = "Account not authorized to call +442079460123"
            return reply_json({"code": 21215, "message": message, "status": 400}, 400)
        self.calls.append(call)
        return reply_json({"sid": self.sid, "status": "queued", "to": call.caller}, 201)


class Telnyx(StandIn):
    """A TeXML call of one application, with its TeXML in the request itself."""

    sid = "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ"

    def __init__(self, *, application: str, key: str, number: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._application, self._key, self._number = application, key, number

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, f"/v2/texml/calls/{self._application}")
        self.dial_requests += 1
        if bearer_token(request) != self._key:
            return self._error("10009", "The required authentication headers were invalid.", 401)
        content = read_json(request, required=("From", "To", "Texml"))
        check_member(content, "From", self._number)
        number, caller_id = _dialled_by(read_text(content, "Texml"))
        return self._call(Dialled(_check_phone(read_text(content, "To")), number, caller_id))

    def _call(self, call: Dialled) -> Reply:
        if self.mood is not Mood.WILLING:
            return self._error("10002", "The phone number is invalid.", 422)
        self.calls.append(call)
        content = {"from": self._number, "to": call.caller, "status": "queued"}
        return reply_json({**content, "call_sid": self.sid})

    @staticmethod
    def _error(code: str, detail: str, status: int) -> Reply:
        return reply_json({"errors": [{"code": code, "title": "-", "detail": detail}]}, status)


class Plivo(StandIn):
    """The Call resource. Whom it dials, only the page at `answer_url` knows: `page` is that page."""

    uuid = "9834029e-58b6-11e1-b8b7-a5bd0e4e126f"

    def __init__(
        self, *, account: str, token: str, number: str, page: str, authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._account, self._token, self._number = account, token, number
        self._page = page

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, f"/v1/Account/{self._account}/Call/")
        self.dial_requests += 1
        check_basic(request, self._account, self._token, Reply("Could not verify", 401))
        names = ("from", "to", "answer_url", "answer_method")
        content = read_json(request, required=names)
        check_member(content, "from", self._number)
        check_member(content, "answer_method", "GET")
        phone = _check_phone(read_text(content, "to"))
        return self._call(phone, read_text(content, "answer_url"))

    def _call(self, phone: str, answer_url: str) -> Reply:
        number, caller_id = _dialled_by(self._fetch(answer_url))
        if self.mood is not Mood.WILLING:
            return reply_json({"api_id": "1", "error": "to parameter is not valid"}, 400)
        self.calls.append(Dialled(phone, number, caller_id))
        fired = {"message": "call fired", "request_uuid": self.uuid, "api_id": "2"}
        return reply_json(fired, 201)

    def _fetch(self, url: str) -> str:
        """What the page answers: it takes one number from its own address, and nothing else."""
        page, _, query = url.partition("?")
        expect(page == self._page, f"answer_url {url}, which is not the page")
        expect(urlsplit(url).fragment == "", "a fragment in answer_url")
        pairs = parse_qsl(query, keep_blank_values=True)
        expect([name for name, _ in pairs] == ["number"], f"the query {query!r} of the page")
        number = _check_number(pairs[0][1])
        return f'<Response><Dial callerId="{self._number}">{number}</Dial></Response>'


class VonageVoice(StandIn):
    """v1/calls with an NCCO; a token signed by the application's own RSA key, once for each call."""

    uuid = "106a581a-34d0-432a-a625-220221fd434f"

    def __init__(
        self, *, application: str, public_key: str, number: str, authority: trustme.CA
    ) -> None:
        super().__init__(authority=authority)
        self._application, self._public_key = application, public_key
        self._number = number
        self.tokens: list[dict[str, Any]] = []

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/v1/calls")
        self.dial_requests += 1
        self._check_token(bearer_token(request))
        content = read_json(request, required=("to", "from", "ncco"))
        (phone,) = self._list(content, "to")
        (action,) = self._list(content, "ncco")
        expect(set(action) == {"action", "from", "endpoint"}, f"an action {sorted(action)}")
        check_member(action, "action", "connect")
        check_member(action, "from", self._number)
        (endpoint,) = self._list(action, "endpoint")
        caller_id = self._phone(content["from"])
        expect(caller_id == self._number, f"from {caller_id}, which is not the account's")
        return self._call(Dialled(self._phone(phone), self._phone(endpoint), caller_id))

    def _check_token(self, token: str) -> None:
        """RS256 by the application's key, with the four claims, and no longer than a day."""
        denied = DeniedError(reply_json({"type": "-", "title": "Unauthorized"}, 401))
        try:
            claims: dict[str, Any] = jwt.decode(token, self._public_key, algorithms=["RS256"])
        except jwt.PyJWTError as error:
            raise denied from error
        expect(set(claims) == {"application_id", "iat", "exp", "jti"}, f"claims {sorted(claims)}")
        expect(type(claims["iat"]) is int and abs(claims["iat"] - time.time()) < 60, "iat")
        expect(type(claims["exp"]) is int and 0 < claims["exp"] - claims["iat"] <= 86_400, "exp")
        if claims["application_id"] != self._application:
            raise denied
        self.tokens.append(claims)

    @staticmethod
    def _list(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
        found = content.get(name)
        is_one = isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict)
        expect(is_one, f"{name} is no list of one object: {found!r}")
        return list(found or [])

    @staticmethod
    def _phone(endpoint: Any) -> str:
        expect(isinstance(endpoint, dict) and set(endpoint) == {"type", "number"}, f"{endpoint!r}")
        check_member(endpoint, "type", "phone")
        number = read_text(endpoint, "number")
        expect(_DIGITS.fullmatch(number) is not None, f"{number!r} is not 7 to 15 digits")
        return number

    def _call(self, call: Dialled) -> Reply:
        if self.mood is not Mood.WILLING:
            return reply_json({"type": "-", "title": "Bad Request", "detail": "-"}, 400)
        self.calls.append(call)
        content = {"uuid": self.uuid, "status": "started", "direction": "outbound"}
        return reply_json({**content, "conversation_uuid": "CON-f972836a"}, 201)
