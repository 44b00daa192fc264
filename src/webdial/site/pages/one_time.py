"""The one-time id of a page: every form that dials carries it, so a form that is sent twice dials once.

It is made when the page is rendered. Going back, loading again and a double submit send the same id, and
are shown the first call. A page that stays where it is gets a new one with the answer (app.js).
"""

import secrets
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from webdial.errors import JournalError, WebdialError
from webdial.exchange.duplicates import Duplicates, Once, once_by_form
from webdial.exchange.ringing import UnconfirmedError

FIELD: Final = "once"
NEXT_ID: Final = "Webdial-Next-Id"
"""The header of an answer that the page shows: the id for what is dialled from it next."""


def one_time_id(_request: HttpRequest) -> dict[str, Any]:
    """For every template: `one_time_id`."""
    return {"one_time_id": SimpleLazyObject(new_id)}


def new_id() -> str:
    return secrets.token_urlsafe(16)


def once_of_form(request: HttpRequest, user_id: int, *asked: str | None) -> Once | None:
    """By which a form is known that asks for `asked`; None for one without an id."""
    form = request.POST.get(FIELD, "")
    return once_by_form(user_id, form, asked) if form else None


def again_of_form(request: HttpRequest) -> UUID | None:
    """The call that the form dials once more on purpose."""
    try:
        return UUID(request.POST.get("again", ""))
    except ValueError:
        return None


async def spend_form(duplicates: Duplicates, once: Once | None, error: WebdialError) -> None:
    """The form is answered by an error: loading that page again must not dial when the error is gone.

    One that only lacks the second press for an emergency number dials nothing by itself, however often.
    """
    if once is not None and not isinstance(error, JournalError | UnconfirmedError):
        with suppress(JournalError):
            await duplicates.spend(once)


def renew_id(response: HttpResponse) -> HttpResponse:
    """Give the page that shows this answer a new id."""
    response.headers[NEXT_ID] = new_id()
    return response
