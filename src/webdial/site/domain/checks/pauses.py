"""Checks of what running servers have found out: phone systems that do not answer."""

from collections.abc import Iterator

from django.core.checks import CheckMessage

from webdial.exchange.outcome import Outcome
from webdial.site.domain.checks import known
from webdial.site.models import PhoneSystemPause


def check_pauses() -> Iterator[CheckMessage]:
    for row in PhoneSystemPause.objects.select_related("setup"):
        name = f"“{row.setup.name}”, {row.place}," if row.setup else row.place
        since = f"since {row.since:%Y-%m-%d %H:%M} UTC"
        reason = Outcome(row.reason).label
        yield known.NOT_ANSWERING.found(f"{name} does not answer {since}: {reason}.")
