"""The log stays small."""

from datetime import UTC, datetime

from webdial.simulator.feed import Feed
from webdial.simulator.received import (
    MAX_ANSWER_CHARS,
    MAX_BODY_CHARS,
    MAX_ENTRIES,
    MAX_TARGET_CHARS,
    Progress,
    ReceivedLog,
)

NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


def begin(log: ReceivedLog, target: str = "/") -> int:
    return log.begin(at=NOW, method="GET", target=target, headers=())


def finish(log: ReceivedLog, entry_id: int, answer: str = "OK") -> None:
    log.finish(entry_id, progress=Progress.ANSWERED, status=200, answer=answer, took_ms=1.0)


def test_old_entries_make_room_and_their_late_answers_are_dropped() -> None:
    log = ReceivedLog(Feed().publish)
    first = begin(log)
    for _ in range(MAX_ENTRIES):
        begin(log)
    finish(log, first)
    log.show_body(first, "late")
    assert len(log) == MAX_ENTRIES
    assert [entry.entry_id for entry in log][:1] == [first + 1]
    assert {entry.progress for entry in log} == {Progress.WAITING}


def test_long_texts_are_cut() -> None:
    log = ReceivedLog(Feed().publish)
    entry_id = begin(log, "/" + "x" * 10_000)
    log.show_body(entry_id, "y" * 10_000)
    finish(log, entry_id, "z" * 10_000)
    (entry,) = log
    lengths = (len(entry.target), len(entry.body), len(entry.answer))
    assert lengths == (MAX_TARGET_CHARS + 1, MAX_BODY_CHARS + 1, MAX_ANSWER_CHARS + 1)


def test_watcher_reads_only_what_changed_since() -> None:
    feed = Feed()
    log = ReceivedLog(feed.publish)
    first = begin(log)
    begin(log)
    seen = feed.revision
    assert log.changed_since(seen) == ()
    finish(log, first)
    assert [entry.entry_id for entry in log.changed_since(seen)] == [first]


def test_cleared_log_gives_no_id_twice() -> None:
    log = ReceivedLog(Feed().publish)
    first = begin(log)
    log.clear()
    second = begin(log)
    finish(log, first)
    (entry,) = log
    assert (entry.entry_id, entry.progress) == (second, Progress.WAITING)
