"""The threads that functions run in: a slow one holds up nobody, and nobody waits for ever."""

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator

import pytest

from webdial.errors import CallNotPlacedError
from webdial.site.function_runner import THREADS, FunctionThreads
from webdial.site.function_tables import SCHEMA
from webdial.watcom import (
    CallResult,
    CompiledFunction,
    Context,
    FunctionError,
    MemoryTables,
    compile_function,
)

LONGEST_S = 10.0
HEAD = 'ALTER FUNCTION f( in "Number" char(100) ) returns long varchar\nbegin\n'


def a_function(body: str) -> CompiledFunction:
    return compile_function(f"{HEAD}{body}\nend", schema=SCHEMA)


ECHO = a_function("return Number")
FAULTY = a_function("return 1/0")


class Echo:
    """A work that returns `text`, from the thread that it notes."""

    def __init__(self, text: str, function: CompiledFunction = ECHO) -> None:
        self.text = text
        self.thread = ""
        self._function = function

    def __call__(self) -> CallResult:
        self.thread = threading.current_thread().name
        return self._function.call(
            self.text, context=Context(tables=MemoryTables({}), user_staff_id="S1")
        )


class Slow(Echo):
    """One that ends when it may; `begun` tells that a thread has it."""

    def __init__(self, text: str = "slow") -> None:
        super().__init__(text)
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self) -> CallResult:
        self.begun.set()
        assert self.may_end.wait(LONGEST_S)
        return super().__call__()


class Broken:
    """A work that ends by an error of another kind than the program's own."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __call__(self) -> CallResult:
        raise self._error


@pytest.fixture
async def threads() -> AsyncIterator[FunctionThreads]:
    pool = FunctionThreads()
    yield pool
    await asyncio.to_thread(pool.close)


async def keep_busy(
    threads: FunctionThreads, count: int
) -> list[tuple[Slow, "asyncio.Task[CallResult]"]]:
    """`count` threads, each with a slow work that has begun."""
    busy = []
    for _ in range(count):
        slow = Slow()
        busy.append((slow, asyncio.create_task(threads.result_of(slow))))
        assert await asyncio.to_thread(slow.begun.wait, LONGEST_S)
    return busy


async def end_all(busy: list[tuple[Slow, "asyncio.Task[CallResult]"]]) -> list[str | None]:
    for slow, _ in busy:
        slow.may_end.set()
    return [(await task).value for _, task in busy]


async def test_every_work_gets_its_own_result(threads: FunctionThreads) -> None:
    works = [Echo(str(number)) for number in range(500)]
    results = await asyncio.gather(*(threads.result_of(work) for work in works))
    assert [result.value for result in results] == [work.text for work in works]
    assert {work.thread for work in works} <= {f"webdial-function_{n}" for n in range(THREADS)}


async def test_slow_works_hold_up_nobody_while_a_thread_is_left(threads: FunctionThreads) -> None:
    busy = await keep_busy(threads, THREADS - 1)
    results = await asyncio.wait_for(
        asyncio.gather(*(threads.result_of(Echo(str(number))) for number in range(100))), LONGEST_S
    )
    assert [result.value for result in results] == [str(number) for number in range(100)]
    assert not any(task.done() for _, task in busy)
    assert await end_all(busy) == ["slow"] * (THREADS - 1)


async def test_result_does_not_wait_for_the_slow_work_behind_it() -> None:
    """One thread: a short work's result is back while the next one, which waited with it, goes on."""
    threads = FunctionThreads(1)
    slow = Slow()
    short = asyncio.create_task(threads.result_of(Echo("short")))
    behind = asyncio.create_task(threads.result_of(slow))
    assert (await asyncio.wait_for(short, LONGEST_S)).value == "short"
    assert await asyncio.to_thread(slow.begun.wait, LONGEST_S)
    assert not behind.done()
    slow.may_end.set()
    assert (await behind).value == "slow"
    await asyncio.to_thread(threads.close)


async def test_works_of_one_thread_are_done_in_their_order() -> None:
    threads = FunctionThreads(1)
    ended: list[str | None] = []

    async def note(text: str) -> None:
        ended.append((await threads.result_of(Echo(text))).value)

    await asyncio.gather(*(note(str(number)) for number in range(50)))
    assert ended == [str(number) for number in range(50)]
    await asyncio.to_thread(threads.close)


