"""The event loop of the bench's own processes: uvloop where it exists, asyncio's elsewhere."""

import asyncio
import importlib.util

HAS_UVLOOP = importlib.util.find_spec("uvloop") is not None
"""uvloop exists on CPython outside Windows only."""


def new_loop() -> asyncio.AbstractEventLoop:
    """A fresh event loop, the fastest this machine has; for `asyncio.Runner(loop_factory=...)`."""
    if HAS_UVLOOP:
        import uvloop  # noqa: PLC0415

        return uvloop.new_event_loop()
    return asyncio.new_event_loop()
