"""Programs are told in English, whatever language they ask for."""

import json
from collections.abc import Iterator

import pytest

from tests.server import Installation, Reply, Server

LANGUAGES = {"Accept-Language": "de", "Cookie": "webdial_language=de"}


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    installation.dial_by("tel:#")
    with installation.serving() as server:
        yield server


def place(server: Server, number: str, **headers: str) -> Reply:
    return server.ask("/api/v1/calls", body=json.dumps({"number": number}).encode(), **headers)


def test_outcome_is_told_in_english(server: Server) -> None:
    reply = place(server, "020 7946 0123", **LANGUAGES)
    assert reply.status == 201
    assert reply.content["sentence"].startswith("Handed to the phone program")
    assert "Content-Language" not in reply.headers


def test_problem_is_told_in_english(server: Server) -> None:
    asked, plain = place(server, "no digits", **LANGUAGES), place(server, "no digits")
    assert asked.status == 422
    assert asked.content["detail"] == plain.content["detail"]
    assert asked.content["detail"] == "There is no number in this that could be dialled."
