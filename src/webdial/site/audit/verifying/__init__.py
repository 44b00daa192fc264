"""Looks whether everything that was chained still stands as it was, and says what does not.

What it finds is told in sentences that name the call, change or note, with its time. It only reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from webdial.site.audit.verifying.acts import Acts
from webdial.site.audit.verifying.calls import CallCheck
from webdial.site.audit.verifying.changes import verify_changes
from webdial.site.audit.verifying.findings import Finding, Summary
from webdial.site.audit.verifying.notes import verify_notes
from webdial.site.audit.verifying.walk import verify_head, walk_record

__all__ = ["Finding", "Summary", "verify"]


def verify(summary: Summary, *, head: str = "") -> Iterator[Finding]:
    """All that does not fit; `summary` is filled meanwhile. With `head`, whether it is in the record.

    Raises InvalidValueError when `head` is none that `webdial audit head` prints.
    """
    with _one_moment():
        yield from verify_head(head)
        acts = Acts()
        yield from walk_record(acts, summary)
        yield from verify_changes(acts, summary)
        yield from verify_notes(acts)
        yield from CallCheck(acts, summary).findings()


@contextmanager
def _one_moment() -> Iterator[None]:
    """All that is read is of one moment, while calls go on. Not Django's `atomic`, which on SQLite
    would make every writer wait.
    """
    begin = "BEGIN"
    if connection.vendor == "postgresql":
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
