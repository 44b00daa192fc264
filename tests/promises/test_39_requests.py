"""What comes in is bounded, and read in one way only: bodies, hosts, paths, and where one request ends."""

import socket
import time
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

MEBI = 1024 * 1024

test_proven_elsewhere = proven_by(
    "tests/site/transfer/test_files.py::test_zip_bomb_is_refused",
    "tests/site/transfer/test_files.py::test_workbook_that_would_take_all_memory_is_refused",
)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sign-in", 2 * MEBI),
        ("/calls", 2 * MEBI),
        ("/no-such-page", 2 * MEBI),
        ("/maintenance/import-export", 12 * MEBI),
        ("/api/v1/desktop/pair", 256 * 1024),
        ("/api/v1/calls", 64 * 1024),
    ],
)
def test_body_is_refused_before_it_is_kept(attacked: AttackedSite, path: str, most: int) -> None:
    """By what it says of its length, and by what it is."""
    told = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    token = f"Authorization: Bearer {attacked.people['carl'].token}\r\n"
    if not path.startswith("/api/"):  # which reads on until it is too much
        told_length = f"{told}{token}Content-Length: {most + 1}\r\n\r\n"
        assert attacked.send_bytes(told_length.encode()).startswith("HTTP/1.1 413 ")
    url = urlsplit(attacked.server.address)
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        connection.sendall(f"{told}{token}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(most // 65_536 + 1):
            connection.sendall(chunk)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


CHUNKED = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "target": (b"GET /", b"a"),
    "query": (b"GET /sign-in?", b"a"),
    "header": (b"GET /sign-in HTTP/1.1\r\nX: ", b"a"),
    "name of a header": (b"GET /sign-in HTTP/1.1\r\n", b"a"),
    "headers": (b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n", b"X: a\r\n"),
    "empty lines": (b"", b"\r\n"),
    "size of a chunk": (CHUNKED, b"0"),
    "words behind it": (CHUNKED + b"1;", b"a"),
    "chunks of nothing much": (
        CHUNKED,
        b"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n",
    ),
    "fields behind the body": (CHUNKED + b"0\r\n", b"X: a\r\n"),
    "field behind the body": (CHUNKED + b"0\r\nX: ", b"a"),
}


@pytest.mark.parametrize("part", ENDLESS)
def test_what_stands_around_a_body_is_bounded(attacked: AttackedSite, part: str) -> None:
    """Somebody who is not signed in sends it without end; the server hangs up before it has kept a MiB."""
    beginning, more = ENDLESS[part]
    block = more * (65_536 // len(more))
    url, sent = urlsplit(attacked.server.address), 0
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        try:
            connection.sendall(beginning)
            while sent < 64 * MEBI:
                connection.sendall(block)
                sent += len(block)
        except ConnectionError:
            pass
    assert sent < 16 * MEBI  # most of it in the buffers of the two kernels


def test_head_that_is_too_large_is_told_so(attacked: AttackedSite) -> None:
    head = f"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX: {'a' * 400_000}".encode()
    assert attacked.send_bytes(head).startswith("HTTP/1.1 431 ")


def test_fields_behind_a_body_are_none_of_the_request(attacked: AttackedSite) -> None:
    """A proxy that looks at headers has not seen them."""
    session = attacked.people["carl"].session
    asked = "GET /account HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    behind = f"Cookie: sessionid={session}\r\n"
    assert attacked.send_bytes(f"{asked}\r\n0\r\n{behind}\r\n".encode()).startswith("HTTP/1.1 302 ")
    assert attacked.send_bytes(f"{asked}{behind}\r\n0\r\n\r\n".encode()).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/sign-in", "http://localhost@evil.example/sign-in", "https://evil.example:80/sign-in",
     "http://localhost.evil.example/sign-in", "*"],
)  # fmt: skip
def test_target_names_no_other_host_than_host_does(attacked: AttackedSite, target: str) -> None:
    """RFC 9112 section 3.2.2 has the target's host hold; a proxy may go by either."""
    asked = "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert attacked.send_bytes(asked.format(target).encode()).startswith("HTTP/1.1 400 ")
    same = attacked.send_bytes(asked.format("http://localhost/sign-in").encode())
    assert same.startswith("HTTP/1.1 200 ")


ONE = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SMUGGLED = [
    # RFC 9112 section 6.3: both lengths, two lengths, a length that is none
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 49\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0,49\r\n\r\n",
    # section 6.1: an encoding that only looks like chunked
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    # sections 5.1 and 5.2: blanks before the colon, folded lines
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length : 0\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nX: a\r\n Content-Length: 49\r\n\r\n",
    # section 7.1: a size that is none
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-0\r\n\r\n",
    # section 2.2: a bare CR, a NUL
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nX: a\rContent-Length: 0\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
]


