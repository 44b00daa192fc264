"""On which day a token was last used: noticed at every request, written down once a day.

A request costs one look into a set. The server's upkeep writes down what is new (webdial.runtime).
"""

from datetime import UTC, date, datetime
from typing import Final

from webdial.site.models import ApiToken


class TokenUses:
    """The tokens that this process has seen today; may be told of from any thread."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._written: frozenset[int] = frozenset()
        self._new: set[int] = set()

    def notice(self, token_id: int) -> None:
        if token_id not in self._written:
            self._new.add(token_id)

    def keep(self) -> None:
        """Write down what was noticed since the last time; costs nothing when there is nothing new."""
        today = datetime.now(UTC).date()
        if today != self._day:
            self._day, self._written = today, frozenset()
        if not self._new:
            return
        noticed = frozenset(self._new)
        rows = ApiToken.objects.filter(pk__in=noticed).exclude(last_used_on=today)
        rows.update(last_used_on=today)
        self._written |= noticed
        self._new -= noticed


token_uses: Final = TokenUses()
"""Those of this process."""
