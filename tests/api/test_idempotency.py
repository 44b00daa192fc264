"""A request of the API that comes twice: by its Idempotency-Key, and as a second click."""

from collections.abc import Iterator

import pytest

from tests.server import Installation, Reply, Server
from webdial.api.idempotency import MalformedKeyError, read_key


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    """Dials by a link; a second click is told from a first for a minute."""
    installation.dial_by("tel:#")
    installation.run_all(
        ["setting", "set", "Same Call Within", "60"],
        ["setting", "set", "Calls per Minute for a User", ""],
    )
    with installation.serving() as server:
        yield server


def ask(server: Server, number: str, key: str) -> Reply:
    return server.place_call(number, Idempotency_Key=key)


def test_same_key_gives_the_same_answer(server: Server) -> None:
    first = ask(server, "020 7946 0100", '"key-0100"')
    again = ask(server, "020 7946 0100", '"key-0100"')
    assert (first.status, again.status) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]


def test_same_key_with_another_number_is_refused(server: Server) -> None:
    ask(server, "020 7946 0101", '"key-0101"')
    refused = ask(server, "020 7946 0102", '"key-0101"')
    assert (refused.status, refused.content["code"]) == (422, "idempotency_key_reused")
    assert ask(server, "020 7946 0102", '"key-0102"').status == 201


def test_key_of_a_call_that_was_stopped_may_be_used_again(server: Server) -> None:
    assert ask(server, "not a number", '"key-0103"').status == 422
    assert ask(server, "020 7946 0103", '"key-0103"').status == 201


def test_key_holds_after_the_server_was_started_anew(installation: Installation) -> None:
    with installation.serving() as server:
        first = ask(server, "020 7946 0104", '"key-0104"')
    with installation.serving() as server:
        assert ask(server, "020 7946 0104", '"key-0104"').content == first.content


def test_second_click_gives_the_first_call(server: Server) -> None:
    first = server.place_call("020 7946 0105")
    second = server.place_call("(020) 7946-0105")
    assert (first.status, second.status) == (201, 200)
    assert second.content["id"] == first.content["id"]
    assert second.content["same_call"] is True
    assert "link" not in second.content, "opened twice, it would dial twice"
    assert second.headers["location"] == first.headers["location"]


def test_key_of_a_second_click_is_the_first_calls(server: Server) -> None:
    first = ask(server, "020 7946 0106", '"key-0106-a"')
    assert ask(server, "020 7946 0106", '"key-0106-b"').status == 200
    later = ask(server, "020 7946 0106", '"key-0106-b"')
    assert (later.status, later.content["id"]) == (201, first.content["id"])


def test_number_is_dialled_once_more_on_purpose(server: Server) -> None:
    first = server.place_call("020 7946 0107").content["id"]
    body = f'{{"number": "020 7946 0107", "again": "{first}"}}'.encode()
    again = server.ask("/api/v1/calls", body=body)
    assert (again.status, again.content["id"] == first) == (201, False)
    double = server.ask("/api/v1/calls", body=body)
    assert (double.status, double.content["id"]) == (200, again.content["id"])


def test_call_that_is_dialled_again_is_named_by_its_id(server: Server) -> None:
    refused = server.ask("/api/v1/calls", body=b'{"number": "020 7946 0108", "again": "it"}')
    assert (refused.status, refused.content["code"]) == (422, "invalid_value")


def test_malformed_key_is_told_and_nothing_is_dialled(server: Server) -> None:
    refused = ask(server, "020 7946 0109", "8e03978e-40d5")
    assert (refused.status, refused.content["code"]) == (400, "idempotency_key_malformed")
    assert '"8e03978e' in refused.content["hint"]
    assert server.place_call("020 7946 0109").status == 201


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ('  "a b"  ', "a b"),
        (r'"with \"quotes\" and \\"', 'with "quotes" and \\'),
        ('"key";v=1; w="x;\\"y"; z', "key"),
        (f'"{"k" * 255}"', "k" * 255),
    ],
)
def test_key_is_a_string_of_rfc_9651(field: str, key: str) -> None:
    assert read_key([field]) == key


@pytest.mark.parametrize(
    "fields",
    [
        [""],
        ['""'],
        ["8e03978e-40d5-43e8-bc93-6894a57f9324"],
        ["'single'"],
        ['"open'],
        ['"bad \\escape"'],
        ['"caf\u00e9"'],
        ['"tab\t"'],
        ['"one", "two"'],
        ['"one"', '"two"'],
        ['"key" and more'],
        ['"key";'],
        [":a2V5:"],
        ["42"],
        [f'"{"k" * 256}"'],
        ['"' + "\\" * 100_000],
    ],
)
def test_what_is_no_such_string_is_malformed(fields: list[str]) -> None:
    with pytest.raises(MalformedKeyError):
        read_key(fields)
