"""Each real part works as the tests that use it rely on."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from . import presence
from .addresses import claim_slot
from .baresip import BaresipPhone
from .events import PartError
from .fixtures import Softphones
from .linphone import LinphonePhone
from .phone_messages import Answering, Happening
from .postgres import PostgresCluster
from .processes import Child
from .sipp import Behaviour, ScriptedCallee
from .sipserver import SipServer
from .softphone import Softphone

NATIONAL = "02071234567"
INTERNATIONAL = "+442071234567"


def fetch(url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Return the status and the body; by POST when there is a form."""
    body = None if form is None else urlencode(form).encode()
    try:
        with urllib.request.urlopen(url, body, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def by_get(server: SipServer, number: str) -> None:
    assert fetch(server.dial_url("1001", number)) == (200, "OK\n")


def by_post(server: SipServer, number: str) -> None:
    assert fetch(server.dial_page, {"from": "1001", "to": number}) == (200, "OK\n")


def by_json_rpc(server: SipServer, number: str) -> None:
    server.rpc("dlg.bridge_dlg", *server.bridge_parameters("1001", number))


def assert_hear_each_other(one: Softphone, other: Softphone) -> None:
    one.wait_tone(other.settings.tone_hz)
    other.wait_tone(one.settings.tone_hz)


@pytest.fixture
def desk(softphones: Softphones) -> Softphone:
    return softphones("1001", tone_hz=440)


@pytest.fixture
def outside(softphones: Softphones, sip_server: SipServer) -> Softphone:
    """A phone that both ways of writing one number reach."""
    sip_server.assign_number(NATIONAL, "1009")
    sip_server.assign_number(INTERNATIONAL, "1009")
    return softphones("1009", tone_hz=880)


@pytest.mark.parametrize(
    ("dial", "number"),
    [
        (by_get, NATIONAL),
        (by_get, INTERNATIONAL),
        (by_post, INTERNATIONAL),
        (by_json_rpc, INTERNATIONAL),
    ],
)
def test_sip_server_connects_two_phones(
    sip_server: SipServer,
    desk: Softphone,
    outside: Softphone,
    dial: Callable[[SipServer, str], None],
    number: str,
) -> None:
    dial(sip_server, number)
    desk.wait(Happening.RINGS)
    assert outside.wait(Happening.RINGS).peer == f"sip:1001@{sip_server.host}"
    assert_hear_each_other(desk, outside)


def test_sip_server_takes_a_raw_plus_for_a_space(sip_server: SipServer, desk: Softphone) -> None:
    assert "to=%2B44" in sip_server.dial_url("1001", INTERNATIONAL)
    raw = f"{sip_server.dial_page}?from=1001&to={INTERNATIONAL}"
    assert fetch(raw) == (400, "ERROR from or to is no number\n")


def test_sip_server_refuses_an_extension_without_phone(sip_server: SipServer) -> None:
    url = sip_server.dial_url("1002", NATIONAL)
    assert fetch(url) == (404, "ERROR extension is not registered\n")


def test_number_rings_only_after_the_extension_answered(
    sip_server: SipServer, softphones: Softphones, outside: Softphone
) -> None:
    desk = softphones("1001", answering=Answering.BY_HAND)
    by_get(sip_server, NATIONAL)
    desk.wait(Happening.RINGS)
    assert not outside.has(Happening.RINGS)
    desk.answer()
    assert_hear_each_other(desk, outside)
    desk.hang_up()
    outside.wait(Happening.ENDED)


def test_extension_that_rejects_ends_the_call(
    sip_server: SipServer, softphones: Softphones, outside: Softphone
) -> None:
    desk = softphones("1001", answering=Answering.NEVER)
    by_get(sip_server, NATIONAL)
    desk.wait(Happening.RINGS)
    desk.wait(Happening.ENDED)
    assert not desk.has(Happening.DIALS)
    assert not outside.has(Happening.RINGS)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [(Behaviour.BUSY, "486 Busy Here"), (Behaviour.NOT_FOUND, "404 Not Found")],
)
def test_callee_that_refuses(
    sip_server: SipServer,
    desk: Softphone,
    callees: Callable[[Behaviour], ScriptedCallee],
    behaviour: Behaviour,
    reason: str,
) -> None:
    callee = callees(behaviour)
    sip_server.assign_number(NATIONAL, callee.uri)
    by_get(sip_server, NATIONAL)
    dialled = desk.wait(Happening.DIALS)
    ended = desk.wait(Happening.ENDED)
    assert (ended.call, ended.text) == (dialled.call, reason)
    assert callee.wait_done()


