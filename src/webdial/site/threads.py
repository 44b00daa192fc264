"""Database work from the event loop: in a thread, leaving no connection behind."""

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import SyncToAsync, sync_to_async
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


async def give_thread_back() -> None:
    """End the thread that Django keeps for this request, before the request waits for the world.

    Django runs all database work of a request in one thread of the request's own and keeps that to the
    request's end: 30 pages waiting for an outcome held 29 threads. What comes after the wait gets a new one.
    """
    await sync_to_async(close_old_connections)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor is not None:
        executor.shutdown(wait=False)
