"""The cache that all processes share."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webdial.site.models import CacheEntry

pytestmark = pytest.mark.django_db(transaction=True)


def lapse(key: str) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    CacheEntry.objects.filter(key__contains=key).update(expires_at=past)


@pytest.mark.parametrize("value", [1, [1.5, 2.5], {"a": None}, "text", True, None])
def test_value_comes_back_as_it_was(value: object) -> None:
    cache.set("key", value)
    assert cache.get("key", "nothing") == value


def test_value_lapses() -> None:
    cache.set("key", 1, timeout=60)
    lapse("key")
    assert cache.get("key", "nothing") == "nothing"


def test_value_that_is_there_is_not_added() -> None:
    assert cache.add("key", 1)
    assert not cache.add("key", 2)
    assert cache.get("key") == 1
    lapse("key")
    assert cache.add("key", 3)


def test_who_adds_again_and_again_only_reads() -> None:
    """Others want to write meanwhile: forty people who sign in at once."""
    cache.add("key", 1)
    with CaptureQueriesContext(connection) as asked:
        assert not cache.add("key", 2)
    assert [query["sql"].partition(" ")[0] for query in asked] == ["SELECT"]


def test_of_many_who_add_at_once_one_succeeds() -> None:
    cache.get("key")
    begin = threading.Barrier(4)
    added: list[bool] = []

    def add() -> None:
        begin.wait()
        try:
            added.append(cache.add("key", 1))
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [False, False, False, True]


def test_value_is_removed_and_everything_is() -> None:
    cache.set("a", 1)
    cache.set("b", 2)
    assert cache.delete("a")
    assert not cache.delete("a")
    cache.clear()
    assert cache.get("b") is None


def test_any_text_is_a_key() -> None:
    for key in ("with blank", "x" * 1_000, "nul\x00", "é"):
        cache.set(key, key[:5].replace("\x00", ""))
        assert cache.get(key) == key[:5].replace("\x00", "")
    assert max(len(entry.key) for entry in CacheEntry.objects.all()) <= 255


def test_lapsed_values_are_cleared_away() -> None:
    cache.set("old", 1)
    lapse("old")
    cache._cleaned_at = 0.0  # as after a minute
    cache.set("new", 1)
    assert [entry.key for entry in CacheEntry.objects.all()] == [":1:new"]
