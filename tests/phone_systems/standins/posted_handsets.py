"""Desk phones that take a document: Cisco's and Mitel's XML, Poly's JSON."""

import xml.etree.ElementTree as ET

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    NotUnderstoodError,
    Received,
    Reply,
    StandIn,
    check_basic,
    check_header,
    check_member,
    check_method,
    check_path,
    expect,
    read_form,
    read_json,
    read_text,
    reply_json,
    reply_xml,
)


def read_execute(text: str, root: str, attributes: dict[str, str | None]) -> str:
    """The number of the one ExecuteItem, which has just `attributes` (None: its `Dial:` address)."""
    try:
        document = ET.fromstring(text)
    except ET.ParseError as error:
        raise NotUnderstoodError(f"no XML: {error}") from error
    expect(document.tag == root, f"{document.tag}, not {root}")
    expect([child.tag for child in document] == ["ExecuteItem"], "not one ExecuteItem")
    found = document[0].attrib
    expect(set(found) == set(attributes), f"attributes {sorted(found)}")
    address = ""
    for name, value in attributes.items():
        expect(value is None or found[name] == value, f"{name} is {found[name]}")
        address = found[name] if value is None else address
    expect(address.startswith("Dial:"), f"the address {address}")
    return address.removeprefix("Dial:")


class Cisco(StandIn):
    """CGI/Execute with XML in a form. All that goes wrong is told in a document."""

    def __init__(self, *, user: str, password: str) -> None:
        super().__init__()
        self._user, self._password = user, password
        self.refusal = '<CiscoIPPhoneError Number="3"/>'

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/CGI/Execute")
        expect(request.query_text == "", "a query")
        denied = reply_xml('<CiscoIPPhoneError Number="4"/>')
        check_basic(request, self._user, self._password, denied)
        text = read_form(request, required=("XML",))["XML"]
        number = read_execute(text, "CiscoIPPhoneExecute", {"URL": None, "Priority": "0"})
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Internal Server Error", 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_xml(self.refusal)
        self.calls.append(Dialled("", number))
        item = f'<ResponseItem Status="0" Data="Success" URL="Dial:{number}"/>'
        return reply_xml(f"<CiscoIPPhoneResponse>{item}</CiscoIPPhoneResponse>")


class Mitel(StandIn):
    """XML behind `xml=`, sent as it is, from an address that stands in the push server list."""

    def __init__(self, *, push_server: str) -> None:
        super().__init__()
        self._push_server = push_server

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        expect(request.target == "/", f"target {request.target}")
        check_header(request, "Content-Type", "text/xml")
        if request.headers.get("Referer") != self._push_server:
            return Reply("", 403)
        name, equals, text = request.body.decode("ascii").partition("=")
        expect((name, equals) == ("xml", "="), f"the body begins with {name}")
        root = "AastraIPPhoneExecute"
        number = read_execute(text, root, {"URI": None, "interruptCall": "no"})
        self.dial_requests += 1
        if self.mood is not Mood.WILLING:
            return Reply("Internal Server Error", 500)
        self.calls.append(Dialled("", number))
        return Reply("")


class Poly(StandIn):
    """callctrl/dial; every answer of the API has a Status, 2000 when the phone dials."""

    def __init__(self, *, password: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._password = password

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/api/v1/callctrl/dial")
        check_basic(request, "Polycom", self._password, Reply("Unauthorized", 401))
        data = read_json(request, required=("data",))["data"]
        expect(isinstance(data, dict), "data is no object")
        expect(set(data) == {"Dest", "Line", "Type"}, f"members {sorted(data)}")
        check_member(data, "Type", "TEL")
        line = read_text(data, "Line")
        expect(line.isdigit(), f"Line is {line}")
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Internal Server Error", 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"Status": "4007"})
        self.calls.append(Dialled("", read_text(data, "Dest"), line))
        return reply_json({"Status": "2000"})
