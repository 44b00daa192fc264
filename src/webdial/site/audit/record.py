"""The record: one chain of acts for all processes. Each entry holds the hash of the one before.

It is short beside the journal: changes, acts on the call log, and where the journals' chains stand.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from webdial.site.audit.digests import time_text
from webdial.site.models import AuditRecord, Call, CallLogNote, Change

START: Final = "0" * 64
"""What stands in place of the hash before the first entry."""

_LOCK: Final = 0x77656263
"""PostgreSQL's advisory lock under which one writer at a time appends."""

Kind = AuditRecord.Kind


def append_record(kind: AuditRecord.Kind, content: Mapping[str, Any]) -> AuditRecord:
    """Add an entry in the transaction of the act, which from here on lets no other append."""
    with transaction.atomic():
        _wait_for_others()
        newest = AuditRecord.objects.order_by("-position").first()
        if newest is None:
            newest = _appended(None, Kind.BEGUN, _what_was_there())
        return _appended(newest, kind, content)


def hash_of(record: AuditRecord, before: str) -> str:
    head = f"{before}\n{record.position}\n{time_text(record.at)}\n{record.kind}\n"
    return sha256((head + record.content).encode()).hexdigest()


def _wait_for_others() -> None:
    if connection.vendor == "postgresql":  # SQLite has one writer anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _appended(
    before: AuditRecord | None, kind: AuditRecord.Kind, content: Mapping[str, Any]
) -> AuditRecord:
    record = AuditRecord(
        position=1 if before is None else before.position + 1,
        at=_now(),
        kind=kind,
        content=orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode(),
    )
    record.hash = hash_of(record, START if before is None else before.hash)
    record.save(force_insert=True)
    return record


def _now() -> datetime:
    return timezone.now()


def _what_was_there() -> dict[str, Any]:
    """What an older version of the program had kept already: how much, and up to which id."""
    calls = Call.objects.filter(begun_salt="")
    newest = calls.order_by("-pk").values_list("pk", flat=True).first()
    changes = Change.objects.filter(salt="")
    return {
        "calls": calls.count(),
        "last_call": newest and newest.hex,
        "changes": changes.count(),
        "last_change": changes.aggregate(Max("pk"))["pk__max"],
        "notes": CallLogNote.objects.count(),
        "last_note": CallLogNote.objects.aggregate(Max("pk"))["pk__max"],
    }
