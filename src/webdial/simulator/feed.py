"""Tells whoever watches that something changed; what changed they read for themselves.

A watcher that falls behind sees the newest state and skips what lay between, so no queue grows.
"""

import asyncio


class Feed:
    """A revision number that moves with every change, and a way to wait for its move."""

    def __init__(self) -> None:
        self.revision = 0
        self.watchers = 0
        self.closed = asyncio.Event()
        self._moved = asyncio.Event()

    def publish(self) -> int:
        """Count one change, wake every watcher, return the new revision."""
        self.revision += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        return self.revision

    async def wait_beyond(self, revision: int) -> None:
        """Return as soon as the feed is past `revision`."""
        while self.revision <= revision:
            await self._moved.wait()

    def close(self) -> None:
        """End every stream and held answer, so that a server can stop."""
        self.closed.set()
