"""Who may ring what over real HTTP, on both databases; a stolen token, and how far it gets."""

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.server import Installation, Reply, Server, until
from webdial.runtime import CONFIGURATION_S

METRICS_TOKEN = "m" * 32


@pytest.fixture(scope="module")
def served(installation: Installation) -> Iterator[tuple[Installation, Server]]:
    """In Great Britain, and dials by a link: nothing leaves, whatever is let through."""
    installation.dial_by("tel:#")
    installation.run_all(
        ["setting", "set", "Number Country", "GB"],
        ["setting", "set", "Numbers Never Rung", "+53"],
        ["setting", "set", "Same Call Within", "0"],
    )
    with installation.serving() as server:
        yield installation, server


def place(server: Server, **asked: object) -> Reply:
    return server.ask("/api/v1/calls", body=json.dumps(asked).encode())


def test_call_that_may_not_be_placed_is_a_call_that_is_blocked(
    served: tuple[Installation, Server],
) -> None:
    _, server = served
    reply = place(server, number="+49 30 1234567")
    assert (reply.status, reply.content["outcome"]) == (201, "blocked")
    assert reply.content["sentence"] == (
        "You may not ring numbers abroad. Nothing was dialled. An administrator can give you the right "
        "to ring abroad, in Maintenance | Users."
    )
    assert "link" not in reply.content
    read = server.ask(reply.headers["location"])
    assert {**read.content, "placed_at": ""} == {**reply.content, "placed_at": ""}


def test_right_given_on_the_command_line_is_in_force_soon(
    served: tuple[Installation, Server],
) -> None:
    installation, server = served
    shown = installation.run("user", "rights", "carl", "--abroad", "on", "--quiet-hours", "on")
    assert shown.stdout == "abroad\ton\npremium\toff\nquiet-hours\ton\n"
    assert "\tabroad, quiet-hours\n" in installation.run("user", "list").stdout
    wanted = {"number": "+49 30 1234567"}

    def outcome() -> Reply:
        reply = place(server, **wanted)  # blocked, then blocked too often to be written down
        return Reply(200 if "link" in reply.content else 403, {}, reply.content)

    assert until(outcome, status=200).content["link"] == "tel:+49301234567"
    assert "link" not in place(server, number="0906 123 4567").content
    assert "link" not in place(server, number="+53 7 123 4567").content
    previewed = installation.run("preview", "0906 123 4567", "--user", "CO")
    assert "Blocked: You may not ring premium-rate numbers." in previewed.stdout
    never = installation.run("preview", "+53 7 123 4567", "--user", "CO")
    assert "Numbers Never Rung: set for all branches" in never.stdout
    assert "Numbers That Need a Right: the default; nothing is set" in previewed.stdout
    as_json = installation.run("preview", "+49 30 1234567", "--user", "CO", "--json")
    assert json.loads(as_json.stdout)["ringing"]["is_let_through"] is True


@pytest.mark.parametrize(
    ("confirmed", "status", "code"),
    [
        (None, 409, "emergency_unconfirmed"),
        (False, 409, "emergency_unconfirmed"),
        ("yes", 422, "invalid_value"),
        (True, 201, None),
    ],
)
def test_emergency_number_is_confirmed(
    served: tuple[Installation, Server], confirmed: object, status: int, code: str | None
) -> None:
    _, server = served
    asked = {"number": "999"} if confirmed is None else {"number": "999", "confirmed": confirmed}
    reply = place(server, **asked)
    assert (reply.status, reply.content.get("code")) == (status, code)
    if code == "emergency_unconfirmed":
        assert reply.content["detail"] == "This is an emergency number. Ring 999?"


def test_key_of_an_unconfirmed_call_serves_the_confirmed_one(
    served: tuple[Installation, Server],
) -> None:
    _, server = served
    key = {"Idempotency-Key": f'"{uuid4()}"'}
    for confirmed, status in ((False, 409), (True, 201)):
        body = json.dumps({"number": "112", "confirmed": confirmed}).encode()
        assert server.ask("/api/v1/calls", body=body, **key).status == status


def test_command_line_confirms(served: tuple[Installation, Server]) -> None:
    installation, server = served
    asked = installation.run("dial", "999", "--user", "carl")
    assert asked.returncode != 0
    assert "Ring 999?" in asked.stderr
    assert "--confirm" in asked.stderr
    assert installation.run("dial", "999", "--user", "carl", "--confirm").returncode == 0
    installation.extra_environment.update(
        WEBDIAL_SERVER=server.address, WEBDIAL_TOKEN=installation.token
    )
    try:
        assert "--confirm" in installation.run("dial", "112").stderr
        assert installation.run("dial", "112", "--confirm").returncode == 0
        blocked = installation.run("dial", "0906 123 4567")
        assert blocked.returncode != 0
        told = blocked.stdout + blocked.stderr  # the latter beyond ten blocks in a minute
        assert "You may not ring premium-rate numbers." in told
    finally:
        installation.extra_environment.clear()


def test_stolen_token_gets_no_further_than_the_limit_and_is_revoked_everywhere(
    served: tuple[Installation, Server],
) -> None:
    """Two processes over one database: the limit is one, and so is the end."""
    installation, first = served
    printed = installation.run_all(
        ["user", "add", "mole", "--name", "Mole"],
        ["token", "create", "mole", "--name", "stolen"],
        ["setting", "set", "Calls per Day for a User", "5"],
        ["token", "list"],
    )
    stolen = re.search(r"^wd_\S+$", printed, re.MULTILINE)
    assert stolen is not None
    bearer = {"Authorization": f"Bearer {stolen[0]}"}
    installation.extra_environment["WEBDIAL_METRICS_TOKEN"] = METRICS_TOKEN
    try:
        with installation.serving() as second:
            for server in (first, second):
                until(lambda server=server: server.ask("/api/v1/phones", **bearer), status=200)  # type: ignore[misc]
            outcomes = [
                (first, second)[index % 2]
                .place_call(f"020 7946 01{index:02}", **bearer)
                .content["outcome"]
                for index in range(12)
            ]
            assert outcomes.count("handed_over") == 5
            assert outcomes[5:] == ["blocked"] * 7
            figures = second.ask("/metrics", Authorization=f"Bearer {METRICS_TOKEN}").content
            counted = re.search(
                r'webdial_calls_blocked_total\{channel="api",reason="user_day"\} (\d)', figures
            )
            assert counted is not None
            assert counted[1] in {"3", "4"}
            listed = installation.run("token", "list").stdout.splitlines()
            (token_id,) = (line.split("\t")[0] for line in listed if "\tstolen\t" in line)
            installation.run("token", "revoke", token_id)
            for server in (first, second):
                refused = until(
                    lambda server=server: server.place_call("020 7946 0123", **bearer),  # type: ignore[misc]
                    status=401,
                )
                assert refused.status == 401
    finally:
        installation.extra_environment.clear()
        installation.run("setting", "set", "Calls per Day for a User", "")
    # Each process looks twice in the second within which it has to know.
    assert CONFIGURATION_S <= 0.5
