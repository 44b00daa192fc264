"""Exports of the list of calls: what its filter shows, as CSV or Excel, streamed."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Final

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from webdial.language import translate
from webdial.site.domain.call_filters import matching_calls
from webdial.site.domain.call_pages import calls_in_batches
from webdial.site.domain.call_records import csv_parts, write_excel
from webdial.site.pages.call_list import AskedCalls, asked_calls
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in

MAX_EXCEL: Final = 100_000
"""Calls in an Excel file from a page: some ten seconds of work, before the first byte can leave."""

_CHUNK: Final = 65_536
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@signed_in
@require_safe
def export_calls(request: PageRequest, form: str) -> HttpResponseBase:
    """`form` is csv or xlsx."""
    if form not in _TYPES:
        raise Http404(translate("There is no such export."))
    asked = asked_calls(request)
    if asked.wanted is None or (form == "xlsx" and _is_too_long(asked)):
        context = {
            "asked": asked,
            "most": MAX_EXCEL,
            "error": next(iter(asked.errors.values()), None),
        }
        return render(
            request, "call_export_refused.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    batches = calls_in_batches(asked.sight, asked.wanted)
    zone = asked.wanted.zone
    parts = csv_parts(batches, zone=zone) if form == "csv" else _excel_parts(asked)
    return download(
        parts, content_type=_TYPES[form], name=f"calls-{timezone.now():%Y-%m-%d}.{form}"
    )


def download(parts: Iterator[bytes], *, content_type: str, name: str) -> HttpResponseBase:
    """A file made while it is sent. Each part is made in the request's own thread."""
    response = StreamingHttpResponse(_streamed(parts), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _streamed(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    def one_more() -> bytes | None:
        return next(parts, None)

    while (part := await sync_to_async(one_more)()) is not None:
        yield part


def _excel_parts(asked: AskedCalls) -> Iterator[bytes]:
    assert asked.wanted is not None
    with tempfile.TemporaryFile() as file:
        batches = calls_in_batches(asked.sight, asked.wanted)
        write_excel(batches, file, zone=asked.wanted.zone)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _is_too_long(asked: AskedCalls) -> bool:
    assert asked.wanted is not None
    calls = matching_calls(asked.sight, asked.wanted).order_by("-pk").values("pk")
    return calls[: MAX_EXCEL + 1].count() > MAX_EXCEL
