"""What a call holds that waits for its phone system: allocations by file, for one call of a thousand.

One process with an exchange, a sender and a journal in memory; the web server's part is not in it.
"""

import asyncio
import subprocess
import sys
import tracemalloc
from dataclasses import dataclass
from typing import Final

from bench import standin
from bench.loop import new_loop
from bench.servers import ROOT, free_port
from webdial.exchange import Caller, Channel, Configuration, Exchange, HttpSender
from webdial.exchange.general_settings import ALLOWED_HOSTS, MECHANISM, key_of
from webdial.exchange.journal import Entry
from webdial.exchange.named_hosts import policy_of

CALLS: Final = 1_000
_CALLER: Final = Caller(1, "carl", "C1", "Carl", "201", None, "")


class _Memory:
    """A journal that keeps nothing."""

    async def write(self, entry: Entry) -> None:
        await asyncio.sleep(0)


@dataclass
class _Fixed:
    current: Configuration


async def _measure(authority: str) -> None:
    string = f"{standin.dial_url(authority)}?from=^&to=#"
    values: dict[tuple[str, int | None], str] = {
        (key_of(MECHANISM.name), None): string,
        (key_of(ALLOWED_HOSTS.name), None): "127.0.0.1",
    }
    configuration = Configuration(1, {1: _CALLER}, {}, {}, values)
    sender = HttpSender(policy=lambda: policy_of(configuration))
    exchange = Exchange(
        configuration=_Fixed(configuration), journal=_Memory(), sender=sender, run_id="bench"
    )

    async def call(number: int) -> None:
        await exchange.place_call(f"020794{number:05}", user_id=1, channel=Channel.API)

    await asyncio.gather(*(call(number) for number in range(CALLS, CALLS + 10)))
    tracemalloc.start(1)
    before = tracemalloc.take_snapshot()
    waiting = [asyncio.create_task(call(number)) for number in range(CALLS)]
    await asyncio.sleep(1.5)
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    await asyncio.gather(*waiting)
    await exchange.close(wait_s=1)
    await sender.close()
    _print(after, before)


def _print(after: tracemalloc.Snapshot, before: tracemalloc.Snapshot) -> None:
    changes = [each for each in after.compare_to(before, "lineno") if each.size_diff > 0]
    print(f"{sum(each.size_diff for each in changes) / CALLS / 1024:.1f} KiB a call")
    for each in changes[:25]:
        frame = each.traceback[0]
        name = "/".join(frame.filename.split("/")[-3:])
        print(f"{each.size_diff / CALLS:8.0f} bytes  {name}:{frame.lineno}")


def main() -> int:
    """Print what a waiting call holds."""
    port = free_port()
    command = standin.serve_command(port, delay_s=3.0)
    process = subprocess.Popen(command.argv, cwd=ROOT, env=command.environment)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_ready_then_measure(command.authority))
    finally:
        process.terminate()
        process.wait(10)
    return 0


async def _ready_then_measure(authority: str) -> None:
    host, _, port = authority.partition(":")
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            break
    await _measure(authority)


if __name__ == "__main__":
    sys.exit(main())
