"""The row that an address names."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


def row_of(rows: QuerySet[Row], row_id: int, *, kind: str) -> Row:
    """Raises Http404, with a sentence for the page, when there is none."""
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise Http404(f"There is no such {kind}.")
    return row
