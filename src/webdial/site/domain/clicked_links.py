"""A link that was clicked in another program of a user's machine, and what it means for the helper there.

A click on a link is a person's act where a program shows it, but a page can start one by script. So a link
is shown on the site, where a person dials, unless the user chose otherwise for that machine.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import unquote, urlencode

from django.utils import timezone

from webdial.errors import WebdialError
from webdial.exchange import Channel, Exchange
from webdial.exchange.configuration import PairedComputer
from webdial.numbers import number_in
from webdial.site.models import Call
from webdial.site.threads import in_database_thread

HAND_ON: Final = timedelta(seconds=10)
"""A link that this site handed to the user's browser so short a time ago is that call's own, and on its way
to the phone program. To ask about it would lead round in a circle."""


_SCHEME: Final = re.compile(r"(?:tel|callto|sip):(?://)?", re.IGNORECASE)

_LOOKED_AT: Final = 5
"""The latest calls of a user; more are not placed in that time."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """What to do: show a page of the site, nothing (the call is placed), or hand the link on."""

    act: Literal["show", "placed", "hand_on"]
    path: str | None = None
    link: str | None = None
    sentence: str | None = None


async def meaning_of(link: str, computer: PairedComputer, exchange: Exchange) -> Clicked:
    """What the helper does with `link`; places the call where the user chose that."""
    link = link.strip()
    if await in_database_thread(lambda: was_handed_over(link, computer.user_id)):
        return Clicked("hand_on", link=link)
    if not computer.dials_without_asking:
        return _shown(link)
    try:
        call = await exchange.start_call(
            link if _SCHEME.match(link) else number_in(link),
            user_id=computer.user_id,
            channel=Channel.COMPUTER,
        )
    except WebdialError:  # the page says why, and what can be done
        return _shown(link)
    if call.link is not None:
        return Clicked("hand_on", link=call.link)
    if call.outcome.is_final and not call.outcome.is_success:  # it was stopped; the page says why
        return Clicked("show", path=f"/calls/{call.id}")
    return Clicked("placed", sentence=call.sentence)


def dial_page_path(link: str) -> str:
    """The page that reads a link and shows its number; nothing is dialled yet."""
    return "/dial/link?" + urlencode({"to": link})


def _shown(link: str) -> Clicked:
    return Clicked("show", path=dial_page_path(link))


def number_of(link: str) -> str:
    """The number as people write it; a link that says more than a number stays as it is."""
    if not _SCHEME.match(link):  # a text that was selected
        return number_in(link)
    plain = _SCHEME.sub("", link)
    return link if set(plain) & set(";?@") else unquote(plain)


def was_handed_over(link: str, user_id: int) -> bool:
    """Whether this site has just handed the link to the user's browser: it came back in a circle."""
    since = timezone.now() - HAND_ON
    latest = Call.objects.filter(user_id=user_id).order_by("-id")
    rows = latest.values_list("kind", "request", "placed_at")[:_LOOKED_AT]
    return any((kind, request) == ("link", link) and at > since for kind, request, at in rows)