async def test_error_of_a_function_is_raised_as_it_is(threads: FunctionThreads) -> None:
    with pytest.raises(FunctionError) as caught:
        await threads.result_of(Echo("0", FAULTY))
    assert (caught.value.line, "zero" in caught.value.message) == (3, True)
    assert (await threads.result_of(Echo("next"))).value == "next"


@pytest.mark.parametrize(
    "error", [RuntimeError("broken"), StopIteration(), SystemExit(3), KeyboardInterrupt()]
)
async def test_thread_outlives_whatever_a_work_raises(error: BaseException) -> None:
    threads = FunctionThreads(1)
    with pytest.raises(CallNotPlacedError) as caught:
        await threads.result_of(Broken(error))
    assert caught.value.error_code == "function_failed"
    assert caught.value.__cause__ is error
    assert (await threads.result_of(Echo("next"))).value == "next"
    await asyncio.to_thread(threads.close)


async def test_work_that_nobody_waits_for_any_more_is_not_begun(threads: FunctionThreads) -> None:
    busy = await keep_busy(threads, THREADS)
    given_up = Slow("given up")
    waiting = asyncio.create_task(threads.result_of(given_up))
    await asyncio.sleep(0)  # the task has put its work
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    after = asyncio.create_task(threads.result_of(Echo("after")))
    await end_all(busy)
    assert (await after).value == "after"
    assert not given_up.begun.is_set()


async def test_who_gives_up_on_a_work_that_began_harms_nobody(threads: FunctionThreads) -> None:
    [(slow, task), *others] = await keep_busy(threads, THREADS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.may_end.set()
    assert (await threads.result_of(Echo("next"))).value == "next"
    await end_all(others)


async def test_close_tells_who_waits_and_leaves_no_thread() -> None:
    threads = FunctionThreads(2)
    busy = await keep_busy(threads, 2)
    waiting = [asyncio.create_task(threads.result_of(Echo(str(n)))) for n in range(20)]
    await asyncio.sleep(0)  # the tasks have put their works
    before = {thread for thread in threading.enumerate() if is_ours(thread)}
    closing = asyncio.create_task(asyncio.to_thread(threads.close))
    while not threads.is_closed:  # noqa: ASYNC110 - a thread sets it, which knows no asyncio.Event
        await asyncio.sleep(0)
    assert await end_all(busy) == ["slow", "slow"]
    await closing
    for task in waiting:
        with pytest.raises(CallNotPlacedError, match="The server is shutting down"):
            await task
    with pytest.raises(CallNotPlacedError, match="The server is shutting down"):
        await threads.result_of(Echo("late"))
    assert len(before) >= 2
    assert not any(thread.is_alive() for thread in before)
    threads.close()  # once more does nothing


def is_ours(thread: threading.Thread) -> bool:
    return thread.name.startswith("webdial-function")


def test_threads_start_with_the_first_work_alone() -> None:
    before = threading.active_count()
    threads = FunctionThreads()
    assert threading.active_count() == before
    threads.close()


def test_threads_serve_one_event_loop_after_the_other() -> None:
    threads = FunctionThreads()
    for text in ("first", "second"):
        assert asyncio.run(threads.result_of(Echo(text))).value == text
    threads.close()


def test_loop_that_ended_meanwhile_harms_no_later_work() -> None:
    threads = FunctionThreads(1)
    slow = Slow()

    async def give_up() -> None:
        task = asyncio.create_task(threads.result_of(slow))
        await asyncio.to_thread(slow.begun.wait, LONGEST_S)
        task.cancel()

    asyncio.run(give_up())
    slow.may_end.set()
    assert asyncio.run(threads.result_of(Echo("next"))).value == "next"
    threads.close()


async def test_idle_thread_holds_on_to_no_call(threads: FunctionThreads) -> None:
    work = Echo("gone")
    await threads.result_of(work)
    freed = threading.Event()
    weakref.finalize(work, freed.set)
    del work
    gc.collect()
    assert await asyncio.to_thread(freed.wait, LONGEST_S)
