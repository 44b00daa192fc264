"""Texts of the history and the call log, put together when they were kept, told in the reader's language.

They are kept in English, the values already in them. What a text says is found by its form.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from webdial.desktop.tapi.dialling import CHOOSE_A_LINE, NO_SUCH_LINE, TOO_LONG
from webdial.desktop.tapi.failures import LINE_FAILURES, REQUEST_FAILURES
from webdial.desktop.tapi.line_call import CLOSED, ENDED, NOT_DIALLED
from webdial.dialstring import FAULTS_OF_VALUES
from webdial.exchange import Outcome, Verdict
from webdial.exchange.admission import BLOCKS
from webdial.exchange.judging import NOTHING_TO_TAKE
from webdial.exchange.network_policy import REFUSALS
from webdial.exchange.outcome import DIAL_AGAIN_IN, SPANS, TRIED_AGAIN_IN
from webdial.exchange.sender import IN_A_CIRCLE, POINTED_TO
from webdial.exchange.verdicts import NEW_FINGERPRINT
from webdial.language import translatable, translate
from webdial.numbers import WHYS
from webdial.site.models import Change, ChangeSubject

_OF_USER: Final = translatable("{thing} of {user}")
_FOR_USER: Final = translatable("{thing} for {user}")
_LABELS: Final = {
    ChangeSubject.USER_PHONE: (_OF_USER,),
    ChangeSubject.COMPUTER: (_OF_USER,),
    ChangeSubject.TOKEN: (_OF_USER,),
    ChangeSubject.FILLED_IN: (_FOR_USER,),
    ChangeSubject.CREDENTIAL: (translatable("All secrets"),),
}
"""What the acts of webdial.site.domain call these things."""

_NOTES: Final = (
    translatable("import of {file}"),
    translatable("change {number} put back"),
    translatable("user {staff_id}"),
    translatable("a number that ends in {digits}"),
)

_SOURCES: Final = (
    translatable("{source}; started by the computer {computer}"),
    translatable("phone system {phone_system}, {source}"),
    translatable("set for the branch {branch}"),
    translatable("set for the phone {phone}"),
    translatable("set for all branches"),
    translatable("the default; nothing is set"),
    translatable("chosen for a trial"),
)
"""Why a call went the way it went: what webdial.exchange writes down, the outermost form first."""

_ANSWERS: Final = (IN_A_CIRCLE, POINTED_TO, NEW_FINGERPRINT, *REFUSALS)
"""What stands instead of an answer of the phone system."""

_MESSAGES: Final = (*BLOCKS, NOTHING_TO_TAKE, *FAULTS_OF_VALUES)
"""Why a call was blocked, or a log-in failed."""

_HELPER: Final = frozenset(
    {
        *(sentence for _, sentence in LINE_FAILURES.values()),
        *(sentence for _, sentence in REQUEST_FAILURES.values()),
        *(ended.detail for ended in (*ENDED.values(), *NOT_DIALLED.values(), CLOSED)),
        *(TOO_LONG, NO_SUCH_LINE),
    }
)
"""Why a telephone line of a user's computer did not dial."""

_OF_HELPER: Final = re.compile(
    rf"(?P<sentence>.+?\.)(?P<code> \((?:LINE|TAPI)ERR_\w+\))?(?: (?P<hint>{re.escape(CHOOSE_A_LINE)}))?"
)

_OURS: Final = frozenset({Outcome.BLOCKED, Outcome.HELD_BACK, Outcome.LOG_IN_FAILED})
"""Outcomes whose message may be the program's own."""

_NEXT_STEPS: Final = (TRIED_AGAIN_IN, DIAL_AGAIN_IN, *SPANS)

_TEXTS: Final = frozenset({"source", "why", "wanted", "form", "span", "label"})
"""Values that are texts as well, told like the one that they stand in."""


def told_label(change: Change) -> str:
    return _retold(change.label, _LABELS.get(ChangeSubject(change.subject), ()))


def told_note(note: str) -> str:
    """A note of the program's own; what somebody typed stays as it is."""
    return _retold(note, _NOTES)


def told_source(source: str) -> str:
    return _retold(source, _SOURCES)


def told_answer(answer: str) -> str:
    """What the phone system said stays as it is."""
    return _retold(answer, _ANSWERS)


def told_why(why: str) -> str:
    """Why a step made of a number what it did."""
    return _text_retold(why, (*WHYS, *BLOCKS))


def told_verdict(verdict: Verdict) -> Verdict:
    """The verdict for a reader: its sentence and its message in their language.

    Of a call that was refused, or answered with an error, the message is the phone system's own, unless the
    helper said it.
    """
    message = verdict.message
    if verdict.outcome in _OURS:
        message = _text_retold(message, _MESSAGES)
    elif (found := _OF_HELPER.fullmatch(message)) and found["sentence"] in _HELPER:
        code, hint = found["code"] or "", found["hint"] or ""
        message = f"{translate(found['sentence'])}{code} {translate(hint)}".rstrip()
    return replace(verdict, message=message, next_step=_text_retold(verdict.next_step, _NEXT_STEPS))


def _text_retold(text: str, forms: tuple[str, ...]) -> str:
    """A text of the program's own: by its form, or as it is when no values stand in it."""
    told = _retold(text, forms)
    return told if told != text else translate(text)


def _retold(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        if found := _pattern(form).fullmatch(text):
            return translate(
                form,
                **{
                    name: _text_retold(part, tuple(forms)) if name in _TEXTS else part
                    for name, part in found.groupdict().items()
                },
            )
    return text


@lru_cache(maxsize=256)
def _pattern(form: str) -> re.Pattern[str]:
    """The form as a regular expression, its places as groups."""
    parts = re.split(r"\{(\w+)\}", form)
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
        )
    )
