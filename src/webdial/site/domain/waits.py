"""When it is worth while to ask again, for whoever has asked too often: pages and API tell the same."""

from math import ceil
from typing import Final

from webdial.errors import InvalidValueError, WebdialError
from webdial.exchange.admission import MINUTE_S
from webdial.exchange.ringing import BlockedTooOftenError
from webdial.site.domain.computers import WRONG_WINDOW_S, TooManyCodesError

RETRY_AFTER: Final = "Retry-After"
"""The header that tells it, in whole seconds (RFC 9110 section 10.2.3)."""


class TooManyAttemptsError(InvalidValueError):
    """Attempts are counted, and these were too many; the next is looked at in `wait_s` seconds."""

    def __init__(self, message: str, *, field: str = "", wait_s: float) -> None:
        super().__init__(message, field=field)
        self.wait_s = wait_s


def retry_after_s(error: WebdialError, *, now: float) -> int | None:
    """After how many seconds it is worth while to ask again, where the clock decides that."""
    match error:
        case TooManyAttemptsError():
            return whole_seconds(error.wait_s)
        case TooManyCodesError():
            return WRONG_WINDOW_S
        case BlockedTooOftenError():  # which counts by the minute
            return MINUTE_S - int(now) % MINUTE_S
    return None


def whole_seconds(wait_s: float) -> int:
    """Rounded up, so that it is true, and never none."""
    return max(1, ceil(wait_s))
