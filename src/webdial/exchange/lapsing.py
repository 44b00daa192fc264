"""How long what a phone system gave holds: the token of a log-in, that of a sign-in."""

from typing import Final

from webdial.exchange.outcome import Verdict
from webdial.phonesystems import Answer, Reading

MARGIN_S: Final = 30.0
"""A token is taken for lapsed this long before it does: clocks differ, requests take time."""

LONGEST_S: Final = 366 * 86_400.0


def lasts_s(lasts: float | Reading, answer: Answer | Verdict | None) -> float | None:
    """Seconds, by the file or by the phone system's own answer; None when neither tells."""
    if isinstance(lasts, float):
        return min(lasts, LONGEST_S) or None
    found = lasts.read(answer) if isinstance(answer, Answer) else None
    try:
        seconds = float(found or "nan")
    except ValueError:
        return None
    return min(seconds, LONGEST_S) if seconds >= 0 else None
