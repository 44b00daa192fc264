"""Lists that are searched and turned page by page."""

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE: Final = 50
MAX_SEARCH: Final = 100
"""Characters looked for: every word is one more condition in the query."""


def search_text(request: HttpRequest, *, parameter: str = "search") -> str:
    """What to look for, cut short; what cannot be seen is left out (PostgreSQL takes no NUL)."""
    typed = request.GET.get(parameter, "")[:MAX_SEARCH]
    return "".join(c if c.isprintable() else " " for c in typed).strip()


def page_of(rows: QuerySet[Any], request: HttpRequest) -> Page[Any]:
    """The page that the address asks for; the nearest when there is none such."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
