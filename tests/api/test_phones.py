"""Phones over the API: listed, and chosen by name."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server import Installation, Server, until

SET_UP = """
from tests.site.small_systems import PROGRAM, add_system
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import User
carl = User.objects.get(login="carl")
program = add_system("Program", PROGRAM)
save_phone(carl, label="Home", extension="441", setup=program)
save_phone(carl, label="Mobile", extension="442")
bea = save_user(UserDetails("bea", "BN", "Bea Novak", extension="1002"))
save_phone(bea, label="Attic", extension="443")
"""


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    installation.dial_by("dial:#?from=^")
    installation.execute(SET_UP)
    installation.run_all(["setting", "set", "Same Call Within", "0"])
    with installation.serving() as server:
        yield server


def test_phones_are_those_of_the_tokens_user(server: Server) -> None:
    assert server.ask("/api/v1/phones").content == {
        "phones": [
            {"name": None, "extension": "1001", "phone_system": None},
            {"name": "Home", "extension": "441", "phone_system": "Program"},
            {"name": "Mobile", "extension": "442", "phone_system": None},
        ]
    }


def test_phones_are_for_those_with_a_token(server: Server) -> None:
    reply = server.ask("/api/v1/phones", Authorization="Bearer wd_nobody")
    assert (reply.status, reply.content["code"]) == (401, "unauthorised")


def place(server: Server, **fields: Any) -> Any:
    body = json.dumps({"number": "020 7946 0123", **fields}).encode()
    return server.ask("/api/v1/calls", body=body).content


@pytest.mark.parametrize("named", [{}, {"phone": None}])
def test_first_phone_rings_when_none_is_named(server: Server, named: dict[str, None]) -> None:
    answer = place(server, **named)
    assert (answer["link"], answer["extension"]) == ("dial:02079460123?from=1001", "1001")
    assert "phone_system" not in answer


def test_phone_that_is_named_rings(server: Server) -> None:
    assert place(server, phone=" mobile ")["link"] == "dial:02079460123?from=442"
    answer = place(server, phone="Home")
    assert answer["link"] == "http://127.0.0.1:8000/dial?to=02079460123"
    assert (answer["extension"], answer["phone_system"]) == ("441", "Program")


@pytest.mark.parametrize("phone", ["Attic", "", "1002"])
def test_phone_that_the_user_has_not_rings_nothing(server: Server, phone: str) -> None:
    problem = place(server, phone=phone)
    assert (problem["status"], problem["code"]) == (404, "not_found")


@pytest.mark.parametrize("phone", [1, True, ["Home"], {"name": "Home"}])
def test_phone_is_named_by_text(server: Server, phone: Any) -> None:
    problem = place(server, phone=phone)
    assert (problem["status"], problem["code"]) == (422, "invalid_value")


def test_phone_that_is_removed_rings_no_longer(server: Server, installation: Installation) -> None:
    installation.execute(
        "from webdial.site.domain.user_phones import delete_phone, save_phone\n"
        "from webdial.site.models import User\n"
        "delete_phone(save_phone(User.objects.get(login='carl'), label='Brief'))"
    )
    reply = until(lambda: server.ask("/api/v1/phones"), status=200)
    assert [phone["name"] for phone in reply.content["phones"]] == [None, "Home", "Mobile"]
    assert place(server, phone="Brief")["status"] == 404
