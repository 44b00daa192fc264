"""Pairing a machine, what its token opens, and taking it away: on both databases, over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.desktop.machine import Machine, make_code, pair
from tests.server import Installation, Server, until
from webdial.site.domain.computers import MAX_WRONG

REVOKE_ALL = """
from webdial.site.domain.computers import revoke_computer
from webdial.site.models import Computer
for row in Computer.objects.select_related("user"):
    revoke_computer(row)
"""
LAPSE = """
from django.utils import timezone
from webdial.site.models import CacheEntry
CacheEntry.objects.filter(key__contains="pairing code").update(expires_at=timezone.now())
"""
FORGET_GUESSES = """
from webdial.site.models import CacheEntry
CacheEntry.objects.filter(key__contains="pairing guesses").delete()
"""
LAST_CHANGES = """
from webdial.site.models import Change
latest = Change.objects.filter(subject="computer").order_by("-id")[:2]
rows = [", ".join((row.user_name, row.action, row.label)) for row in reversed(latest)]
assert rows == {rows!r}, rows
assert "wdc_" not in str(list(Change.objects.values()))
"""


@pytest.fixture
def server(installation: Installation) -> Iterator[Server]:
    installation.execute(FORGET_GUESSES)
    with installation.serving() as server:
        yield server


def test_code_pairs_one_machine_once(server: Server, installation: Installation) -> None:
    code = make_code(installation)
    first, second = pair(server, code), pair(server, code)
    assert (first.status, first.content["user"]) == (201, "Carl Osei")
    assert (second.status, second.content["code"]) == (422, "pairing_code_unknown")
    machine = Machine(server, first.content["token"])
    assert machine.ask("").content == {
        "user": "Carl Osei",
        "name": "Desk",
        "dials_without_asking": False,
        "is_connected": False,
    }


def test_code_is_read_however_it_is_typed(server: Server, installation: Installation) -> None:
    code = make_code(installation)
    assert pair(server, f" {code.replace('-', ' ').upper()} ").status == 201


def test_newer_code_ends_the_one_before(server: Server, installation: Installation) -> None:
    older, newer = make_code(installation), make_code(installation)
    assert pair(server, older).status == 422
    assert pair(server, newer).status == 201


def test_code_lapses(server: Server, installation: Installation) -> None:
    code = make_code(installation)
    installation.execute(LAPSE)
    assert pair(server, code).content["code"] == "pairing_code_unknown"


def test_guessing_ends(server: Server, installation: Installation) -> None:
    wrong = [pair(server, f"wrong-{count}").status for count in range(MAX_WRONG)]
    assert wrong == [422] * MAX_WRONG
    # The right one is of no use any more from there.
    refused = pair(server, make_code(installation))
    assert (refused.status, refused.content["code"]) == (429, "too_many_codes")


def test_token_of_a_machine_opens_nothing_else(server: Server, installation: Installation) -> None:
    machine = Machine.paired(server, installation)
    bearer = {"Authorization": f"Bearer {machine.token}"}
    assert server.place_call("020 7946 0123", **bearer).status == 401
    assert server.ask("/api/v1/phones", **bearer).status == 401


def test_other_tokens_open_nothing_of_a_machine(server: Server) -> None:
    action = "/actions/01a214a5-b5d9-711a-b588-64e2ae4fea78"
    for path, body in (
        ("", None),
        ("/actions", None),
        ("/begin", b'{"can": []}'),
        (f"{action}/claim", b"{}"),
        (f"{action}/report", b'{"outcome": "accepted"}'),
        ("/links", b'{"link": "tel:1"}'),
    ):
        assert server.ask(f"/api/v1/desktop{path}", body=body).status == 401, path


def test_revoked_machine_is_refused_while_it_waits(
    server: Server, installation: Installation
) -> None:
    machine = Machine.paired(server, installation).begin()
    installation.execute(REVOKE_ALL)
    # Without an answer at once this would take the 25 seconds of a request that waits.
    refused = until(lambda: machine.ask("/actions"), status=401, within_s=10)
    assert refused.content["code"] == "unauthorised"
    assert machine.ask("").status == 401


def test_pairing_and_revoking_are_in_the_history(
    server: Server, installation: Installation
) -> None:
    installation.execute(REVOKE_ALL)
    Machine.paired(server, installation)
    installation.execute(REVOKE_ALL)
    rows = ["Carl Osei, added, Desk of Carl Osei", "the command line, removed, Desk of Carl Osei"]
    installation.execute(LAST_CHANGES.format(rows=rows))
