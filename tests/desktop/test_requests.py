"""Requests that the helper sends: to this machine's own network alone, once, and judged by nobody here."""

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme

from webdial.api.desktop import ReportRequest
from webdial.desktop.actions import Done
from webdial.desktop.requests import MAX_ANSWER_BYTES, Request, Sent, is_near, send


class Phone(BaseHTTPRequestHandler):
    """A desk phone. What it was asked stands in `asked` of its server."""

    server: "PhoneServer"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            return  # hangs up
        status, headers, content = answer
        if self.path.startswith("/digest") and "Authorization" not in self.headers:
            status, content = 401, b"log in"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        if self.path.startswith("/slow"):
            self.server.ends.wait(30)

    do_POST = do_GET  # noqa: N815 - the library's way of naming them

    def log_message(self, *_: object) -> None:
        pass


class PhoneServer(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Phone)
        self.ends = threading.Event()
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def handle_error(self, *_: object) -> None:
        pass


@contextmanager
def served(context: ssl.SSLContext | None = None) -> Iterator[PhoneServer]:
    with PhoneServer() as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.ends.set()
        server.shutdown()
        thread.join(10)


@pytest.fixture
def phone() -> Iterator[PhoneServer]:
    with served() as server:
        yield server


def ask(phone: PhoneServer, path: str, scheme: str = "http", **more: Any) -> Sent:
    url = f"{scheme}://127.0.0.1:{phone.server_address[1]}{path}"
    return send(Request.of({"method": "GET", "url": url, "total_s": 5.0, **more}))


def body_of(sent: Sent) -> bytes:
    return base64.b64decode(sent.answer["body"])


def test_request_leaves_as_it_was_made(phone: PhoneServer) -> None:
    phone.answers["/dial"] = (
        200,
        {"X-Call": "77", "Content-Type": "text/plain; charset=latin-1"},
        b"\xe4",
    )
    sent = ask(
        phone, "/dial?to=%2B44&a=b%20c", method="POST", body="to=1&x=ä",
        headers=[["Content-Type", "application/x-www-form-urlencoded"], ["X-Key", "k"]],
    )  # fmt: skip
    assert (sent.outcome, sent.answer["status"], sent.answer["charset"]) == (
        "answered",
        200,
        "latin-1",
    )
    assert body_of(sent) == b"\xe4"
    assert ["x-call", "77"] in sent.answer["headers"]
    [(method, path, headers, body)] = phone.asked
    assert (method, path, body) == ("POST", "/dial?to=%2B44&a=b%20c", "to=1&x=ä")
    assert (headers["X-Key"], headers["Content-Type"]) == ("k", "application/x-www-form-urlencoded")
    assert headers["User-Agent"].startswith("Webdial-Desktop/")


def test_what_is_told_of_any_answer_is_taken_by_the_server(phone: PhoneServer) -> None:
    """Else a phone that answers oddly would leave the call without an outcome."""
    odd = {f"X-{count}": "\xe4" * 60_000 for count in range(3)}
    kind = {"X-Call": "77", "Content-Type": f"text/plain; charset={'x' * 300}"}
    phone.answers["/odd"] = 200, {**kind, **odd}, b"\xff" * 70_000
    sent = ask(phone, "/odd")
    told = Done(sent.outcome, sent.detail, sent.answer).report()
    assert len(json.dumps(told)) < 256 * 1024
    assert ReportRequest.model_validate(told).status == 200
    assert ["x-call", "77"] in sent.answer["headers"]
    assert sent.answer["charset"] is None
    assert len(body_of(sent)) == 65_536


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_answers_the_challenge(phone: PhoneServer, algorithm: str) -> None:
    challenge = (
        f'Digest realm="phone, desk", nonce="n1", qop="auth", algorithm={algorithm}, opaque="o"'
    )
    phone.answers["/digest"] = 200, {"WWW-Authenticate": challenge}, b"OK"
    sent = ask(phone, "/digest?to=1", digest=["desk", "s3cr3t"])
    assert body_of(sent) == b"OK"
    _, _, headers, _ = phone.asked[1]
    told = dict(
        part.strip().split("=", 1)
        for part in headers["Authorization"][7:].replace("phone, desk", "R").split(",")
    )
    made = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def digest(text: str) -> str:
        return made(text.encode()).hexdigest()

    first, second = digest("desk:phone, desk:s3cr3t"), digest("GET:/digest?to=1")
    cnonce = told["cnonce"].strip('"')
    expected = digest(f"{first}:n1:00000001:{cnonce}:auth:{second}")
    assert told["response"].strip('"') == expected
    assert len(phone.asked) == 2


