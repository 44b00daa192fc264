"""Database work from the event loop: in a thread, leaving no connection behind."""

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

T = TypeVar("T")


async def in_database_thread(work: Callable[[], T]) -> T:
    """Run `work`, which reads or writes by Django, and close what it opened.

    For whatever is not a page: around pages Django does the same by itself.
    """

    def run() -> T:
        try:
            return work()
        finally:
            close_old_connections()

    return await sync_to_async(run, thread_sensitive=False)()
