"""The request as pages see it, once the middleware and the rights check have been passed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from webdial.site.models import User


class PageRequest(HttpRequest):
    """A request of a signed-in user. A type for views only; nothing makes one.

    `may_change` says whether they may change what the page shows (webdial.site.pages.rights).
    """

    user: User
    may_change: bool
    htmx: HtmxDetails
