"""Every phone system of kind "program": phone programs on the user's own machine.

Two of them have a web server, which stands here as a real one: their link is opened as a browser opens it. The
others are started by a scheme, and are given exactly the link.
"""

import aiohttp
import pytest
import trustme
from yarl import URL

from tests.phone_systems.caller import Caller
from tests.phone_systems.standins.base import LOOPBACK, Dialled, StandIn
from tests.phone_systems.standins.programs import Baresip, MiaCsta
from tests.phone_systems.trials import EXTENSION
from webdial.dialstring import Link
from webdial.phonesystems import Kind, RingsFirst, SentFrom, catalogue_system

SERVING = {"baresip-httpd": Baresip, "mia-csta": MiaCsta}
SCHEMES = {
    "cisco-jabber-scheme": "ciscotel:",
    "jitsi-desktop": "sip:",
    "linphone-scheme": "sip-linphone:",
    "metaswitch-maxuc-client": "maxuccall:",
    "microsip": "sip:",
    "phonerlite": "callto:",
    "zoiper-scheme": "zoiper:",
}
# As typed, and as it stands in the link.
NUMBERS = {
    "020 7946 0123": "02079460123",
    "+44 20 7946 0123": "+442079460123",
    "*21#": "*21%23",
    "**62*1#": "**62*1%23",
    "201": "201",
    "020 7946 0123 ext 12": "02079460123",
    "020 7946 0123,,12": "02079460123",
}


def link_of(
    system: str, number: str, authority: trustme.CA, values: dict[str, str] | None = None
) -> str:
    plan = Caller(system, values or {}, EXTENSION, authority).plan(number)
    assert isinstance(plan, Link)
    return plan.url


async def open_as_a_browser(url: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(URL(url, encoded=True), headers={"Accept": "text/html"}) as response,
    ):
        return response.status


@pytest.mark.parametrize("system", [*SERVING, *SCHEMES])
def test_file_says_where_it_runs(system: str) -> None:
    found = catalogue_system(system)
    assert found.is_link
    assert (found.kind, found.sent_from, found.rings_first) == (
        Kind.PROGRAM,
        SentFrom.USERS_MACHINE,
        RingsFirst.NOBODY,
    )


@pytest.mark.parametrize(("typed", "linked"), NUMBERS.items())
@pytest.mark.parametrize(("system", "scheme"), SCHEMES.items(), ids=list(SCHEMES))
def test_exact_link(
    system: str, scheme: str, typed: str, linked: str, authority: trustme.CA
) -> None:
    assert link_of(system, typed, authority) == f"{scheme}{linked}"


@pytest.mark.parametrize("number", ["02079460123", "+442079460123", "*21#", "**62*1#", "201"])
@pytest.mark.parametrize(("system", "stand_in"), SERVING.items(), ids=list(SERVING))
async def test_opened_link_places_one_call(
    system: str, stand_in: type[StandIn], number: str, authority: trustme.CA
) -> None:
    async with stand_in() as server:
        values = {"host": LOOPBACK, "port": str(server.port)}
        status = await open_as_a_browser(link_of(system, number, authority, values))
        assert (status, server.refusals, server.calls) == (200, [], [Dialled("", number)])


@pytest.mark.parametrize(
    ("system", "link"),
    [
        ("baresip-httpd", "http://127.0.0.1:8000/raw/?d%2B442079460123"),
        ("mia-csta", "http://127.0.0.1:61234/?action=make_call&target=%2B442079460123"),
    ],
)
def test_program_on_the_same_machine_needs_no_setting(
    system: str, link: str, authority: trustme.CA
) -> None:
    assert link_of(system, "+44 20 7946 0123", authority) == link


@pytest.mark.parametrize(
    ("stand_in", "target"),
    [
        (Baresip, "/raw/?b"),
        (Baresip, "/raw/?d"),
        (Baresip, "/?d123"),
        (MiaCsta, "/?action=hangup&target=123"),
        (MiaCsta, "/?action=make_call"),
        (MiaCsta, "/x?action=make_call&target=123"),
    ],
)
async def test_stand_in_takes_no_other_address(stand_in: type[StandIn], target: str) -> None:
    async with stand_in() as server:
        assert await open_as_a_browser(f"http://{server.address}{target}") >= 400
        assert server.calls == []
