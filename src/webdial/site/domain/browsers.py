"""Browsers with Webdial's extension: paired by the code that pairs a computer, each with a token of its user's.

The token places calls and reads its user's own calls, and stands among the user's other tokens too.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from webdial.language import translate
from webdial.site.domain.acting import acting_as
from webdial.site.domain.computers import user_of_code
from webdial.site.domain.fields import kept_text
from webdial.site.domain.tokens import create_token, list_tokens
from webdial.site.models import ApiToken, User

NAME_BEGINS: Final = "Extension in "
"""Of the token's name. Kept in the history, so in English as all that is stored."""


@dataclass(frozen=True, slots=True)
class PairedBrowser:
    """A browser that was just paired. `token` is given to it this once."""

    user: User
    token: str


def pair_browser(code: str, *, browser: str, address: str) -> PairedBrowser:
    """Make a token for the browser of whoever the code was shown to. Raises as `user_of_code` does."""
    kept = kept_text(browser, field="browser", label=translate("The browser"), most=60)
    user = user_of_code(code, address=address)
    with acting_as(user):
        token = create_token(user, name=NAME_BEGINS + kept, browser=kept)
    return PairedBrowser(user, token)


def browsers_of(user: User) -> QuerySet[ApiToken]:
    """The tokens of the user's paired browsers, the newest first."""
    return list_tokens(user).exclude(browser="")
