"""Two people with one form open: who saves later is told what the other changed, before it is written over.

The history tells: a form holds the number of the newest change of its thing. Functions have versions instead.
"""

from webdial.errors import InvalidValueError
from webdial.language import retold, translate
from webdial.site.domain.changes import changed_fields, changes_of
from webdial.site.domain.states import field_label
from webdial.site.models import Change, ChangeSubject


class ChangedMeanwhileError(InvalidValueError):
    """Somebody else has saved what is being saved. Tried again, knowing of it, it is kept."""


def newest_change(subject: ChangeSubject, key: object) -> int:
    """Number of the newest change of a thing; 0 when there is none."""
    return changes_of(subject, key).values_list("pk", flat=True).first() or 0


def check_unchanged(subject: ChangeSubject, key: object, *, seen: int) -> None:
    """Raises ChangedMeanwhileError when a field of the thing has changed since the change `seen`.

    Secrets do not count: a form that is sent without one leaves it as it is.
    """
    for change in changes_of(subject, key).filter(pk__gt=seen):
        if fields := _labels(change):
            told = translate(
                "{name} has changed this since you opened it: {fields}.",
                name=retold(change.user_name),
                fields=", ".join(fields),
            )
            hint = translate(
                "Below stands what you typed. Saved again, it takes the other’s place."
            )
            raise ChangedMeanwhileError(told, hint=hint)


def _labels(change: Change) -> list[str]:
    """By name: PostgreSQL does not keep the order of JSON's members."""
    names = sorted(each.name for each in changed_fields(change) if not each.is_secret)
    return [translate(field_label(name)) for name in names]
