"""A computer is paired by a code that cannot be guessed, and its token opens nothing else."""

import json
from collections.abc import Iterator

import pytest

from tests.promises.attacked import Answer, AttackedSite, Attacker, at_once
from tests.promises.proofs import proven_by
from tests.server import Server

test_proven_elsewhere = proven_by(
    "tests/desktop/test_pairing.py::test_code_pairs_one_machine_once",
    "tests/desktop/test_pairing.py::test_code_lapses",
    "tests/desktop/test_pairing.py::test_guessing_ends",
    "tests/desktop/test_pairing.py::test_revoked_machine_is_refused_while_it_waits",
    "tests/desktop/test_pairing.py::test_pairing_and_revoking_are_in_the_history",
)


def guess(nobody: Attacker, code: str, **headers: str) -> Answer:
    body = json.dumps({"code": code, "name": "guessed"}).encode()
    told = {"Content-Type": "application/json", **headers}
    return nobody.ask("POST", "/api/v1/desktop/pair", body=body, headers=told)


@pytest.fixture
def forgotten_guesses(attacked: AttackedSite) -> Iterator[None]:
    """Other tests pair what comes from this address too."""
    yield
    attacked.installation.execute("from django.core.cache import cache\ncache.clear()")


@pytest.mark.usefixtures("forgotten_guesses")
def test_guessing_ends_wherever_it_says_that_it_comes_from(attacked: AttackedSite) -> None:
    nobody = attacked.nobody()
    ends = "Forwarded"
    statuses = [
        guess(
            nobody,
            f"AAAA-{count:04}",
            **{ends: f"for=192.0.2.{count}", "X-Real-IP": f"192.0.2.{count}"},
        ).status
        for count in range(12)
    ]
    assert statuses[-1] == 429
    assert 201 not in statuses


def test_guesses_that_come_at_the_same_moment_are_counted_one_by_one(
    attacked: AttackedSite, elsewhere: Server
) -> None:
    def ask(index: int) -> Answer:
        address = [attacked.server, elsewhere][index % 2].address
        return guess(Attacker(address, comes_from="127.0.0.3"), f"AAAA-{index:04}")

    statuses = [answer.status for answer in at_once(30, ask)]
    assert sorted(statuses) == [422] * 10 + [429] * 20


def test_one_network_of_ipv6_is_one_address(attacked: AttackedSite) -> None:
    statuses = [
        guess(
            attacked.nobody(), f"AAAA-{count:04}", **{"X-Forwarded-For": f"2001:db8:3:3::{count:x}"}
        ).status
        for count in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/calls"),
        ("GET", "/api/v1/calls"),
        ("GET", "/api/v1/phones"),
        ("GET", "/metrics"),
    ],
)
def test_token_of_a_computer_opens_nothing_else(
    attacked: AttackedSite, method: str, path: str
) -> None:
    computer = attacked.bearing(attacked.computer)
    assert computer.get("/api/v1/desktop").status == 200
    body = json.dumps({"number": "01632960203"}).encode() if method == "POST" else None
    assert computer.ask(method, path, body=body).status in {401, 404}
