"""Lists that are searched and turned page by page."""

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from webdial.site.domain.fields import searched_text

PAGE_SIZE: Final = 50
MAX_SEARCH: Final = 100
"""Characters looked for: every word is one more condition in the query."""

FEW: Final = 5_000
"""Rows of a search whose ids are read all at once."""


def search_text(request: HttpRequest, *, parameter: str = "search") -> str:
    """What to look for, cut short."""
    return searched_text(request.GET.get(parameter, "")[:MAX_SEARCH])


def page_of(rows: QuerySet[Any], request: HttpRequest, *, is_search: bool = False) -> Page[Any]:
    """The page that the address asks for; the nearest when there is none such.

    With `is_search` a table is read from end to end to find the rows, and so not once more to count them.
    """
    listed: Any = FoundRows(rows) if is_search else rows
    return Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))


class FoundRows:
    """Rows that are searched for once, where they are few. Has what Paginator wants."""

    def __init__(self, rows: QuerySet[Any], *, few: int = FEW) -> None:
        self._rows, self._few = rows, few
        self._first = list(rows.prefetch_related(None).values_list("pk", flat=True)[: few + 1])

    def count(self) -> int:
        return len(self._first) if len(self._first) <= self._few else self._rows.count()

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        if part.stop > len(self._first):
            return self._rows[part]
        return self._rows.filter(pk__in=self._first[part])