def test_redirect_within_the_phone_is_followed(phone: PhoneServer) -> None:
    phone.answers["/a"] = 302, {"Location": "/b?to=1"}, b""
    phone.answers["/b"] = 200, {}, b"here"
    sent = ask(phone, "/a", method="POST", body="x")
    assert body_of(sent) == b"here"
    assert [(each[0], each[1]) for each in phone.asked] == [("POST", "/a"), ("GET", "/b?to=1")]


def test_redirect_elsewhere_is_not_followed(phone: PhoneServer) -> None:
    phone.answers["/a"] = 302, {"Location": "http://127.0.0.2/b"}, b""
    assert ask(phone, "/a") == Sent("redirected_away", "It pointed to 127.0.0.2")


def test_circle_ends(phone: PhoneServer) -> None:
    phone.answers["/a"] = 302, {"Location": "/a"}, b""
    assert ask(phone, "/a").outcome == "not_understood"
    assert len(phone.asked) == 6


def test_hanging_up_is_told_and_nothing_is_repeated(phone: PhoneServer) -> None:
    assert ask(phone, "/nothing").outcome == "cut_off"
    assert len(phone.asked) == 1


def test_answer_is_cut(phone: PhoneServer) -> None:
    phone.answers["/long"] = 200, {}, b"x" * (MAX_ANSWER_BYTES + 10)
    assert len(body_of(ask(phone, "/long"))) == MAX_ANSWER_BYTES


def test_answer_that_does_not_come_is_given_up(phone: PhoneServer) -> None:
    phone.answers["/slow"] = 200, {"Content-Length": "99"}, b"not all of it"
    assert ask(phone, "/slow", total_s=0.3).outcome == "timed_out"


def test_answer_that_ends_early_is_cut_off(phone: PhoneServer) -> None:
    phone.answers["/short"] = 200, {"Content-Length": "99"}, b"not all of it"
    assert ask(phone, "/short").outcome == "cut_off"


def test_nobody_listens() -> None:
    url = "http://127.0.0.1:9/"
    assert send(Request.of({"method": "GET", "url": url})).outcome == "connection_refused"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.7.41",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
    ],
)
def test_own_machine_and_private_networks_are_near(address: str) -> None:
    assert is_near(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "8.8.8.8", "0.0.0.0", "172.32.0.1", "192.169.0.1", "255.255.255.255", "224.0.0.1",
        "fe80::1", "2001:db8::1", "::", "::ffff:8.8.8.8", "100.64.0.1", "pbx.example", "",
    ],
)  # fmt: skip
def test_anything_else_is_not(address: str) -> None:
    assert not is_near(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/",
        "http://8.8.8.8/",
        "https://[2001:db8::1]/",
        "http://0x08080808/",
    ],
)
def test_nothing_is_sent_elsewhere(url: str) -> None:
    assert send(Request.of({"method": "GET", "url": url})).outcome == "address_not_allowed"


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "http://127.0.0.1:99999/", "nothing", "http:///x"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    assert send(Request.of({"method": "GET", "url": url})).outcome == "not_understood"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_phone(authority: trustme.CA) -> Iterator[PhoneServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with served(context) as server:
        server.answers["/"] = 200, {}, b"OK"
        yield server


def fingerprint(phone: PhoneServer) -> str:
    host, port = phone.server_address[:2]
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((str(host), port)))
    return hashlib.sha256(shown).hexdigest()


def test_certificate_is_verified(secure_phone: PhoneServer) -> None:
    assert ask(secure_phone, "/", "https").outcome == "certificate_bad"
    assert secure_phone.asked == []


def test_own_authority_is_trusted(secure_phone: PhoneServer, authority: trustme.CA) -> None:
    pem = authority.cert_pem.bytes().decode()
    assert body_of(ask(secure_phone, "/", "https", certificate=["own_ca", pem])) == b"OK"


def test_pinned_certificate_is_the_only_one(secure_phone: PhoneServer) -> None:
    pinned = fingerprint(secure_phone)
    assert body_of(ask(secure_phone, "/", "https", certificate=["pinned", pinned])) == b"OK"
    secure_phone.asked.clear()
    other = ask(secure_phone, "/", "https", certificate=["pinned", "0" * 64])
    assert (other.outcome, pinned in other.detail) == ("certificate_bad", True)
    assert secure_phone.asked == []


def test_plain_phone_behind_https_is_told(phone: PhoneServer) -> None:
    assert ask(phone, "/", "https").outcome == "tls_failed"
