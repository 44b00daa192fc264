"""Django's cache in our own database, as JSON: a few small values that every process must see.

Django's own back end for a database keeps pickles, which run as a program when they are read.
"""

import hashlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.db.models import Q

CLEAN_UP_S: Final = 60.0
"""How often a process removes what has lapsed."""

_LONGEST_KEY: Final = 255


class SharedCache(BaseCache):
    """Values are whatever JSON can hold."""

    def __init__(self, _location: str, parameters: dict[str, Any]) -> None:
        super().__init__(parameters)
        self._cleaned_at = 0.0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = _rows([self._kept_key(key, version)]).first()
        return default if row is None or _has_lapsed(row.expires_at) else row.value

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        from webdial.site.models import CacheEntry  # noqa: PLC0415 - models come later

        self._clean_up()
        CacheEntry.objects.update_or_create(
            key=self._kept_key(key, version),
            defaults={"value": value, "expires_at": self._expiry(timeout)},
        )

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Set unless there is one; whether it was set. Of two at once only one succeeds.

        Who tries again and again only reads: many of them must not keep others from writing.
        """
        from webdial.site.models import CacheEntry  # noqa: PLC0415

        made = self._kept_key(key, version)
        self._clean_up()
        if (row := _rows([made]).first()) is not None:
            if not _has_lapsed(row.expires_at):
                return False
            _rows([made]).filter(expires_at__lte=datetime.now(UTC)).delete()
        try:
            with transaction.atomic():
                entry = CacheEntry(key=made, value=value, expires_at=self._expiry(timeout))
                entry.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def touch(
        self,
        key: str,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        rows = _rows([self._kept_key(key, version)])
        return bool(rows.update(expires_at=self._expiry(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        deleted, _ = _rows([self._kept_key(key, version)]).delete()
        return bool(deleted)

    def clear(self) -> None:
        from webdial.site.models import CacheEntry  # noqa: PLC0415

        CacheEntry.objects.all().delete()

    def _kept_key(self, key: str, version: int | None) -> str:
        """Any text may be a key; one that no column takes is kept by its digest."""
        made = self.make_key(key, version=version)
        if len(made) <= _LONGEST_KEY and made.isprintable():
            return made
        return hashlib.sha256(made.encode("utf-8", "surrogatepass")).hexdigest()

    def _expiry(self, timeout: float | None) -> datetime | None:
        at = self.get_backend_timeout(timeout)
        return None if at is None else datetime.fromtimestamp(at, UTC)

    def _clean_up(self) -> None:
        if time.monotonic() - self._cleaned_at < CLEAN_UP_S:
            return
        from webdial.site.models import CacheEntry  # noqa: PLC0415

        self._cleaned_at = time.monotonic()
        CacheEntry.objects.filter(expires_at__lte=datetime.now(UTC)).delete()


def _rows(keys: Iterable[str]) -> Any:
    from webdial.site.models import CacheEntry  # noqa: PLC0415

    return CacheEntry.objects.filter(Q(key__in=list(keys)))


def _has_lapsed(expires_at: datetime | None) -> bool:
    return expires_at is not None and expires_at <= datetime.now(UTC)
