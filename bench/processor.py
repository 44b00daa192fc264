"""What a query costs in processor time, which other work on the machine does not add to."""

import time
from collections.abc import Callable

import psutil


def processor_clock() -> Callable[[], float]:
    """Tells the seconds of processor spent by this process, and by the one that PostgreSQL runs for it.

    The system counts those of another process in hundredths of a second.
    """
    from django.db import connection  # noqa: PLC0415 - which database is known once it is set up

    if connection.vendor == "sqlite":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])

    def spent() -> float:
        times = backend.cpu_times()
        return time.process_time() + float(times.user) + float(times.system)

    return spent