@pytest.mark.parametrize("first", SMUGGLED)
def test_second_request_is_not_smuggled_behind_a_first(attacked: AttackedSite, first: str) -> None:
    """Where one request ends may be read in two ways, so nothing behind it is answered."""
    said = attacked.send_bytes((first + ONE).encode("latin-1"))
    assert "\r\n\r\nok\n" not in said


def test_two_requests_in_a_row_are_answered(attacked: AttackedSite) -> None:
    """So that the test above could fail."""
    assert attacked.send_bytes((ONE + ONE).encode()).count("\r\n\r\nok\n") == 2


@pytest.mark.parametrize("path", ["/dial", "/sign-in", "/api/v1/phones", "/static/x/app.css"])
@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"], ["localhost", "evil.example"], ["localhost@evil.example"], [""], [],
        ["localhost, evil.example"], ["evil.example:80"], ["localhost.evil.example"],
        ["localhost\t.evil.example"], ["[::1].evil.example"],
    ],
    ids=str,
)  # fmt: skip
def test_other_names_are_not_ours(attacked: AttackedSite, path: str, hosts: list[str]) -> None:
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    said = attacked.send_bytes(f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    assert said.startswith("HTTP/1.1 400 ")
    assert "evil.example" not in said


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../../../etc/passwd", "/static/x/..%2f..%2f..%2fetc/passwd", "/static/x//etc/passwd",
        "/static/x/%2e%2e/%2e%2e/settings.py", "/static/x/..%5c..%5csettings.py", "/static/x/app.css%00.py",
        "/static/x/.%2e/pages/urls.py", "/account/computers/files/..%2f..%2fsettings.py",
    ],
)  # fmt: skip
def test_files_are_those_for_pages(attacked: AttackedSite, path: str) -> None:
    answer = attacked.browser("carl").get(path)
    assert answer.status in {400, 404}
    assert "root:" not in answer.body
    assert "import" not in answer.body


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=zlib",
     "multipart/form-data", f"multipart/form-data; boundary={'a' * 5_000}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/calls", "/sign-in"])
def test_form_that_cannot_be_read_fails_nowhere(
    attacked: AttackedSite, path: str, kind: str
) -> None:
    """Not even for somebody who fills the log by it."""
    said, nobody = len(attacked.server.rest), attacked.nobody()
    nobody.cookies["csrftoken"] = "a" * 32  # or the form is not looked at
    answer = nobody.ask("POST", path, body=b"number=1", headers={"Content-Type": kind})
    assert answer.status == 400
    assert "Traceback" not in "\n".join(attacked.server.rest[said:])


_UPGRADE: Final = (
    b"GET /api/v1/phones HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.mark.parametrize(
    "content", [_UPGRADE, b"\x16\x03\x01 no HTTP\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_cannot_be_read_is_no_line_of_the_log(attacked: AttackedSite, content: bytes) -> None:
    said = len(attacked.server.rest)
    attacked.send_bytes(content)
    attacked.nobody().get("/sign-in", Host="told.example")  # which is one
    ends_s = time.monotonic() + 20
    while not any("told.example" in line for line in attacked.server.rest[said:]):
        assert time.monotonic() < ends_s, "nothing is told"
    assert len(attacked.server.rest[said:]) == 1


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "PROPFIND", "DEBUG", "PUT", "DELETE", "PATCH"]
)
def test_other_methods_do_nothing(attacked: AttackedSite, method: str) -> None:
    before = attacked.rows()
    for path in ("/dial", "/calls", "/account/password", "/sign-out", "/healthz", "/api/v1/phones"):
        said = attacked.send_bytes(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={attacked.people['carl'].session}\r\n"
            "Connection: close\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert said.split(" ")[1] in {"400", "401", "403", "404", "405"}, (path, said[:200])
    assert attacked.rows() == before


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "https:evil.example", "\thttps://evil.example",
     "javascript:alert(1)", "///evil.example", "http://localhost.evil.example/", "//[", "http://[::1"],
)  # fmt: skip
def test_nobody_is_led_elsewhere(attacked: AttackedSite, target: str) -> None:
    from urllib.parse import quote  # noqa: PLC0415

    carl, password = attacked.browser("carl"), attacked.filled.passwords["carl"]
    answers = [
        carl.submit("/account/confirm", password=password, next=target),
        carl.submit("/dial/favourites", kind="person", owner="1", starred="1", back=target),
        carl.submit("/account/language", language="en-gb", next=target),
        carl.get(f"/sign-in?next={quote(target)}"),
        attacked.nobody().get("/dial", HX_Request="true", HX_Current_URL=target.strip()),
        attacked.nobody().submit("/sign-in", username="dora", next=target,
                                 password=attacked.filled.passwords["dora"]),
    ]  # fmt: skip
    assert [each.status for each in answers if each.status >= 500] == []
    led = [each.headers[name] or "" for each in answers for name in ("Location", "HX-Redirect")]
    assert [each for each in led if not _is_own(each)] == []


def _is_own(location: str) -> bool:
    return not location or (location.startswith("/") and location[1:2] not in {"/", "\\"})
