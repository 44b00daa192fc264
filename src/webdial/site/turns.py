"""Work that is done once for a database, however many processes and machines would do it.

By an advisory lock of PostgreSQL, which is gone with the session of whoever had it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


@contextmanager
def turn(key: int) -> Iterator[bool]:
    """Whether it is ours to do the work of this key now. On SQLite it always is: one machine serves it."""
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_ours,) = cursor.fetchone()
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(Error):  # the session is lost, and the lock with it
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
