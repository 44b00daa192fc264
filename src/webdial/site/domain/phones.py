"""Labelled numbers of people and users."""

from collections.abc import Sequence
from dataclasses import dataclass

from webdial.errors import InvalidValueError
from webdial.numbers import NumberError, clean_number
from webdial.site.domain.fields import kept_text
from webdial.site.models import Person, Phone, User


@dataclass(frozen=True, slots=True)
class LabelledNumber:
    label: str
    number: str


def keep_phones(owner: Person | User, phones: Sequence[LabelledNumber]) -> None:
    """Make these the owner's numbers, in this order; rows without a number are left out.

    Raises InvalidValueError for a number that could never be dialled.
    """
    kept = [_checked(phone) for phone in phones if phone.number.strip()]
    before = [LabelledNumber(row.label, row.number) for row in owner.phones.all()]
    if kept == before:
        return
    owner.phones.all().delete()
    owned_by = {"person": owner} if isinstance(owner, Person) else {"user": owner}
    Phone.objects.bulk_create(
        Phone(label=phone.label, number=phone.number, **owned_by) for phone in kept
    )


def _checked(phone: LabelledNumber) -> LabelledNumber:
    label = kept_text(phone.label, field="phones", label="The label", most=40, required=False)
    number = kept_text(phone.number, field="phones", label="The number", most=80)
    try:
        clean_number(number)
    except NumberError as error:
        raise InvalidValueError(
            f"{number}: {error.message}", field="phones", hint=error.hint
        ) from error
    return LabelledNumber(label, number)
