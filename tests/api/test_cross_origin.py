"""What pages of other sites may do with the API: nothing, unless an administrator named their site."""

import json
from collections.abc import Iterator

import pytest

from tests.server import Installation, Reply, Server, until

NAMED, OTHER = "https://crm.example", "https://evil.example"
CALLS = "/api/v1/calls"


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    installation.dial_by("tel:#")
    installation.run_all(["setting", "set", "Allowed Origins", f"{NAMED}, http://127.0.0.1:8080"])
    with installation.serving() as server:
        yield server


def preflight(server: Server, origin: str, path: str = CALLS, **headers: str) -> Reply:
    asked = {"Access_Control_Request_Method": "POST", "Origin": origin} | headers
    return server.ask(path, method="OPTIONS", **asked)


def granted(reply: Reply) -> dict[str, str]:
    return {name: text for name, text in reply.headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("path", [CALLS, CALLS + "/0", "/api/v1/phones"])
@pytest.mark.parametrize("origin", [NAMED, "http://127.0.0.1:8080"])
def test_named_site_may_ask(server: Server, origin: str, path: str) -> None:
    reply = preflight(server, origin, path)
    assert reply.status == 204
    assert reply.headers["vary"] == "Origin"
    assert granted(reply) == {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize(
    "origin",
    [
        OTHER, "null", "", "https://crm.example:444", "http://crm.example", "https://a.crm.example",
        "https://crm.example.evil.example", "https://CRM.example", "https://crm.example/", f"{NAMED}, {OTHER}",
    ],
)  # fmt: skip
def test_other_site_may_not(server: Server, origin: str) -> None:
    reply = preflight(server, origin)
    assert (reply.status, reply.content["code"]) == (403, "unknown_origin")
    assert reply.headers["vary"] == "Origin"
    assert granted(reply) == {}


@pytest.mark.parametrize(
    "path", ["/api/v1/desktop/pair", "/api/v1/openapi.json", "/dial", "/healthz"]
)
def test_nothing_but_calls_and_phones_is_open(server: Server, path: str) -> None:
    assert granted(preflight(server, NAMED, path)) == {}
    assert granted(server.ask(path, Origin=NAMED)) == {}


def test_answers_are_readable_for_the_named_site_alone(server: Server) -> None:
    reply = server.place_call("020 7946 0101", Origin=NAMED)
    assert reply.status == 201
    assert granted(reply) == {
        "access-control-allow-origin": NAMED,
        "access-control-expose-headers": "Location, Retry-After",
    }
    for headers in ({"Origin": OTHER}, {}):
        reply = server.ask("/api/v1/phones", **headers)
        assert (reply.status, granted(reply), reply.headers["vary"]) == (200, {}, "Origin")


def test_faults_are_readable_too(server: Server) -> None:
    reply = server.place_call("nobody", Origin=NAMED)
    assert (reply.status, granted(reply)["access-control-allow-origin"]) == (422, NAMED)


def test_cookies_and_forms_of_a_page_place_nothing(server: Server) -> None:
    """What a page may send without asking first: no token, so nobody."""
    body = json.dumps({"number": "020 7946 0102"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        reply = server.ask(
            CALLS,
            body=body,
            Content_Type=kind,
            Origin=OTHER,
            Authorization="",
            Cookie="sessionid=x",
        )
        assert reply.status == 401
        assert granted(reply) == {}


def test_site_that_is_taken_off_the_list_may_ask_no_more(
    installation: Installation, server: Server
) -> None:
    installation.run_all(["setting", "set", "Allowed Origins", ""])
    assert until(lambda: preflight(server, NAMED), status=403).status == 403
    reply = server.ask("/api/v1/phones")
    assert "vary" not in reply.headers
