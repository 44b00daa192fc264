"""What a form knows of the changes of its thing: the tag `seen` of rights_words puts it in, here it is read."""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from webdial.site.domain.fields import id_in
from webdial.site.domain.meanwhile import Seen, unless_changed
from webdial.site.models import ChangeSubject
from webdial.site.pages.requests import PageRequest

SEEN: Final = "seen"
"""The form's field."""


def unless_changed_meanwhile(
    request: PageRequest, subject: ChangeSubject, key: object
) -> AbstractContextManager[None]:
    """Around the act: it raises ChangedMeanwhileError. A form that says nothing of it, such as a program's, is let be."""
    change_id = id_in(request.POST.get(SEEN, ""))
    if key is None or change_id is None:
        return nullcontext()
    return unless_changed(Seen(subject, key, change_id))
