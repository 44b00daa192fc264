"""What a form knows of the changes of its thing: the tag `seen` of rights_words puts it in, here it is read."""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from webdial.site.domain.meanwhile import Seen, unless_changed
from webdial.site.models import ChangeSubject
from webdial.site.pages.requests import PageRequest

SEEN: Final = "seen"
"""The form's field."""


def unless_changed_meanwhile(
    request: PageRequest, subject: ChangeSubject, key: object
) -> AbstractContextManager[None]:
    """Around the act: it raises ChangedMeanwhileError. A form that says nothing of it, such as a program's, is let be."""
    text = request.POST.get(SEEN, "")
    if key is not None and text.isascii() and text.isdigit() and len(text) < 19:
        return unless_changed(Seen(subject, key, int(text)))
    return nullcontext()
