"""A helper listens on no port, verifies the server, follows no redirect of it, and sends to near addresses alone."""

import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import trustme

from tests.desktop.machine import Helper, Machine, make_code
from tests.desktop.test_requests import served
from tests.promises.attacked import Answer, AttackedSite
from tests.promises.lying_site import LyingSite
from tests.promises.proofs import proven_by

MECHANISM: Final = "Use Web Phone Dialling Mechanism"
LINK: Final = "dial:#?plan=private-of-hedy"

test_proven_elsewhere = proven_by(
    "tests/desktop/test_requests.py::test_nothing_is_sent_elsewhere",
    "tests/desktop/test_requests.py::test_certificate_is_verified",
    "tests/desktop/test_requests.py::test_redirect_elsewhere_is_not_followed",
    "tests/desktop/test_connection.py::test_links_that_are_never_opened",
    "tests/desktop/test_actions.py::test_action_is_claimed_and_reported_once",
    "tests/desktop/test_actions.py::test_other_users_and_machines_get_nothing_of_it",
    "tests/desktop/test_actions.py::test_nothing_of_an_action_stands_in_the_database_in_clear",
)


@pytest.fixture
def helper(tmp_path: Path) -> Iterator[Helper]:
    with Helper(tmp_path) as helper:
        yield helper


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_helper_that_runs_can_be_reached_by_nobody(attacked: AttackedSite, helper: Helper) -> None:
    helper.pair(attacked.server.address, make_code(attacked.installation, "carl"))
    helper.start()
    assert listening(os.getpid()) != set()  # the phone system of the tests, so that this could fail
    assert listening(helper.pid) == set()


def listening(pid: int) -> set[str]:
    """Local addresses of what this process waits at: TCP that listens (0A), and any UDP."""
    found = set()
    links = [
        str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()
    ]
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if f"socket:[{rest[5]}]" in links and (state == "0A" or kind.startswith("udp")):
                found.add(local)
    return found


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_helper_is_led_nowhere_by_its_server(helper: Helper, status: int) -> None:
    with served() as server, served() as elsewhere:
        there = f"http://127.0.0.1:{elsewhere.server_address[1]}"
        server.answers["/api/v1/desktop/pair"] = (status, {"Location": f"{there}/pair"}, b"")
        done = helper.run("pair", f"http://127.0.0.1:{server.server_address[1]}", "AAAA-BBBB")
    assert done.returncode != 0
    assert [path for _, path, _, _ in server.asked] == ["/api/v1/desktop/pair"]
    assert elsewhere.asked == []


@pytest.mark.parametrize("fault", ["another authority", "another name"])
def test_helper_says_nothing_to_whom_it_does_not_know(
    helper: Helper, tmp_path: Path, fault: str
) -> None:
    authority = trustme.CA()
    trusted = authority if fault == "another name" else trustme.CA()
    trusted.cert_pem.write_to_path(str(tmp_path / "trusted.pem"))
    helper.environment["SSL_CERT_FILE"] = str(tmp_path / "trusted.pem")
    name = "evil.example" if fault == "another name" else "127.0.0.1"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with served(context) as server:
        done = helper.run("pair", f"https://127.0.0.1:{server.server_address[1]}", "AAAA-BBBB")
    assert done.returncode != 0
    assert "is not trusted here" in done.stderr
    assert server.asked == []


def request_to(url: str) -> dict[str, Any]:
    return {"kind": "http", "method": "GET", "url": url}


FORBIDDEN: Final[list[dict[str, Any]]] = [
    *map(
        request_to,
        [
            "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://8.8.8.8/",
            "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xa9fea9fe/",
            "file:///etc/passwd", "http://192.168.1.1@8.8.8.8/", "http://[64:ff9b::a9fe:a9fe]/",
        ],
    ),
    *(
        {"kind": "link", "link": link}
        for link in ("javascript:alert(1)", "file:///etc/passwd", "FILE:///etc/passwd", " data:text/html,x",
                     "vbscript:x", "view-source:file:///etc/passwd")
    ),
    {"kind": "shell", "command": "id"},
]  # fmt: skip
"""What a server that was taken over might have it do."""

REFUSED: Final = {"not_opened", "address_not_allowed", "not_understood"}


def test_helper_does_not_do_what_a_server_must_not_ask(helper: Helper) -> None:
    near = request_to("")
    with LyingSite([*FORBIDDEN, near]) as site:
        near["url"] = f"{site.address}/near"
        helper.pair(site.address, "AAAA-BBBB")
        helper.start()
        site.wait_reported()
    *outcomes, last = (site.reports[f"a{index}"]["outcome"] for index in range(len(FORBIDDEN) + 1))
    assert last == "answered"  # so that the rest could fail
    done = [
        (act, told) for act, told in zip(FORBIDDEN, outcomes, strict=True) if told not in REFUSED
    ]
    assert done == []


def test_action_is_of_one_computer_and_gone_with_the_call(attacked: AttackedSite) -> None:
    """Nobody else learns of it, by whatever token; it is given out once, and never stands in clear."""
    attacked.hire("hedy", {MECHANISM: LINK})
    installation, people = attacked.installation, attacked.people
    machine = Machine.paired(attacked.server, installation, "hedy").begin()
    answers: list[Answer] = []
    calling = Thread(target=lambda: answers.append(attacked.program("hedy").call("01632960404")))
    calling.start()
    action = machine.next()
    assert action is not None
    others = [attacked.computer, attacked.extension, *(each.token for each in people.values())]
    for token in others:
        thief = Machine(attacked.server, token)
        assert thief.claim(action).status in {401, 403, 404, 409}
        assert thief.report(action, "handed_over").status in {401, 403, 404, 409}
    ((kept,),) = attacked.select("SELECT sealed FROM webdial_computeraction")
    assert "private-of-hedy" not in kept
    assert machine.claim(action).content["link"] == "dial:01632960404?plan=private-of-hedy"
    assert machine.claim(action).status == 409
    machine.report(action, "handed_over")
    calling.join(60)
    assert answers[0].json()["outcome"] == "handed_over"
    assert attacked.select("SELECT * FROM webdial_computeraction") == []
