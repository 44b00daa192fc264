"""A program that changes a setting when it is told to, and says when it was in the database.

    python -m bench.changing AG7

Each line of its input is the next dial string of the branch with this AgencyID, each line of its output
the time (seconds of Unix time) at which the change was kept. The first line says that it is ready.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from typing import Final

from bench import BenchError
from bench.servers import ROOT

_LONGEST_S: Final = 30.0
_READY: Final = "ready"
_MECHANISM: Final = "Use Web Phone Dialling Mechanism"


class Changer:
    """The program as who runs it sees it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def change(self, dial_string: str) -> float:
        """Set it; the time at which it was kept. Raises BenchError."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{dial_string}\n".encode())
        return float(await self.line())

    async def line(self) -> str:
        assert self._process.stdout is not None
        read = await asyncio.wait_for(self._process.stdout.readline(), _LONGEST_S)
        if not read:
            raise BenchError("the program that changes a setting has ended")
        return read.decode().strip()


@contextlib.asynccontextmanager
async def changing(agency_id: str, environment: Mapping[str, str]) -> AsyncIterator[Changer]:
    """Start it and wait until it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.changing", agency_id),
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        changer = Changer(process)
        if (said := await changer.line()) != _READY:
            raise BenchError(f"the program that changes a setting said {said!r}")
        yield changer
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def main() -> None:
    from webdial.cli.database import open_database  # noqa: PLC0415 - sets Django up

    open_database()
    from webdial.site.domain.branches import branch_by_agency_id  # noqa: PLC0415
    from webdial.site.domain.general_settings import override_setting  # noqa: PLC0415

    branch = branch_by_agency_id(sys.argv[1])
    print(_READY, flush=True)
    for line in sys.stdin:
        override_setting(_MECHANISM, line.strip(), branch=branch)
        print(time.time(), flush=True)


if __name__ == "__main__":
    main()
