"""Phone systems that speak SOAP or XML-RPC: Cisco CUCM, FRITZ!Box, innovaphone, STARFACE."""

import hashlib
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import trustme

from tests.phone_systems.standins.base import (
    SOAP,
    XSI,
    Dialled,
    DigestGuard,
    Mood,
    NotUnderstoodError,
    Received,
    Reply,
    StandIn,
    check_basic,
    check_method,
    check_path,
    child_text,
    expect,
    read_query,
    read_soap,
    read_xml,
    reply_xml,
    soap_answer,
    soap_fault,
)

_WEBDIALER = "urn:WD70"
_VOIP = "urn:dslforum-org:service:X_VoIP:1"
_INNOVAPHONE = "http://innovaphone.com/pbx"
_SOAP_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"


class CiscoWebdialer(StandIn):
    """makeCallSoap of the WebDialer service; who calls stands in the body."""

    def __init__(self, *, user: str, password: str, device: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._user, self._password, self._device = user, password, device

    def answer(self, request: Received) -> Reply:
        check_path(request, "/webdialer/services/WebdialerSoapService70")
        call = read_soap(request, action="")
        expect(call.tag == f"{{{_WEBDIALER}}}makeCallSoap", f"call {call.tag}")
        expect([child.tag for child in call] == ["in0", "in1", "in2"], "not in0, in1, in2")
        self.dial_requests += 1
        credential, _, profile = call
        self._check_type(credential, "Credential")
        self._check_type(profile, "UserProfile")
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Service Unavailable", 503)
        if self._who(credential) != (self._user, self._password):
            return self._result(1, "Authentication error")
        return self._call(profile, child_text(call, "in1"))

    def _call(self, profile: ET.Element, number: str) -> Reply:
        expect(child_text(profile, "user") == self._user, "another user's profile")
        line = child_text(profile, "lineNumber")
        if self.mood is Mood.FAILS_IN_BODY or child_text(profile, "deviceName") != self._device:
            return self._result(4, "No device <SEP> & line")
        self.calls.append(Dialled(line, number))
        return self._result(0, "Success")

    @staticmethod
    def _who(credential: ET.Element) -> tuple[str, str]:
        return child_text(credential, "userID"), child_text(credential, "password")

    @staticmethod
    def _check_type(element: ET.Element, name: str) -> None:
        found = element.get(f"{{{XSI}}}type", "")
        expect(found.partition(":")[2] == name, f"{element.tag} is of type {found!r}")

    @staticmethod
    def _result(code: int, description: str) -> Reply:
        parts = (
            f"<responseCode>{code}</responseCode>"
            f"<responseDescription>{escape(description)}</responseDescription>"
        )
        answer = f'<w:makeCallSoapResponse xmlns:w="{_WEBDIALER}"><makeCallSoapReturn>{parts}'
        return reply_xml(soap_answer(f"{answer}</makeCallSoapReturn></w:makeCallSoapResponse>"))


class FritzBox(StandIn):
    """TR-064's dial help behind HTTP Digest; the ringing phone is a setting of the box."""

    def __init__(self, *, user: str, password: str, authority: trustme.CA | None = None) -> None:
        super().__init__(authority=authority)
        self._guard = DigestGuard("HTTPS Access", user, password)

    def forget_sessions(self) -> None:
        self._guard.forget()

    def answer(self, request: Received) -> Reply:
        check_path(request, "/upnp/control/x_voip")
        call = read_soap(request, action=f"{_VOIP}#X_AVM-DE_DialNumber")
        expect(call.tag == f"{{{_VOIP}}}X_AVM-DE_DialNumber", f"call {call.tag}")
        encoding = ET.fromstring(request.body).get(f"{{{SOAP}}}encodingStyle")
        expect(encoding == _SOAP_ENCODING, f"encodingStyle {encoding!r}")
        self._guard.check(request)
        self.dial_requests += 1
        expect(len(call) == 1, "not exactly one argument")
        number = child_text(call, "NewX_AVM-DE_PhoneNumber")
        if self.mood is not Mood.WILLING:
            return reply_xml(self._fault(), 500)
        self.calls.append(Dialled("", number))
        return reply_xml(soap_answer(f'<u:X_AVM-DE_DialNumberResponse xmlns:u="{_VOIP}"/>'))

    @staticmethod
    def _fault() -> str:
        error = (
            '<UPnPError xmlns="urn:dslforum-org:control-1-0"><errorCode>402</errorCode>'
            "<errorDescription>Invalid Args</errorDescription></UPnPError>"
        )
        return soap_fault("UPnPError", error)


class Innovaphone(StandIn):
    """The SOAP API of pbx10_00.wsdl: a session, a user of it, and a call of that user."""

    def __init__(self, *, user: str, password: str, session_user: str, names: set[str]) -> None:
        super().__init__()
        self._user, self._password = user, password
        self._session_user, self._names = session_user, names
        self._session, self._handles = 0, dict[str, str]()

    def answer(self, request: Received) -> Reply:
        check_path(request, "/PBX0/user.soap")
        check_basic(request, self._user, self._password, Reply("Unauthorized", 401))
        action = request.headers.get("SOAPAction", "").strip('"').partition("#")[2]
        call = read_soap(request, action=f"{_INNOVAPHONE}#{action}")
        expect(call.tag == f"{{{_INNOVAPHONE}}}{action}", f"call {call.tag}, not {action}")
        match action:
            case "Initialize":
                return self._initialize(call)
            case "UserInitialize":
                return self._user_initialize(call)
            case "UserCall":
                return self._user_call(call)
        raise NotUnderstoodError(f"action {action}")

    def _initialize(self, call: ET.Element) -> Reply:
        versions = ["v", "v501", "v700", "v800", "vx1000"]
        self._check_names(call, ["user", "appl", *versions])
        expect(all(child_text(call, name) == "true" for name in versions), "a version not true")
        expect(child_text(call, "appl") != "", "no name of the application")
        if child_text(call, "user") != self._session_user:
            return self._result("Initialize", "<return>0</return><key>0</key>")
        self.log_ins += 1
        self._session += 1
        return self._result("Initialize", f"<return>{self._session}</return><key>99</key>")

    def _user_initialize(self, call: ET.Element) -> Reply:
        self._check_names(call, ["session", "user", "xfer", "disc", "hw"])
        expect(child_text(call, "session") == str(self._session), "not the session")
        name = child_text(call, "user")
        if name not in self._names:
            return self._result("UserInitialize", "<return>0</return>")
        handle = str(1000 + len(self._handles))
        self._handles[handle] = name
        return self._result("UserInitialize", f"<return>{handle}</return>")

    def _user_call(self, call: ET.Element) -> Reply:
        self.dial_requests += 1
        required = ["user", "e164", "reg", "rc"]
        names = [child.tag for child in call]
        expect(set(required) <= set(names), f"arguments {names}")
        expect(set(names) <= {*required, "cn", "h323", "info", "srce164"}, f"arguments {names}")
        caller = self._handles.get(child_text(call, "user"))
        expect(caller is not None, "not a handle of UserInitialize")
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_xml(soap_fault("no such user"), 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return self._result("UserCall", "<return>0</return>")
        self.calls.append(Dialled(str(caller), child_text(call, "e164")))
        return self._result("UserCall", "<return>42</return>")

    @staticmethod
    def _check_names(call: ET.Element, names: list[str]) -> None:
        expect([child.tag for child in call] == names, f"arguments {[c.tag for c in call]}")

    @staticmethod
    def _result(action: str, inner: str) -> Reply:
        name = f"{action}Response"
        return reply_xml(soap_answer(f'<i:{name} xmlns:i="{_INNOVAPHONE}">{inner}</i:{name}>'))


class Starface(StandIn):
    """UCI over XML-RPC: who asks stands in the query, and a session is opened before a call."""

    def __init__(self, *, login_id: str, password: str, authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._login_id = login_id
        inner = hashlib.sha512(password.encode()).hexdigest()
        proof = hashlib.sha512(f"{login_id}*{inner}".encode()).hexdigest()
        self._auth = f"{login_id}:{proof}"
        self._is_open = False

    def forget_sessions(self) -> None:
        self._is_open = False

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        check_path(request, "/xml-rpc")
        query = read_query(request, required=("de.vertico.starface.auth",))
        call = read_xml(request)
        expect(call.tag == "methodCall", f"root {call.tag}")
        if query["de.vertico.starface.auth"] != self._auth:
            return self._fault("login failed")
        match child_text(call, "methodName"):
            case "ucp.v22.requests.connection.login":
                self.log_ins += 1
                self._is_open = True
                return self._result("<boolean>1</boolean>")
            case "ucp.v22.requests.call.placeCallWithPhone":
                return self._place(call)
        raise NotUnderstoodError(f"method {child_text(call, 'methodName')}")

    def _place(self, call: ET.Element) -> Reply:
        self.dial_requests += 1
        strings = call.findall("params/param/value/string")
        expect(len(strings) == len(call.findall("params/param")) == 3, "not three strings")
        number, phone, call_id = (string.text or "" for string in strings)
        expect(call_id == "", f"call id {call_id}")
        if not self._is_open:
            return self._fault("not logged in")
        if self.mood is Mood.FAILS_BY_STATUS:
            return Reply("Service Unavailable", 503)
        if self.mood is Mood.FAILS_IN_BODY:
            return self._fault("no phone <available>")
        self.calls.append(Dialled(self._login_id, number, phone))
        return self._result("<string>a1b2c3</string>")

    @staticmethod
    def _result(value: str) -> Reply:
        inner = f"<params><param><value>{value}</value></param></params>"
        return reply_xml(f"<?xml version='1.0'?><methodResponse>{inner}</methodResponse>")

    @staticmethod
    def _fault(text: str) -> Reply:
        code = "<member><name>faultCode</name><value><int>0</int></value></member>"
        words = f"<value><string>{escape(text)}</string></value>"
        inner = f"<struct>{code}<member><name>faultString</name>{words}</member></struct>"
        fault = f"<fault><value>{inner}</value></fault>"
        return reply_xml(f"<?xml version='1.0'?><methodResponse>{fault}</methodResponse>")
