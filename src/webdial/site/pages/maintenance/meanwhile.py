"""What a form knows of the changes of its thing: the tag `seen` of rights_words puts it in, here it is read."""

from typing import Final

from webdial.site.domain.meanwhile import check_unchanged
from webdial.site.models import ChangeSubject
from webdial.site.pages.requests import PageRequest

SEEN: Final = "seen"
"""The form's field."""


def check_meanwhile(request: PageRequest, subject: ChangeSubject, key: object) -> None:
    """Raises ChangedMeanwhileError. A form that says nothing of it, such as a program's, is let be."""
    text = request.POST.get(SEEN, "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        check_unchanged(subject, key, seen=int(text))
