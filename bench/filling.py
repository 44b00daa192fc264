"""A company of any size in a database, made in bulk: branches, users, tokens, and a year's calls.

    python -m bench.filling '{"branches": 10000, "users": 100000, "tokens": 10000, "calls": 1000000,
                              "callers": 100, "dial_string": "http://127.0.0.1:8099/dial?from=^&to=#"}'

fills the database that the environment names. Each branch has a dial string of its own, each user an
extension. The first `callers` users, each of another branch, dial by `dial_string` and have the tokens of
`caller_token`. Calls are made on SQLite alone. Nothing of it is dialled.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

DAYS: Final = 365
_CHUNK: Final = 5_000
_CACHE_KIB: Final = 262_144
_MECHANISM: Final = "Use Web Phone Dialling Mechanism"

_CALLS: Final = """
INSERT INTO webdial_call (
    id, user_id, branch_id, extension, typed, dialled, channel, kind, request, setting_source,
    run_id, placed_at, outcome, status, answer, phone_system, message, remote_id, next_step,
    finished_at, phone, number_story, on_disk_at, took_ms, begun_salt, ended_salt, commitments
)
WITH RECURSIVE
    numbered(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbered WHERE i + 1 < %(calls)s),
    timed AS (SELECT i, %(from_ms)s + i * %(span_ms)s / %(calls)s AS ms FROM numbered)
SELECT
    printf('%%012x7%%03x8%%015x', ms, i %% 4096, i), %(user)s + i * 7919 %% %(users)s,
    %(branch)s + i * 7919 %% %(users)s %% %(branches)s, '1001',
    printf('020 7946 %%04d', i %% 10000), printf('0207946%%04d', i %% 10000), 'api', 'http',
    printf('GET http://10.0.0.9:5000/ivr/PbxAPI.aspx?from=1001&to=0207946%%04d', i %% 10000),
    'set for the branch Leeds', printf('%%032x', 1),
    strftime('%%Y-%%m-%%d %%H:%%M:%%f', ms / 1000.0, 'unixepoch'),
    CASE i %% 20 WHEN 0 THEN 'failed' ELSE 'sent' END, 200, 'OK', '', '', '', '',
    strftime('%%Y-%%m-%%d %%H:%%M:%%f', ms / 1000.0 + 0.3, 'unixepoch'), '', '',
    strftime('%%Y-%%m-%%d %%H:%%M:%%f', ms / 1000.0, 'unixepoch'), 300,
    printf('%%032x', i), printf('%%032x', i + 1), ''
FROM timed
"""
"""In the order of their ids, as the journal writes them: 1,000,000 take some 10 s."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each."""

    branches: int
    users: int
    tokens: int
    calls: int
    callers: int = 0
    dial_string: str = ""


def caller_token(index: int) -> str:
    """The token of one of the callers, who are numbered from 0."""
    return f"wd_bench_{index}"


def agency_id(index: int) -> str:
    """That of a branch, which is also the branch of the caller with the same number."""
    return f"AG{index}"


def fill(size: Size) -> None:
    """Fill the open database, beside what is in it."""
    from django.db import connection, transaction  # noqa: PLC0415 - Django is set up by then

    from webdial.site.domain.configuration import configuration_change  # noqa: PLC0415

    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:  # nobody else has it open, and nobody misses it when the machine stops
        _run("PRAGMA synchronous = OFF", f"PRAGMA cache_size = -{_CACHE_KIB}")
        _run("PRAGMA journal_mode = MEMORY")
    with transaction.atomic():
        with configuration_change():
            first_branch = _fill_branches(size)
            first_user = _fill_users(size, first_branch)
            _fill_tokens(size, first_user)
        if size.calls:
            _fill_calls(size, first_user, first_branch)
    _run("ANALYZE", *(["PRAGMA journal_mode = WAL"] if is_sqlite else []))


def _fill_branches(size: Size) -> int:
    """The id of the first."""
    from webdial.site.models import Branch, GeneralSetting  # noqa: PLC0415

    branches = _made(
        Branch, (Branch(agency_id=agency_id(i), name=f"Town {i}") for i in range(size.branches))
    )
    _made(
        GeneralSetting,
        (
            GeneralSetting(
                name=_MECHANISM,
                branch_id=branches + i,
                value=size.dial_string if i < size.callers else _dial_string(i),
            )
            for i in range(size.branches)
        ),
    )
    return branches


def _dial_string(index: int) -> str:
    host = f"10.{index // 250 % 250}.{index % 250}.9"
    return f"http://{host}:5000/ivr/PbxAPI.aspx?PhoneNumberFrom=^&PhoneNumberTo=#"


def _fill_users(size: Size, first_branch: int) -> int:
    from webdial.site.models import User  # noqa: PLC0415

    return _made(
        User,
        (
            User(
                login=f"agatha.{i}",
                staff_id=f"ST{i}",
                name=f"Agatha Bartholomew {i}",
                email=f"agatha.{i}@example.com",
                password="!",
                extension=f"{1000 + i % 9000}",
                branch_id=first_branch + i % size.branches,
            )
            for i in range(size.users)
        ),
    )


def _fill_tokens(size: Size, first_user: int) -> None:
    """Those of the callers, and others that nobody uses here."""
    from webdial.site.domain.tokens import digest_of  # noqa: PLC0415
    from webdial.site.models import ApiToken  # noqa: PLC0415

    now = datetime.now(UTC)
    digests = [
        *(digest_of(caller_token(i)).hex() for i in range(size.callers)),
        *(f"{i:064x}" for i in range(size.tokens)),
    ]
    _made(
        ApiToken,
        (
            ApiToken(
                user_id=first_user + i % size.users,
                name="Another program",
                digest=digest,
                created_at=now,
                expires_at=now + timedelta(days=DAYS),
            )
            for i, digest in enumerate(digests)
        ),
    )


def _made(model: Any, rows: Iterator[Any]) -> int:
    """Write the rows, whose ids follow each other; the id of the first, or what it would be."""
    newest: int = model.objects.order_by("-id").values_list("id", flat=True).first() or 0
    model.objects.bulk_create(rows, batch_size=_CHUNK)
    ids = model.objects.filter(id__gt=newest).order_by("id").values_list("id", flat=True)
    return ids.first() or newest + 1


def _fill_calls(size: Size, first_user: int, first_branch: int) -> None:
    from django.db import connection  # noqa: PLC0415

    began_at = datetime.now(UTC) - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            _CALLS,
            {
                "calls": size.calls,
                "users": size.users,
                "user": first_user,
                "branches": size.branches,
                "branch": first_branch,
                "from_ms": int(began_at.timestamp() * 1000),
                "span_ms": DAYS * 86_400_000,
            },
        )


def _run(*statements: str) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def main() -> None:
    from webdial.cli.database import open_database  # noqa: PLC0415 - sets Django up

    open_database()
    fill(Size(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
