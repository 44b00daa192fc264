"""`{BASIC}` where user and password may both be left empty: a phone that has neither is sent neither."""

import pytest

from webdial.dialstring import Declared, HttpRequest, Values, parse_dial_string

NAMES = {"user": Declared("user"), "password": Declared("password", is_secret=True)}
STRING = parse_dial_string("{BASIC {user}:{password}}http://phone.example/?to=#", names=NAMES)
BOTH = frozenset({"user", "password"})


@pytest.mark.parametrize(
    ("user", "password", "sent", "shown"),
    [
        ("", "", (), ()),
        ("admin", "", (("Authorization", "Basic YWRtaW46"),), (("Authorization", "Basic ••••"),)),
        ("", "pw", (("Authorization", "Basic OnB3"),), (("Authorization", "Basic ••••"),)),
    ],
)
def test_basic_is_left_out_when_nothing_is_filled_in(
    user: str,
    password: str,
    sent: tuple[tuple[str, str], ...],
    shown: tuple[tuple[str, str], ...],
) -> None:
    plan = STRING.plan(Values("12", None, {"user": user, "password": password}, BOTH))
    assert isinstance(plan, HttpRequest)
    assert plan.headers == sent
    assert plan.masked().headers == shown
