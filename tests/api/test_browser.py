"""A browser's extension: paired by a code, its token's rights, its user's own calls, unpaired: on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.desktop.machine import make_code
from tests.server import Installation, Reply, Server, until

NUMBER_COUNTRY = ["setting", "set", "Number Country", "GB"]


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    installation.dial_by("tel:#")
    installation.run_all(
        NUMBER_COUNTRY,
        ["user", "add", "ada", "--staff-id", "AL", "--name", "Ada Lund", "--branch", "LON",
         "--extension", "1002", "--administrator"],
    )  # fmt: skip
    with installation.serving() as server:
        yield server


def pair(server: Server, code: str, browser: str = "Chromium on Linux") -> Reply:
    body = f'{{"code": "{code}", "browser": "{browser}"}}'.encode()
    return server.ask("/api/v1/browser/pair", body=body)


def paired(server: Server, installation: Installation, login: str = "carl") -> dict[str, Any]:
    reply = pair(server, make_code(installation, login))
    assert reply.status == 201, reply.content
    return {"Authorization": f"Bearer {reply.content['token']}"}


def test_code_pairs_one_browser_once(server: Server, installation: Installation) -> None:
    code = make_code(installation)
    first, second = pair(server, code), pair(server, code)
    assert (first.status, first.content["user"]) == (201, "Carl Osei")
    assert (second.status, second.content["code"]) == (422, "pairing_code_unknown")
    bearer: dict[str, Any] = {"Authorization": f"Bearer {first.content['token']}"}
    told = server.ask("/api/v1/browser", **bearer).content
    assert told == {"user": "Carl Osei", "extension": "1001", "country": "GB"}


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_browser_without_a_name_leaves_the_code(
    server: Server, installation: Installation, name: str
) -> None:
    code = make_code(installation)
    assert pair(server, code, name).status == 422
    assert pair(server, code).status == 201


def test_it_places_calls_and_reads_the_users_latest(
    server: Server, installation: Installation
) -> None:
    bearer = paired(server, installation)
    numbers = ["020 7946 0001", "020 7946 0002", "020 7946 0003"]
    placed = [server.place_call(number, **bearer) for number in numbers]
    assert [reply.status for reply in placed] == [201, 201, 201]
    latest = server.ask("/api/v1/calls?limit=2", **bearer)
    assert [call["number"] for call in latest.content["calls"]] == [numbers[2], numbers[1]]
    assert latest.content["calls"][0]["id"] == placed[2].content["id"]
    assert server.ask("/api/v1/calls?limit=0", **bearer).status == 422


def test_it_reads_no_call_of_others_though_its_user_may(
    server: Server, installation: Installation
) -> None:
    others = server.place_call("020 7946 0004").headers["location"]
    whole = installation.run("token", "create", "ada", "--name", "All").stdout.strip()
    read = until(lambda: server.ask(others, Authorization=f"Bearer {whole}"), status=200)
    assert read.status == 200
    bearer = paired(server, installation, "ada")
    assert server.ask(others, **bearer).status == 404
    assert server.ask("/api/v1/calls", **bearer).content["calls"] == []


def test_it_unpairs_itself(server: Server, installation: Installation) -> None:
    bearer = paired(server, installation)
    assert server.ask("/api/v1/browser", method="DELETE", **bearer).status == 204
    assert until(lambda: server.ask("/api/v1/browser", **bearer), status=401).status == 401


def test_another_token_is_not_the_extensions(server: Server) -> None:
    refused = server.ask("/api/v1/browser", method="DELETE")
    assert (refused.status, refused.content["code"]) == (403, "not_allowed")
    assert server.place_call("020 7946 0005").status == 201


def test_latest_calls_want_the_right_to_read(server: Server, installation: Installation) -> None:
    places = installation.run("token", "create", "carl", "--name", "P", "--scope", "place-calls")
    bearer: dict[str, Any] = {"Authorization": f"Bearer {places.stdout.strip()}"}
    refused = until(lambda: server.ask("/api/v1/calls", **bearer), status=403)
    assert (refused.status, refused.content["code"]) == (403, "not_allowed")
