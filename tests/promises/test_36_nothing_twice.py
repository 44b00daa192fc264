"""A request with a key is one call, in every process and after every restart."""

from typing import Final

import pytest

from tests.promises.attacked import Answer, AttackedSite, at_once
from tests.promises.proofs import proven_by
from tests.server import Server

KEY: Final = "5f1c1a5e-known-to-an-attacker"

test_proven_elsewhere = proven_by(
    "tests/running/test_nothing_twice.py::test_two_servers_place_the_same_call_once",
    "tests/api/test_idempotency.py::test_key_holds_after_the_server_was_started_anew",
    "tests/site/test_nothing_twice_in_browser.py::test_without_script_a_page_that_is_sent_again_never_dials",
)


@pytest.mark.parametrize("by", ["key", "form"])
def test_one_request_sent_many_times_at_once_is_one_call(
    attacked: AttackedSite, elsewhere: Server, by: str
) -> None:
    dialled, number = attacked.phones.requests_seen, f"0163296{4000 + len(by)}"

    def ask(index: int) -> Answer:
        door = attacked.program("carl") if by == "key" else attacked.browser("carl")
        door.address = [attacked.server, elsewhere][index % 2].address
        if by == "form":
            return door.submit("/calls", number=number, once="a-form-that-is-sent-again")
        door.headers["Idempotency-Key"] = '"a-request-that-is-sent-again"'
        return door.call(number)

    answers = at_once(10, ask)
    assert {answer.status for answer in answers} <= {200, 201, 303}, [a.body for a in answers]
    assert len({led_to(answer) for answer in answers}) == 1
    assert attacked.phones.requests_seen == dialled + 1


def led_to(answer: Answer) -> str:
    """The id of the call that is shown."""
    return str(answer.headers["Location"]).partition("?")[0].rpartition("/")[2]


def test_key_of_somebody_else_gives_nothing(attacked: AttackedSite) -> None:
    number = "01632964100"
    carl, dora = attacked.program("carl"), attacked.program("dora")
    carl.headers["Idempotency-Key"] = dora.headers["Idempotency-Key"] = f'"{KEY}"'
    theirs, own = carl.call(number).json(), dora.call(number).json()
    assert theirs["id"] != own["id"]
    assert theirs["extension"] != own["extension"]
    assert carl.call(number).json()["id"] == theirs["id"]


def test_key_dials_no_second_number(attacked: AttackedSite) -> None:
    carl = attacked.program("carl")
    carl.headers["Idempotency-Key"] = '"one key"'
    assert carl.call("01632964200").status == 201
    dialled = attacked.phones.requests_seen
    assert carl.call("01632964201").status == 422
    assert attacked.phones.requests_seen == dialled


@pytest.mark.parametrize("key", ['""', "bare", '"a", "b"', f'"{"k" * 300}"', '"a\\x"', "'a'"])
def test_key_that_can_be_read_in_two_ways_dials_nothing(attacked: AttackedSite, key: str) -> None:
    dialled, carl = attacked.phones.requests_seen, attacked.program("carl")
    carl.headers["Idempotency-Key"] = key
    assert carl.call("01632964300").status == 400
    assert attacked.phones.requests_seen == dialled


def test_keys_are_kept_as_digests(attacked: AttackedSite) -> None:
    carl = attacked.program("carl")
    carl.headers["Idempotency-Key"] = f'"{KEY}"'
    assert carl.call("01632964100").status in {200, 201}
    kept = b"".join(file.read_bytes() for file in attacked.installation.folder.glob("*.sqlite3*"))
    assert b"webdial_callclaim" in kept
    assert KEY.encode() not in kept
