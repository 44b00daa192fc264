"""What the extension costs a page of 5 MB: `python3 dev.py extension --speed`.

The same page is loaded by turns with marking switched off and on. Told is the time in which the page's own thread could
answer nobody (its tasks over 50 ms, as the browser counts them), the time until it had loaded, and the processor's time
that the thread took, until loaded and until all numbers were marked: other programs of the machine add nothing to that.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import CDPSession, Page

from tests.extension.browser import Person, person_with_extension
from tests.extension.corpus import items_of, pages
from tests.extension.sites import Sites

PAGE_BYTES: Final = 5_000_000
ROUNDS: Final = 5

_WATCH: Final = """
globalThis.longTasks = [];
new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
}).observe({ type: "longtask", buffered: true });
"""
_TOLD: Final = """() => {
    const [load] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return [longTasks.reduce((sum, each) => sum + each, 0), load.loadEventEnd, paint?.startTime ?? 0];
}"""
_IDLE: Final = "new Promise((done) => requestIdleCallback(done, { timeout: 2_000 }))"


@dataclass(frozen=True, slots=True)
class Load:
    """Milliseconds of one loading."""

    long_tasks: float
    loaded: float
    painted: float
    processor_until_loaded: float
    processor: float


def big_page() -> str:
    """The corpus among much other text, in some 5 MB of many small elements."""
    items = [
        item
        for kind in ("numbers", "look-alikes")
        for page in pages(kind)
        for item in items_of(page)
    ]
    filler = "<i>Nothing but words stands here, 12 of them, and year 2026.</i> "
    around = filler * (PAGE_BYTES // len(items) // len(filler))
    return "".join(f"<p><b>{item.text}</b> {around}</p>" for item in items)


async def load(reader: Person, address: str, *, is_marked: bool) -> Load:
    """Load the page, and wait until all its numbers are marked, or it has come to rest."""
    page = await reader.context.new_page()
    await page.add_init_script(_WATCH)
    session = await reader.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.goto(address)
    until_loaded = await processor_time(session)
    if is_marked:
        await _wait_looked_through(page)
    await page.evaluate(_IDLE)
    told = await page.evaluate(_TOLD)
    in_all = await processor_time(session)
    await page.close()
    return Load(*told, until_loaded, in_all)


async def processor_time(session: CDPSession) -> float:
    """Milliseconds that the page's thread has worked."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return next(1_000 * each["value"] for each in metrics if each["name"] == "TaskDuration")


async def _wait_looked_through(page: Page) -> None:
    """Wait until the page's last number is marked, asking seldom: to ask costs the page time itself."""
    await page.wait_for_function(
        """() => [...(CSS.highlights.get("webdial-number") ?? [])].some(
            ({ startContainer }) => startContainer.parentElement?.id === "last")""",
        polling=500,
    )


async def measure(folder: Path, rounds: int = ROUNDS) -> tuple[list[Load], list[Load]]:
    """Loads without and with marking by turns, each in a browser of its own, after one that is not counted."""
    plain, marked = [], []
    with Sites() as sites:
        address = sites.serve(big_page())
        async with (
            person_with_extension(folder / "off") as without,
            person_with_extension(folder / "all") as reader,
            asyncio.timeout(120 * (rounds + 1)),
        ):
            await without.settle(country="GB", sites=[], pages="off")
            await reader.settle(country="GB", sites=[], pages="all")
            for _ in range(rounds + 1):
                plain.append(await load(without, address, is_marked=False))
                marked.append(await load(reader, address, is_marked=True))
    return plain[1:], marked[1:]


def middle(loads: Sequence[Load], name: str) -> float:
    """The median of one of the figures."""
    values: list[float] = [getattr(each, name) for each in loads]
    return statistics.median(values)


async def main(rounds: int = ROUNDS) -> int:
    with tempfile.TemporaryDirectory(prefix="webdial-speed-") as folder:
        plain, marked = await measure(Path(folder), rounds)
    print(f"A page of {PAGE_BYTES / 1e6:.0f} MB, medians of {rounds} loadings, in ms:\n")
    print(f"{'':24}{'without':>10}{'with':>10}{'added':>10}")
    for name, told in (
        ("long_tasks", "tasks over 50 ms"),
        ("loaded", "until loaded"),
        ("painted", "until first painted"),
        ("processor_until_loaded", "processor until loaded"),
        ("processor", "processor in all"),
    ):
        without, marking = middle(plain, name), middle(marked, name)
        print(f"{told:24}{without:10.0f}{marking:10.0f}{marking - without:10.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
