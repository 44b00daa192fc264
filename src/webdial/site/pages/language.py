"""The language of a page: the user's choice, else the browser's, else English.

The choice is kept in a cookie: it holds for one browser, before signing in as well.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real
from django.views.decorators.http import require_http_methods

from webdial.language import speak, translate
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

OURS: Final = settings.LANGUAGE_CODE
"""The language of the texts themselves: no catalogue of ours holds it."""

_loaded: Final = {OURS}


def language(get_response: GetResponse) -> GetResponse:
    """As Django's LocaleMiddleware, which would need a thread for each page."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = translation.get_language_from_request(request)
        if chosen not in _loaded:  # reads files, once
            await sync_to_async(trans_real.translation, thread_sensitive=False)(chosen)
            _loaded.add(chosen)
        say_in(chosen)
        request.LANGUAGE_CODE = chosen
        response = await get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware


language.async_capable = True  # type: ignore[attr-defined]
language.sync_capable = False  # type: ignore[attr-defined]


def say_in(chosen: str) -> None:
    """For the rest of this request: Django's texts, templates and dates, and webdial.language."""
    translation.activate(chosen)
    speak(None if chosen == OURS else trans_real.translation(chosen))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose_language(request: PageRequest) -> HttpResponse:
    """Keep the choice; an empty one follows the browser again."""
    answer = redirect("account")
    if request.method != "POST":
        return answer
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        say_in(chosen)
    else:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        say_in(translation.get_language_from_request(request))
    messages.success(request, translate("Pages are shown in the language that you chose."))
    return answer
