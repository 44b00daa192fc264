"""Each request is whole, and asks for a number of its own."""

import itertools
import json

from bench import calls


def read(request: bytes) -> tuple[list[str], bytes]:
    head, body = request.split(b"\r\n\r\n")
    return head.decode("ascii").split("\r\n"), body


def test_post_is_a_whole_request() -> None:
    lines, body = read(next(calls.posts("127.0.0.1:8000", "/api/v1/calls", token="wd_%41")))
    assert lines == [
        "POST /api/v1/calls HTTP/1.1",
        "Host: 127.0.0.1:8000",
        "Authorization: Bearer wd_%41",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    assert json.loads(body) == {"number": "020 7000 0000"}


def test_post_without_token_bears_none() -> None:
    lines, _ = read(next(calls.posts("relay", "/call")))
    assert not [line for line in lines if line.startswith("Authorization")]


def test_dial_names_extension_and_number() -> None:
    lines, body = read(next(calls.dials("phones")))
    assert lines == ["GET /dial?from=201&to=02070000000 HTTP/1.1", "Host: phones"]
    assert body == b""


def test_numbers_differ_and_keep_their_length() -> None:
    some = list(itertools.islice(calls.posts("relay", "/call"), 20_000))
    assert len(set(some)) == 20_000
    assert {len(request) for request in some} == {len(some[0])}
