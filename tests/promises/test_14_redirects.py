"""A redirect to another host, port or scheme is not followed, and an answer stays small."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite, Attacker
from tests.promises.proofs import proven_by
from tests.running.test_nothing_lost import phone_system
from webdial.simulator.fault_scripts import FAULTS, Asked, FaultScript, Step, answer
from webdial.simulator.faults import FaultServer

test_proven_elsewhere = proven_by(
    "tests/exchange/test_guarded_connections.py::test_redirect_elsewhere_is_not_followed",
    "tests/exchange/test_sender_web.py::test_packed_answer_stays_small",
)
MECHANISM: Final = "Use Web Phone Dialling Mechanism"
PLACES: Final = {
    "another-port": "http://127.0.0.1:{trap}/",
    "without-scheme": "//127.0.0.1:{trap}/",
    "another-scheme": "https://127.0.0.1:{trap}/",
    "user-info": "http://{own}@127.0.0.1:{trap}/",
    "backslash": "http://127.0.0.1:{trap}\\@{own}/",
    "name": "http://localhost:{trap}/",
    "number": "http://2130706433:{trap}/",
    "six": "http://[::ffff:127.0.0.1]:{trap}/",
    "own-by-another-name": "http://localhost:{own_port}/",
    "file": "file:///etc/passwd",
    "link": "tel:+15550100",
    "script": "javascript:alert(1)",
    "two-lines": "//127.0.0.1:{trap}/ok\r\nX-Injected: 1",
}
"""Where a phone system that lies sends us: to a port that nobody has named, for the most part."""

STATUSES: Final = (301, 302, 303, 307, 308)


@pytest.fixture(scope="module")
def trap() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture(scope="module")
def liar(trap: socket.socket) -> Iterator[FaultServer]:
    """The number that is dialled stands in the path, and says where it redirects to and by which status."""

    def script(place: str, status: int) -> FaultScript:
        def steps(_: Asked) -> Iterator[Step]:
            own = {"own": f"127.0.0.1:{liar.port}", "own_port": liar.port}
            where = PLACES[place].format(trap=trap.getsockname()[1], **own)
            return answer(status, "Moved.", ("Location", where))

        return FaultScript(number_of(place, status), "Redirects.", steps)

    scripts = {
        f"016329799{count:02}": replace(FAULTS[fault], name=f"016329799{count:02}")
        for count, fault in enumerate(ENDS)
    }
    made = [script(place, status) for place in PLACES for status in STATUSES]
    with phone_system(scripts=scripts | {each.name: each for each in made}) as liar:
        yield liar


def number_of(place: str, status: int) -> str:
    return f"0163297{list(PLACES).index(place):02}{STATUSES.index(status):02}"


@pytest.fixture(scope="module")
def caller(attacked: AttackedSite, liar: FaultServer) -> Attacker:
    attacked.hire("rita", {MECHANISM: liar.url("", "/faults/#?from=^")})
    return attacked.program("rita")


@pytest.mark.parametrize("place", PLACES)
def test_redirect_elsewhere_is_not_followed(
    caller: Attacker, liar: FaultServer, trap: socket.socket, place: str
) -> None:
    for status in STATUSES:
        asked = liar.requests_seen
        called = caller.call(number_of(place, status)).json()
        assert called["outcome"] == "redirected_away", called
        assert liar.requests_seen == asked + 1
    with pytest.raises(BlockingIOError):
        trap.accept()


ENDS: Final = {
    "redirect": "sent",  # to another path of its own, so that the test above could fail
    "endless": "sent",
    "bomb": "sent",
    "garbled": "sent",
    "endless-headers": "not_understood",
    "nonsense": "not_understood",
}


@pytest.mark.parametrize("fault", ENDS)
def test_whatever_is_answered_ends_and_stays_small(
    attacked: AttackedSite, caller: Attacker, fault: str
) -> None:
    called = caller.call(f"016329799{list(ENDS).index(fault):02}").json()
    assert called["outcome"] == ENDS[fault], called
    page = attacked.browser("rita").get(f"/calls/{called['id']}")
    assert page.status == 200
    assert len(page.body) < 100_000
