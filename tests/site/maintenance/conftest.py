"""Visitors of the maintenance pages, over an exchange that may prepare calls and place none."""

from typing import NoReturn

import pytest

from tests.site.kept_rows import Steps
from tests.site.maintenance.visitor import Visitor
from webdial.exchange import Exchange
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import ConfigurationReader
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Branch, Role, User


class NothingLeaves:
    """A journal and a sender for pages that only look: whatever reaches them is a defect."""

    async def write(self, entry: object) -> NoReturn:
        raise AssertionError(f"a maintenance page wrote {entry!r} down")

    async def send(self, request: object, limits: object) -> NoReturn:
        raise AssertionError(f"a maintenance page sent {request!r} within {limits!r}")


@pytest.fixture
def state(db: None) -> dict[str, object]:
    """What webdial.asgi puts beside every request."""
    reader = ConfigurationReader()
    nothing = NothingLeaves()
    exchange = Exchange(configuration=reader, journal=nothing, sender=nothing, run_id="test")
    return {"exchange": exchange, "configuration_reader": reader}


@pytest.fixture
def steps(db: None) -> Steps:
    """In the test's own transaction, unlike those of the pages beside."""
    return Steps()


@pytest.fixture
def london(steps: Steps) -> Branch:
    return _branch(steps, "LON", "London")


@pytest.fixture
def leeds(steps: Steps) -> Branch:
    return _branch(steps, "LDS", "Leeds")


@pytest.fixture
def ada(steps: Steps, london: Branch) -> User:
    details = UserDetails(
        login="ada",
        staff_id="AB",
        name="Ada Byrne",
        branch=london,
        extension="201",
        role=Role.ADMINISTRATOR,
        phones=[LabelledNumber("Mobile", "07700 900101")],
    )
    return _user(steps, details, password="quiet-harbour-17")


@pytest.fixture
def bea(steps: Steps, london: Branch) -> User:
    """Manages London."""
    details = UserDetails(
        "bea", "BN", "Bea Novak", branch=london, extension="202", role=Role.BRANCH_MANAGER
    )
    return _user(steps, details, password="narrow-lantern-42")


@pytest.fixture
def fay(steps: Steps, leeds: Branch) -> User:
    """Writes the database function."""
    return _user(
        steps, UserDetails("fay", "FM", "Fay Marsh", branch=leeds, role=Role.FUNCTION_AUTHOR)
    )


@pytest.fixture
def gus(steps: Steps) -> User:
    """Audits: reads everything, changes nothing."""
    return _user(steps, UserDetails("gus", "GH", "Gus Hale", role=Role.AUDITOR))


@pytest.fixture
def carl(steps: Steps, london: Branch) -> User:
    return _user(
        steps,
        UserDetails(login="carl", staff_id="CO", name="Carl Osei", branch=london, extension="203"),
    )


@pytest.fixture
def dora(steps: Steps, leeds: Branch) -> User:
    """Of another branch, and nobody has set up her extension."""
    return _user(
        steps, UserDetails(login="dora", staff_id="DL", name="Dora Lindqvist", branch=leeds)
    )


@pytest.fixture
def admin(state: dict[str, object], ada: User) -> Visitor:
    """Ada, signed in."""
    return Visitor(state, ada)


def _branch(steps: Steps, agency_id: str, name: str) -> Branch:
    steps.take(name, lambda: save_branch(agency_id=agency_id, name=name))
    return Branch.objects.get(agency_id=agency_id)


def _user(steps: Steps, details: UserDetails, *, password: str = "") -> User:
    steps.take(f"{details.login} alone", lambda: save_user(details, password=password))
    user = User.objects.get(login=details.login)
    user.branch = details.branch
    return user
