"""A token places calls, reads calls, or both, and may have a last day."""

import itertools
import json
import re
from datetime import UTC, datetime
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite, Attacker, until_known
from tests.promises.proofs import proven_by
from tests.server import Server

test_proven_elsewhere = proven_by(
    "tests/api/test_tokens.py::test_every_operation_by_every_token",
)
NEVER: Final = {401, 403, 404, 405}


def made_by(attacked: AttackedSite, login: str, scope: str) -> Attacker:
    fields = {"name": scope, "scopes": scope}
    page = attacked.browser(login).submit("/account/tokens", **fields).body
    program = attacked.bearing(re.findall(r"wd_[\w-]{43}", page)[0])
    until_known(program)
    return program


def test_token_that_reads_places_nothing_however_it_is_asked(attacked: AttackedSite) -> None:
    reader, dialled = made_by(attacked, "dora", "read-calls"), attacked.phones.requests_seen
    body = json.dumps({"number": "01632962500", "scope": "place-calls"}).encode()
    for method in ("POST", "PUT", "PATCH", "QUERY"):
        for path in (
            "/api/v1/calls",
            "/api/v1/calls/",
            "/api/v1/calls?scope=place-calls",
            "/calls",
        ):
            more = {"X-HTTP-Method-Override": "POST", "X-Scope": "place-calls"}
            answer = reader.ask(method, path, body=body, headers=more)
            assert answer.status in NEVER | {307}, (method, path, answer.status)
    assert attacked.phones.requests_seen == dialled


def test_token_that_places_reads_nothing(attacked: AttackedSite) -> None:
    dialler = made_by(attacked, "dora", "place-calls")
    call = dialler.call("01632962501")
    assert call.status == 201
    for path in ("/api/v1/calls", call.headers["Location"], "/calls", "/dial", "/metrics"):
        assert dialler.get(path).status in NEVER | {302}, path


@pytest.mark.parametrize("path", ["/dial", "/account/tokens", "/maintenance/users"])
def test_token_opens_no_page(attacked: AttackedSite, path: str) -> None:
    answer = attacked.program("ada").get(path)
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_token_ends_at_its_moment_everywhere(attacked: AttackedSite, elsewhere: Server) -> None:
    """Nothing changes in the database then: each server looks at the clock for itself."""
    attacked.hire("sandy")
    attacked.installation.execute(_LASTS_FOR_SECONDS)
    here = attacked.program("sandy")
    there = Attacker(elsewhere.address, headers=here.headers)
    ends_at = read_time(attacked.select(_ENDS)[0][0])
    numbers = (f"0163296{count:04}" for count in itertools.count(2600))
    for program in (here, there):
        refused = next(each for each in map(program.call, numbers) if each.status != 201)
        assert refused.status == 401
        assert "lapsed" in refused.json()["detail"]
    placed = [read_time(at) for (at,) in attacked.select(_PLACED)]
    assert placed
    assert max(placed) < ends_at


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_LASTS_FOR_SECONDS: Final = """
from datetime import timedelta
from django.utils import timezone
from webdial.site.domain.configuration import configuration_change
from webdial.site.models import ApiToken
with configuration_change():
    ends_at = timezone.now() + timedelta(seconds=3)
    ApiToken.objects.filter(user__login="sandy").update(expires_at=ends_at)
"""
_OF: Final = "user_id = (SELECT id FROM webdial_user WHERE login = 'sandy')"
_ENDS: Final = f"SELECT expires_at FROM webdial_apitoken WHERE {_OF}"
_PLACED: Final = f"SELECT placed_at FROM webdial_call WHERE {_OF}"
