"""Texts of the history and the call log, put together when they were kept, told in the reader's language.

They are kept in English, the values already in them. What a text says is found by its form.
"""

import re
from collections.abc import Iterable
from typing import Final

from webdial.exchange.sender import IN_A_CIRCLE, NEW_FINGERPRINT, POINTED_TO
from webdial.language import translatable, translate
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
)
"""Why a call went the way it went: what webdial.exchange writes down, the outermost form first."""

_ANSWERS: Final = (IN_A_CIRCLE, POINTED_TO, NEW_FINGERPRINT)
"""What stands instead of an answer of the phone system."""


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


def _retold(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        if found := re.fullmatch(_pattern(form), text):
            parts = found.groupdict()
            if "source" in parts:
                parts["source"] = _retold(parts["source"], forms)
            return translate(form, **parts)
    return text


def _pattern(form: str) -> str:
    """The form as a regular expression, its places as groups."""
    parts = re.split(r"\{(\w+)\}", form)
    return "".join(
        f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
