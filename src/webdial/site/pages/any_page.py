"""My account | Any page: this browser's telephone links, a bookmarklet, and a tag for other programs' pages."""

import json
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from webdial.site.assets import ELEMENT_PATH
from webdial.site.pages.accounts.mails import absolute_url
from webdial.site.pages.dial_link import FIELD
from webdial.site.pages.own_phone import own_phone
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import signed_in

_WINDOW: Final = "popup,width=440,height=640"
"""The small page's window."""

_BOOKMARKLET: Final = (
    "javascript:(()=>{{"
    "const field=document.activeElement,"
    "part=field&&typeof field.selectionStart==='number'"
    "?field.value.slice(field.selectionStart,field.selectionEnd):'',"
    "text=(part||String(getSelection())).trim().slice(0,200);"
    "open({dial}+(text?{link}+encodeURIComponent(text):''),'webdial',{window})"
    "}})()"
)
"""Runs in somebody else's page: it opens a window with what is selected there, and nothing more."""


@signed_in
@require_safe
def any_page(request: PageRequest) -> HttpResponse:
    context = {
        "handler": f"{reverse('dial-link')}?{FIELD}=%s",
        "dial_link": f"{absolute_url(request, reverse('dial-link'))}?{FIELD}=",
        "bookmarklet": bookmarklet(absolute_url(request, reverse("dial"))),
        "script": absolute_url(request, ELEMENT_PATH),
        "own_phone": own_phone(request),
    }
    return render(request, "accounts/any_page.html", context)


def bookmarklet(dial_page: str) -> str:
    """The address to be kept as a bookmark; `dial_page` is that of the Dial page."""
    return _BOOKMARKLET.format(
        dial=json.dumps(dial_page), link=json.dumps(f"/link?{FIELD}="), window=json.dumps(_WINDOW)
    )
