"""Many people sign in at the same moment, as an office does when its day begins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.running.sessions import Browser
from tests.server import Installation, Server

PEOPLE = 40
PASSWORD = "plum tractor seven"


def make_people(installation: Installation) -> None:
    installation.execute(
        "from django.contrib.auth.hashers import make_password\n"
        "from webdial.site.models import User\n"
        f"known = make_password({PASSWORD!r})\n"
        "User.objects.bulk_create(\n"
        "    User(login=f'p{i}', staff_id=f'P{i}', name=f'Person {i}', password=known)\n"
        f"    for i in range({PEOPLE})\n"
        ")\n"
    )


def sign_in(server: Server, login: str, start: Barrier) -> str:
    """The page that one ends at."""
    browser = Browser(patience_s=250)
    browser.open(server, "/sign-in")
    start.wait(timeout=250)
    return browser.send(server, "/sign-in", username=login, password=PASSWORD)[0]


@pytest.mark.timeout(300)
def test_all_sign_in_at_once(installation: Installation) -> None:
    make_people(installation)
    start = Barrier(PEOPLE)
    with installation.serving() as server, ThreadPoolExecutor(PEOPLE) as people:
        asked = [people.submit(sign_in, server, f"p{i}", start) for i in range(PEOPLE)]
        failed = [str(error) for each in asked if (error := each.exception()) is not None]
        assert failed == [], "\n".join(server.rest[-60:])
        assert [each.result() for each in asked] == ["/dial"] * PEOPLE
