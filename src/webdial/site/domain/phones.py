"""Labelled numbers of people, companies and users."""

from collections.abc import Sequence
from dataclasses import dataclass

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.numbers import NumberError, clean_number
from webdial.numbers.matching import significant_digits
from webdial.site.domain.fields import kept_text
from webdial.site.models import Company, Favourite, Person, Phone, User

PhoneOwner = Person | Company | User


@dataclass(frozen=True, slots=True)
class LabelledNumber:
    label: str
    number: str


def keep_phones(owner: PhoneOwner, phones: Sequence[LabelledNumber]) -> None:
    """Make these the owner's numbers, in this order; rows without a number are left out.

    Whoever had a number at hand that is gone has it no longer. Raises InvalidValueError for a
    number that could never be dialled.
    """
    kept = [_checked(phone) for phone in phones if phone.number.strip()]
    before = [LabelledNumber(row.label, row.number) for row in owner.phones.all()]
    if kept == before:
        return
    owner.phones.all().delete()
    owned_by = _owned_by(owner)
    Phone.objects.bulk_create(
        Phone(label=phone.label, number=phone.number, digits=digits_of(phone.number), **owned_by)
        for phone in kept
    )
    _forget_favourites(owner, [phone.number for phone in kept])


def first_faulty(phones: Sequence[LabelledNumber]) -> int | None:
    """The place of the first that `keep_phones` would refuse; None when there is none."""
    for index, phone in enumerate(phones):
        try:
            if phone.number.strip():
                _checked(phone)
        except InvalidValueError:
            return index
    return None


def digits_of(number: str) -> str:
    """What a number is found again by, however it is written then."""
    return significant_digits(number)[:40]


def _owned_by(owner: PhoneOwner) -> dict[str, PhoneOwner]:
    match owner:
        case Person():
            return {"person": owner}
        case Company():
            return {"company": owner}
        case User():
            return {"user": owner}


def _forget_favourites(owner: PhoneOwner, numbers: Sequence[str]) -> None:
    of_owner = _owned_by(owner)
    if "user" in of_owner:
        of_owner = {"colleague": owner}
        numbers = [*numbers, ""]  # the extension
    Favourite.objects.filter(**of_owner).exclude(number__in=numbers).delete()


def _checked(phone: LabelledNumber) -> LabelledNumber:
    label = kept_text(
        phone.label, field="phones", label=translate("The label"), most=40, required=False
    )
    number = kept_text(phone.number, field="phones", label=translate("The number"), most=80)
    try:
        clean_number(number)
    except NumberError as error:
        raise InvalidValueError(
            f"{number}: {error.message}", field="phones", hint=error.hint
        ) from error
    return LabelledNumber(label, number)
