"""Guessing ends, wherever it says that it comes from and whichever door it tries."""

from tests.promises.attacked import Answer, AttackedSite, Attacker, at_once
from tests.promises.person import PASSWORD
from tests.promises.proofs import proven_by
from tests.server import Server

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_password_links.py::test_answer_takes_the_same_work_whoever_is_meant",
    "tests/site/accounts/test_lock_out.py::test_sixth_attempt_waits_whether_there_is_such_a_user_or_not",
    "tests/site/accounts/test_lock_out.py::test_one_address_that_tries_many_names_waits",
    "tests/site/accounts/test_lock_out.py::test_known_and_unknown_names_are_hashed_alike",
)


def test_right_password_after_five_wrong_ones_waits_however_it_is_asked(
    attacked: AttackedSite,
) -> None:
    nobody = attacked.nobody()
    for count in range(5):
        nobody.headers = {"Forwarded": f"for=192.0.2.{count}", "X-Real-IP": f"192.0.2.{count}"}
        assert (
            nobody.submit("/sign-in", username=f" OLGA{' ' * count}", password="wrong").status
            != 302
        )
    answer = nobody.submit("/sign-in", username="olga", password=PASSWORD)
    assert answer.status != 302
    assert "too many failed attempts" in answer.body


def test_guesses_that_come_at_the_same_moment_are_counted_one_by_one(
    attacked: AttackedSite, elsewhere: Server
) -> None:
    """Of a name that there is not, from an address of its own, on two servers."""

    def ask(index: int) -> Answer:
        address = [attacked.server, elsewhere][index % 2].address
        thief = Attacker(address, comes_from="127.0.0.4")
        return thief.submit("/sign-in", username="nobody-at-all", password=f"guess {index}")

    told = ["too many failed attempts" in answer.body for answer in at_once(16, ask)]
    assert told.count(False) <= 5
    assert any(told)


def guess_behind_a_proxy(attacked: AttackedSite, address: str, name: str) -> str:
    """What is said to somebody at this address whose proxy tells it, as ours on this machine may."""
    thief = attacked.nobody()
    thief.headers = {"X-Forwarded-For": address}
    return thief.submit("/sign-in", username=name, password="guess").body


def test_one_network_of_ipv6_is_one_address(attacked: AttackedSite) -> None:
    """Whoever has one such address has 2^64 of them."""
    said = [
        guess_behind_a_proxy(attacked, f"2001:db8:7:7::{count:x}", f"six{count}")
        for count in range(21)
    ]
    assert ["too many failed attempts" in each for each in said] == [False] * 20 + [True]
    other = guess_behind_a_proxy(attacked, "2001:db8:7:8::1", "six-at-another")
    assert "too many failed attempts" not in other


def test_all_of_ipv4_is_not_one_address(attacked: AttackedSite) -> None:
    """A proxy that listens for both tells IPv4 as IPv6: then one guesser kept everybody out."""
    said = [
        guess_behind_a_proxy(attacked, "::ffff:198.51.100.7", f"four{count}") for count in range(21)
    ]
    assert ["too many failed attempts" in each for each in said] == [False] * 20 + [True]
    same = guess_behind_a_proxy(attacked, "198.51.100.7", "four-as-such")
    other = guess_behind_a_proxy(attacked, "::ffff:198.51.100.8", "four-at-another")
    assert ["too many failed attempts" in each for each in (same, other)] == [True, False]


def test_password_is_not_found_out_in_an_open_session(attacked: AttackedSite) -> None:
    """Three doors ask for it once more; they count together."""
    fred = attacked.browser("fred")
    doors = (
        {"current": "wrong", "new": "violet ladder nine", "repeated": "violet ladder nine"},
        "/account/password",
    )
    for _ in range(10):
        assert "This is not your present password." in fred.submit(doors[1], **doors[0]).body
    right = doors[0] | {"current": PASSWORD}
    answer = fred.submit(doors[1], **right)
    assert (answer.status, int(answer.headers["Retry-After"]) <= 300) == (429, True)
    assert "too many failed attempts" in answer.body
    confirmed = fred.submit(
        "/account/confirm", password=PASSWORD, next="/account/second-factor/app"
    )
    assert confirmed.status != 302
