"""What a machine is given to do: once, at once, and by that machine alone. On both databases."""

import base64
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.desktop.machine import Calling, Machine
from tests.server import Installation, Server

NUMBER = "020 7946 0123"
LINK = "dial:02079460123"

SECRET = "s3cr3t-of-the-desk-phone"
PHONE = """
title = "Desk phone"
vendor = "Nobody"
about = "A phone of the tests, near the user"
kind = "phone"
confidence = "own"
sources = ["https://phone.example/manual"]
notes = []
unknown = []
sent_from = "user's machine"
rings_first = "nobody"

[number]
format = "as dialled"

[secrets.password]
label = "Password"

[dial]
request = '{BASIC desk:{password}}http://192.168.7.41/dial?to=#'
success = "text = OK"
message = "text"
call_id = "header X-Call"
"""


@pytest.fixture(scope="module")
def server(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("file") / "phone.toml"
    file.write_text(PHONE, encoding="utf-8")
    set_up = [
        "system",
        "set-up",
        "Desk phone",
        "--file",
        str(file),
        "--secret",
        f"password={SECRET}",
    ]
    installation.run_all(
        set_up,
        ["user", "add", "dora", "--staff-id", "DL", "--name", "Dora Lindqvist", "--extension", "9"],
        ["setting", "set", "Same Call Within", "0"],
        ["setting", "set", "Calls per Minute for a User", ""],
    )
    with installation.serving() as server:
        yield server


@pytest.fixture
def machine(server: Server, installation: Installation) -> Machine:
    return paired(server, installation, "dial:#")


def remove_computers(installation: Installation) -> None:
    installation.execute(
        "from webdial.site.domain.computers import revoke_computer\n"
        "from webdial.site.models import CacheEntry, Computer\n"
        "for row in Computer.objects.select_related('user'): revoke_computer(row)\n"
    )


@pytest.fixture
def near_phone(server: Server, installation: Installation) -> Machine:
    """A machine whose user calls through the desk phone near it."""
    return paired(server, installation, "Desk phone")


def paired(server: Server, installation: Installation, mechanism: str) -> Machine:
    """Pairing lets the server look at the settings anew, so the mechanism is in force afterwards."""
    installation.dial_by(mechanism)
    remove_computers(installation)
    return Machine.paired(server, installation)


def test_link_is_opened_by_the_machine(server: Server, machine: Machine) -> None:
    machine.begin()
    calling = Calling(server, NUMBER)
    action = machine.next()
    assert action is not None, calling.reply()
    given = machine.claim(action).content
    assert (given["kind"], given["link"], given["number"]) == ("link", LINK, "02079460123")
    assert machine.report(action, "handed_over").status == 204
    answer = calling.reply()
    assert answer["outcome"] == "handed_over"
    assert "link" not in answer  # or whoever asked would open it a second time
    assert "link" not in server.ask(f"/api/v1/calls/{answer['id']}").content


def test_without_a_machine_the_link_is_answered(server: Server, machine: Machine) -> None:
    assert server.place_call(NUMBER).content["link"] == LINK


def test_request_leaves_from_the_machine_and_its_answer_is_judged_here(
    server: Server, installation: Installation, near_phone: Machine
) -> None:
    near_phone.begin()
    calling = Calling(server, NUMBER)
    action = near_phone.next()
    assert action is not None, calling.reply()
    given = near_phone.claim(action).content
    login = base64.b64encode(f"desk:{SECRET}".encode()).decode()
    assert (given["method"], given["url"]) == ("GET", "http://192.168.7.41/dial?to=02079460123")
    assert ["Authorization", f"Basic {login}"] in given["headers"]
    body = base64.b64encode(b"OK").decode()
    near_phone.report(action, "answered", status=200, headers=[["x-call", "77"]], body=body)
    answer = calling.reply()
    assert (answer["outcome"], answer["phone_system_call_id"]) == ("accepted", "77")


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (
            {"outcome": "answered", "status": 200, "body": base64.b64encode(b"busy").decode()},
            "rejected",
        ),
        ({"outcome": "connection_refused"}, "connection_refused"),
        ({"outcome": "accepted"}, "accepted"),
        ({"outcome": "placing"}, "not_understood"),
        ({"outcome": "no such outcome"}, "not_understood"),
    ],
)
def test_what_the_machine_reports_becomes_the_outcome(
    server: Server,
    installation: Installation,
    near_phone: Machine,
    report: dict[str, Any],
    outcome: str,
) -> None:
    near_phone.begin()
    calling = Calling(server, NUMBER)
    action = near_phone.next()
    assert action is not None, calling.reply()
    near_phone.claim(action)
    near_phone.report(action, **report)
    assert calling.reply()["outcome"] == outcome


def test_call_that_must_start_there_is_stopped_without_a_machine(
    server: Server, near_phone: Machine
) -> None:
    stopped = server.place_call(NUMBER)
    assert stopped.status == 409
    assert stopped.content["code"] == "no_computer"
    assert "My account | Computers" in stopped.content["hint"]


def test_action_is_claimed_and_reported_once(server: Server, machine: Machine) -> None:
    machine.begin()
    calling = Calling(server, NUMBER)
    action = machine.next()
    assert action is not None, calling.reply()
    assert [machine.claim(action).status for _ in range(2)] == [200, 409]
    assert machine.report(action, "handed_over").status == 204
    assert calling.reply()["outcome"] == "handed_over"
    assert machine.report(action, "rejected").status == 409


