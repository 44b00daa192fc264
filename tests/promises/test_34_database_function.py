"""The database function can write nothing, reach nothing, and run for no longer than a second."""

from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/watcom/test_limits.py::test_hostile_function_is_stopped",
    "tests/watcom/test_limits.py::test_clock_ends_what_takes_too_long",
    "tests/functions/test_database_tables.py::test_reader_cannot_write",
    "tests/functions/test_database_tables.py::test_no_view_shows_a_secret",
    "tests/functions/test_database_tables.py::test_function_sees_no_other_table",
    "tests/functions/test_database_tables.py::test_no_table_of_the_database_can_be_read_by_its_own_name",
)

TRY: Final = "/maintenance/functions/communications/generate-web-dial-url/try"
HOSTILE: Final = {
    "passwords": "select password into rv from webdial_user where login = 'ada'",
    "tokens": "select digest into rv from webdial_apitoken",
    "sessions": "select session_key into rv from django_session",
    "schema": "select sql into rv from sqlite_master",
    "attached": "attach database '/tmp/evil.db' as evil",
    "pragma": "pragma table_info(webdial_user)",
    "writes": "update Staff set Extension = '999'",
    "deletes": "delete from Staff",
    "drops": "drop table Staff",
    "a file": "set rv = xp_read_file('/etc/passwd')",
    "a program": "call xp_cmdshell('id')",
    "the network": "set rv = http_get('http://127.0.0.1/')",
    "an import": "execute immediate 'import os'",
    "for ever": "while 1 = 1 loop set rv = 'x' end loop",
    "all memory": "set rv = repeat(repeat('x', 60000), 60000)",
    "spliced": "select Name into rv from Staff where StaffID = '' union select password from webdial_user",
}
_SOURCE: Final = (
    "create function f(in n char(50)) returns long varchar\n"
    "begin declare rv long varchar; {body}; return rv; end\n"
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_function_gets_nothing_and_changes_nothing(
    attacked: AttackedSite, name: str
) -> None:
    """Tried by its author, who may; all else goes on meanwhile."""
    before, dialled = attacked.rows(), attacked.phones.requests_seen
    source = _SOURCE.format(body=HOSTILE[name])
    answer = attacked.browser("fred").submit(TRY, source=source, user="carl", number="01632963400")
    assert answer.status in {200, 422}
    assert not any(part in answer.body for part in ("argon2$", "root:", "uid=", "CREATE TABLE"))
    assert attacked.rows() == before
    assert attacked.phones.requests_seen == dialled
    assert attacked.nobody().get("/healthz").status == 200


@pytest.mark.parametrize("login", ["carl", "bea", "olga", "dora"])
def test_nobody_else_tries_one(attacked: AttackedSite, login: str) -> None:
    fields = {"source": _SOURCE.format(body="set rv = '1'"), "user": "carl", "number": "1"}
    assert attacked.browser(login).submit(TRY, **fields).status == 403
