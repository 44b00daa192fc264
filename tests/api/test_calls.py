"""The API over real HTTP, on both databases."""

import json
from collections.abc import Iterator

import pytest

from tests.server import Installation, Server, until


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    """Dials by a link: what the API itself does can be told without a phone system."""
    installation.dial_by("tel:#")
    with installation.serving() as server:
        yield server


def test_call_is_made_and_can_be_read_again(server: Server) -> None:
    made = server.place_call("+44 (0)20 7946 0123")
    assert made.status == 201
    content = made.content
    assert content["outcome"] == "handed_over"
    assert content["link"] == "tel:+442079460123"
    assert content["number"] == "+44 (0)20 7946 0123"
    assert content["dialled"] == "+442079460123"
    assert content["extension"] == "1001"
    assert made.headers["location"] == f"/api/v1/calls/{content['id']}"
    read = server.ask(made.headers["location"])
    assert read.status == 200
    assert {**read.content, "placed_at": ""} == {**content, "placed_at": ""}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "number_missing"),
        ("Agatha", "number_missing"),
        ("\U0001f4de", "number_missing"),
        ("1" * 10_000, "number_too_long"),
        ("020\r\nX-Evil: 1", "number_unclear"),
        ("020&to=0900123456", "number_unclear"),
        ("1-800-555-CALL", "number_with_letters"),
    ],
)
def test_number_that_cannot_be_dialled(server: Server, number: str, code: str) -> None:
    reply = server.place_call(number)
    assert (reply.status, reply.content["code"]) == (422, code)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.content["detail"]
    (fault,) = reply.content["faults"]
    assert 0 <= fault["start"] <= fault["end"] <= max(len(number), 1)


def test_extension_behind_a_number_is_not_run_together_with_it(server: Server) -> None:
    assert server.place_call("020 7946 0000 ext 12").content["dialled"] == "02079460000"


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"{}", b'{"number": 20}', b'{"number": null}', b"\xff", b'"020"',
     b"[" * 10_000, b'{"number": "' + b"1" * 10_000 + b'"}'],
    ids=range(10),
)  # fmt: skip
def test_body_that_is_no_call(server: Server, body: bytes) -> None:
    reply = server.ask("/api/v1/calls", body=body)
    assert reply.status == 422
    assert reply.content["code"] in {"invalid_value", "number_too_long"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic Y2FybDp4", "Bearer é"])
def test_without_a_token_nothing_is_done(server: Server, header: str) -> None:
    reply = server.ask(
        "/api/v1/calls", body=b'{"number": "020"}', Authorization=header.encode().decode("latin-1")
    )
    assert (reply.status, reply.content["code"]) == (401, "unauthorised")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_nobody_rings_from_another_extension(server: Server) -> None:
    body = json.dumps({"number": "020", "extension": "9999", "user": "ada", "user_id": 1}).encode()
    assert server.ask("/api/v1/calls", body=body).content["extension"] == "1001"


def test_calls_are_placed_by_post_alone(server: Server) -> None:
    before = server.ask("/api/v1/calls").content
    assert server.ask("/api/v1/calls?number=020").content == before
    for method in ("PUT", "DELETE", "PATCH"):
        reply = server.ask("/api/v1/calls?number=020", method=method)
        assert (reply.status, reply.content["code"]) == (405, "method_not_allowed")


def test_nobody_reads_another_users_call(server: Server, installation: Installation) -> None:
    call = server.place_call("020 7946 0123").content
    printed = installation.run_all(
        ["user", "add", f"dora-{call['id'][:8]}", "--name", "Dora"],
        ["token", "create", f"dora-{call['id'][:8]}"],
    )
    hers = f"Bearer {printed.splitlines()[-1]}"
    path = f"/api/v1/calls/{call['id']}"
    reply = until(lambda: server.ask(path, Authorization=hers), status=404)
    assert (reply.status, reply.content["code"]) == (404, "not_found")


def test_path_that_is_none(server: Server) -> None:
    assert server.ask("/api/v1/nothing").content["code"] == "not_found"
    assert server.ask("/api/v1/calls/no-id").status == 422


def test_revoked_token_is_refused_within_a_second_or_so(
    server: Server, installation: Installation
) -> None:
    printed = installation.run_all(["token", "create", "carl"], ["token", "list"])
    token = next(line for line in printed.splitlines() if line.startswith("wd_"))
    newest = max(int(line.split("\t")[0]) for line in printed.splitlines() if "\t" in line)
    bearer = {"Authorization": f"Bearer {token}"}
    assert until(lambda: server.place_call("020", **bearer), status=201).status == 201
    installation.run_all(["token", "revoke", str(newest)])
    assert until(lambda: server.place_call("020", **bearer), status=401).status == 401


def test_schema_tells_all_that_is_answered(server: Server) -> None:
    schema = server.ask("/api/v1/openapi.json").content
    post = schema["paths"]["/api/v1/calls"]["post"]
    assert post["security"]
    assert set(post["responses"]) == {
        "200", "201", "400", "401", "403", "404", "409", "413", "422", "429", "503",
    }  # fmt: skip
    assert set(post["responses"]["401"]["content"]) == {"application/problem+json"}
    fields = set(schema["components"]["schemas"]["CallAnswer"]["properties"])
    assert set(server.place_call("020").content) <= fields
    page = server.ask("/api/v1/docs")
    assert page.status == 200
    assert "/api/v1/calls" in page.content
    assert "http" not in page.content.replace("http://127.0.0.1", "").split("<body", 1)[0]
