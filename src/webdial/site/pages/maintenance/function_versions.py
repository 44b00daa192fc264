"""Versions of the database function as pages show them, and saving one without losing another's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from django.db import transaction
from django.http import Http404, QueryDict

from webdial.errors import NotFoundError, WebdialError
from webdial.language import retold, translate
from webdial.site.domain.fields import id_in, kept_text
from webdial.site.domain.functions import list_versions, save_function, version_by_id
from webdial.site.models import FunctionVersion, Revision, User
from webdial.site.pages.kept_words import told_note
from webdial.site.pages.maintenance.function_source import check_source
from webdial.watcom import DELIVERED_FUNCTION

DELIVERED_ID: Final = 0
"""The id of the function as it is delivered; saved versions count from 1."""

MAX_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Version:
    """A source that is or was in force; nobody saved the one that is delivered."""

    id: int
    source: str
    author: str = ""
    note: str = ""
    saved_at: datetime | None = None

    @classmethod
    def of_row(cls, row: FunctionVersion) -> Self:
        return cls(row.pk, row.source, retold(row.author_name), told_note(row.note), row.saved_at)

    @property
    def title(self) -> str:
        return (
            translate("Version {id}", id=self.id)
            if self.id
            else translate("The delivered function")
        )

    @property
    def name(self) -> str:
        """The title inside a sentence."""
        return (
            translate("version {id}", id=self.id)
            if self.id
            else translate("the delivered function")
        )


DELIVERED: Final = Version(DELIVERED_ID, DELIVERED_FUNCTION)


class EditedMeanwhileError(WebdialError):
    """Another version came into force since the one that was edited; nothing was saved."""

    def __init__(self, in_force: Version) -> None:
        by = translate(", saved by {author}", author=in_force.author) if in_force.author else ""
        super().__init__(
            translate("{title} has come into force meanwhile{by}.", title=in_force.title, by=by),
            hint=translate("Nothing was overwritten."),
        )
        self.in_force = in_force


@dataclass(frozen=True, slots=True)
class Edit:
    """A source to be saved; `began_from` is the id of the version that the edit began from."""

    source: str
    note: str
    began_from: int


def typed_version_id(post: QueryDict, name: str) -> int:
    """The id that a form holds; one that no version has where the field was tampered with."""
    version_id = id_in(post.get(name, ""))
    return -1 if version_id is None else version_id


def version_in_force() -> Version:
    newest = list_versions().first()
    return Version.of_row(newest) if newest else DELIVERED


def find_version(version_id: int) -> Version:
    """The version of this id. Raises Http404."""
    if version_id == DELIVERED_ID:
        return DELIVERED
    try:
        return Version.of_row(version_by_id(version_id))
    except NotFoundError as error:
        raise Http404(error.message) from error


def version_before(version: Version) -> Version | None:
    """The one that was in force before; None for the delivered function, which was the first."""
    if version.id == DELIVERED_ID:
        return None
    row = list_versions().filter(pk__lt=version.id).first()
    return Version.of_row(row) if row else DELIVERED


def save_edit(edit: Edit, *, author: User) -> Version | None:
    """Put the source in force as a new version; None when it is the one in force already.

    Raises FunctionError for a faulty source, InvalidValueError for the note, EditedMeanwhileError
    when somebody else's version came between.
    """
    check_source(edit.source)
    note = kept_text(
        edit.note, field="note", label=translate("The note"), most=MAX_NOTE, required=False
    )
    with transaction.atomic():
        # Two who save at once come one after the other: SQLite locks with the transaction's
        # beginning, PostgreSQL here.
        Revision.objects.select_for_update().filter(pk=1).first()
        in_force = version_in_force()
        if edit.began_from != in_force.id and edit.source != in_force.source:
            raise EditedMeanwhileError(in_force)
        row = save_function(edit.source, author=author, note=note)
    return Version.of_row(row) if row else None
