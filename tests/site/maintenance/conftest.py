"""Visitors of the maintenance pages, over an exchange that may prepare calls and place none."""

from typing import NoReturn

import pytest

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
def london(db: None) -> Branch:
    return save_branch(agency_id="LON", name="London")


@pytest.fixture
def leeds(db: None) -> Branch:
    return save_branch(agency_id="LDS", name="Leeds")


@pytest.fixture
def ada(london: Branch) -> User:
    details = UserDetails(
        login="ada",
        staff_id="AB",
        name="Ada Byrne",
        branch=london,
        extension="201",
        role=Role.ADMINISTRATOR,
        phones=[LabelledNumber("Mobile", "07700 900101")],
    )
    return save_user(details, password="quiet-harbour-17")


@pytest.fixture
def bea(london: Branch) -> User:
    """Manages London."""
    details = UserDetails(
        "bea", "BN", "Bea Novak", branch=london, extension="202", role=Role.BRANCH_MANAGER
    )
    return save_user(details, password="narrow-lantern-42")


@pytest.fixture
def fay(leeds: Branch) -> User:
    """Writes the database function."""
    return save_user(UserDetails("fay", "FM", "Fay Marsh", branch=leeds, role=Role.FUNCTION_AUTHOR))


@pytest.fixture
def gus(db: None) -> User:
    """Audits: reads everything, changes nothing."""
    return save_user(UserDetails("gus", "GH", "Gus Hale", role=Role.AUDITOR))


@pytest.fixture
def carl(london: Branch) -> User:
    return save_user(
        UserDetails(login="carl", staff_id="CO", name="Carl Osei", branch=london, extension="203")
    )


@pytest.fixture
def dora(leeds: Branch) -> User:
    """Of another branch, and nobody has set up her extension."""
    return save_user(UserDetails(login="dora", staff_id="DL", name="Dora Lindqvist", branch=leeds))


@pytest.fixture
def admin(state: dict[str, object], ada: User) -> Visitor:
    """Ada, signed in."""
    return Visitor(state, ada)
