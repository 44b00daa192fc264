"""The phones of a user that may ring: the first is their extension, further ones stand here."""

from django.db.models import QuerySet

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translate
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import check_constraints, kept_text
from webdial.site.domain.states import user_phone_as_kept
from webdial.site.models import ChangeSubject, PhoneSystemSetup, User, UserPhone

MAX_PHONES = 20
"""Further phones of one user: more than anybody can tell apart in a list."""


def phones_of(user: User) -> QuerySet[UserPhone]:
    return UserPhone.objects.filter(user=user).select_related("setup")


def phone_of(user: User, phone_id: int) -> UserPhone:
    """Raises NotFoundError, also for somebody else's."""
    phone = phones_of(user).filter(pk=phone_id).first()
    if phone is None:
        raise NotFoundError(translate("There is no such phone."))
    return phone


def save_phone(
    user: User,
    *,
    label: str,
    extension: str = "",
    setup: PhoneSystemSetup | None = None,
    phone: UserPhone | None = None,
) -> UserPhone:
    """Add a phone to the user, or change one of theirs. Raises InvalidValueError."""
    row = phone or UserPhone(user=user)
    row.label = kept_text(label, field="label", label=translate("The phone's name"), most=40)
    row.extension = kept_text(
        extension, field="extension", label=translate("The extension"), most=80, required=False
    )
    row.setup = setup
    with configuration_change():
        if phone is None and phones_of(user).count() >= MAX_PHONES:
            raise InvalidValueError(
                translate("A user has at most {MAX_PHONES} further phones.", MAX_PHONES=MAX_PHONES)
            )
        check_constraints(row, fields={"user_phone_label_unique": "label"})
        before = None if row.pk is None else user_phone_as_kept(row.pk)
        row.save()
        after = user_phone_as_kept(row.pk)
        keep_change(ChangeSubject.USER_PHONE, row.pk, _label(row), before=before, after=after)
    return row


def delete_phone(phone: UserPhone) -> None:
    """With everything that was filled in for it."""
    with configuration_change():
        before = user_phone_as_kept(phone.pk)
        keep_change(ChangeSubject.USER_PHONE, phone.pk, _label(phone), before=before, after=None)
        phone.delete()


def _label(phone: UserPhone) -> str:
    return f"{phone.label} of {phone.user.name}"