def test_callee_that_is_never_picked_up(
    sip_server: SipServer, desk: Softphone, callees: Callable[[Behaviour], ScriptedCallee]
) -> None:
    callee = callees(Behaviour.RINGS)
    sip_server.assign_number(NATIONAL, callee.uri)
    by_get(sip_server, NATIONAL)
    desk.wait(Happening.RINGBACK)
    desk.hang_up()
    assert callee.wait_done()


def test_callee_that_answers(
    sip_server: SipServer, desk: Softphone, callees: Callable[[Behaviour], ScriptedCallee]
) -> None:
    callee = callees(Behaviour.ANSWERS)
    sip_server.assign_number(NATIONAL, callee.uri)
    by_get(sip_server, NATIONAL)
    call = desk.wait(Happening.DIALS).call
    desk.wait(Happening.CONNECTED, call=call)
    desk.hang_up()
    assert callee.wait_done()


def test_linphone_answers_a_dialled_call(
    sip_server: SipServer, desk: Softphone, linphone: LinphonePhone
) -> None:
    sip_server.assign_number(NATIONAL, linphone.uri)
    by_get(sip_server, NATIONAL)
    call = desk.wait(Happening.DIALS).call
    desk.wait(Happening.CONNECTED, call=call)
    linphone.wait_connected()


@pytest.mark.parametrize("number", [NATIONAL, INTERNATIONAL])
def test_baresip_rings_the_number_that_a_get_names(
    baresip: BaresipPhone, outside: Softphone, number: str
) -> None:
    assert fetch(baresip.dial_url(number))[0] == 200
    outside.wait(Happening.RINGS)
    outside.wait_tone(660)
    baresip.wait_connected()


def test_softphone_that_nobody_calls_says_so_in_time(desk: Softphone) -> None:
    with pytest.raises(PartError, match="softphone 1001: no rings"):
        desk.wait(Happening.RINGS, timeout_s=0.01)


def test_postgres_gives_each_database_empty(postgres: PostgresCluster, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    postgres.run_sql(name, "CREATE TABLE calls (number text); INSERT INTO calls VALUES ('é#')")
    assert postgres.run_sql(name, "SELECT number FROM calls") == "é#"
    with postgres.fresh_database() as other:
        assert other != postgres_url
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert postgres.run_sql(other.rpartition("/")[2], tables) == "0"
    with pytest.raises(PartError, match="does not exist"):
        postgres.run_sql(other.rpartition("/")[2], tables)


def test_slots_of_two_claims_differ() -> None:
    with claim_slot() as one, claim_slot() as other:
        assert one.host(20) != other.host(20)
        assert one.phone_ports() != other.phone_ports()


def test_child_takes_its_own_children_along() -> None:
    with Child("parent", ["sh", "-c", "sleep 600 & echo $!; exec sleep 600"]) as child:
        grandchild = int(child.wait_line(r"^\d+$"))
        assert os.getpgid(grandchild) != os.getpgid(0)
    assert not _runs(grandchild)


def test_child_that_ends_early_shows_its_log() -> None:
    with (
        Child(
            "short", [sys.executable, "-c", "print('no such file'); raise SystemExit(3)"]
        ) as child,
        pytest.raises(
            PartError, match=r"short: no line 'ready' \(ended with status 3\)\n +no such"
        ),
    ):
        child.wait_line("ready")


def test_every_part_names_what_it_needs() -> None:
    for part in presence.parts().values():
        assert part.purpose
        assert bool(part.program) != bool(part.module)
        assert bool(part.packages) == bool(part.program)


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_missing_part_skips_and_in_ci_fails(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="chromium is not on this machine: apt-get install chromium"):
        presence.require("chromium")


def _runs(process: int) -> bool:
    """Whether the process lives. One that was killed may wait for its parent as a zombie."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