def test_action_that_nobody_takes_is_never_done(server: Server, machine: Machine) -> None:
    machine.begin()
    calling = Calling(server, NUMBER)
    action = machine.next()
    assert action is not None, calling.reply()
    assert calling.reply()["outcome"] == "computer_away"
    # The helper comes back with what it was told before it went away.
    late = machine.claim(action)
    assert (late.status, late.content["code"]) == (409, "action_gone")


def test_other_users_and_machines_get_nothing_of_it(
    server: Server, installation: Installation, near_phone: Machine
) -> None:
    doras = Machine.paired(server, installation, "dora").begin()
    carls_other = Machine.paired(server, installation).begin()
    near_phone.begin()
    calling = Calling(server, NUMBER)
    action = near_phone.next()
    assert action is not None, calling.reply()
    for other in (doras, carls_other):
        refused = other.claim(action)
        assert refused.status == 409
        assert SECRET not in str(refused.content)
        assert other.report(action, "accepted").status == 409
    near_phone.claim(action)
    near_phone.report(action, "connection_refused")
    assert calling.reply()["outcome"] == "connection_refused"


def test_machine_that_was_used_last_acts(
    server: Server, installation: Installation, machine: Machine
) -> None:
    other = Machine.paired(server, installation).begin()
    machine.begin()
    other.ask("/links", {"link": "tel:1"})  # a click there
    calling = Calling(server, NUMBER)
    action = other.next()
    assert action is not None, calling.reply()
    assert machine.claim(action).status == 409
    other.claim(action)
    other.report(action, "handed_over")
    assert calling.reply()["outcome"] == "handed_over"


def test_nothing_of_an_action_stands_in_the_database_in_clear(
    server: Server, installation: Installation, near_phone: Machine
) -> None:
    near_phone.begin()
    calling = Calling(server, NUMBER)
    action = near_phone.next()
    assert action is not None, calling.reply()
    look = (
        "from webdial.site.models import ComputerAction\n"
        "rows = list(ComputerAction.objects.values())\n"
        "assert rows, 'no action is there'\n"
        f"assert {SECRET!r} not in str(rows), rows\n"
    )
    near_phone.claim(action)
    installation.execute(look)
    near_phone.report(action, "connection_refused")
    calling.reply()
    installation.execute(
        "from webdial.site.models import ComputerAction\nassert not ComputerAction.objects.exists()"
    )


def test_standard_dialling_goes_to_tapi_where_the_helper_has_it(
    server: Server, installation: Installation
) -> None:
    machine = paired(server, installation, "")
    lines = [{"id": "000a0001", "name": "Desk phone"}, {"id": "000a0002", "name": "Second phone"}]
    told = {"can": ["link", "tapi"], "lines": lines}
    assert machine.ask("/begin", told).status == 204
    asked = ("kind", "link", "number", "line")
    given = dialled_by_tapi(server, machine)
    assert [given[name] for name in asked] == ["tapi", "tel:02079460123", "02079460123", ""]
    installation.execute(
        "from webdial.site.domain.computers import choose_line\n"
        "from webdial.site.models import Computer\n"
        "choose_line(Computer.objects.select_related('user').get(), '000a0002')\n"
    )
    # Within a second the server knows of it.
    while (given := dialled_by_tapi(server, machine))["line"] != "000a0002":
        assert given["line"] == ""


def dialled_by_tapi(server: Server, machine: Machine) -> Any:
    """A call that the machine reports as accepted; what it was given to do."""
    calling = Calling(server, NUMBER)
    action = machine.next()
    assert action is not None, calling.reply()
    given = machine.claim(action).content
    machine.report(action, "accepted")
    assert calling.reply()["outcome"] == "accepted"
    return given


def test_call_at_one_server_reaches_a_machine_at_another(
    installation: Installation, machine: Machine, server: Server
) -> None:
    with ExitStack() as stack:
        elsewhere = stack.enter_context(installation.serving())
        machine.begin(at=elsewhere)
        # Until the first server knows that the machine is there, it answers with the link.
        for _ in range(20):
            waiting = Calling(server, NUMBER)
            action = machine.next(at=elsewhere)
            if action is not None:
                break
            waiting.reply()
        assert action is not None
        assert machine.claim(action, at=elsewhere).content["link"] == LINK
        machine.report(action, "handed_over", at=elsewhere)
        assert waiting.reply()["outcome"] == "handed_over"


def test_link_that_this_site_handed_over_is_handed_on(server: Server, machine: Machine) -> None:
    shown = machine.ask("/links", {"link": LINK}).content
    assert (shown["act"], shown["path"]) == ("show", "/dial/link?to=dial%3A02079460123")
    assert server.place_call(NUMBER).content["link"] == LINK
    assert machine.ask("/links", {"link": LINK}).content == {
        "act": "hand_on", "link": LINK, "path": None, "sentence": None,
    }  # fmt: skip


def test_clicked_link_is_shown_and_dials_nothing(server: Server, machine: Machine) -> None:
    shown = machine.ask("/links", {"link": "tel:+44%2020%207946%200123"}).content
    assert shown["path"] == "/dial/link?to=tel%3A%2B44%252020%25207946%25200123"


def test_clicked_link_is_dialled_where_the_user_chose_that(
    server: Server, installation: Installation
) -> None:
    machine = paired(server, installation, "http://127.0.0.1:9/?to=#")
    installation.execute(
        "from webdial.site.domain.computers import set_dials_without_asking\n"
        "from webdial.site.models import Computer\n"
        "set_dials_without_asking(Computer.objects.select_related('user').get(), True)\n"
    )
    deadline = time.monotonic() + 20
    while not machine.ask("").content["dials_without_asking"] and time.monotonic() < deadline:
        pass
    told = machine.ask("/links", {"link": "tel:+442079460123"}).content
    assert told["act"] == "placed"
    assert told["sentence"]
