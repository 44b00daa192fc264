"""What a user has at phone systems, as forms: the same for the user and for an administrator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import Http404, QueryDict

from webdial.errors import NotFoundError
from webdial.exchange.configuration import Configuration, EffectiveValue
from webdial.exchange.general_settings import MECHANISM, is_function, key_of
from webdial.language import retold, translatable, translate
from webdial.phonesystems import Field, FieldKind, Owner
from webdial.site.domain.personal_values import (
    PersonalSystem,
    PhoneValues,
    fill_in_personally,
    is_users_own,
    personal_systems,
)
from webdial.site.domain.phone_systems import FilledIn
from webdial.site.domain.user_phones import phone_of
from webdial.site.models import PhoneSystemSetup, User, UserPhone
from webdial.site.pages.maintenance.rows import row_of
from webdial.site.pages.own_phone import phone_id_of
from webdial.site.pages.shown_errors import ShownError

_CLEAR: Final = "clear"


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a form. `key` names it in the page; `value` is empty for a secret."""

    field: Field
    key: str
    value: str
    is_kept: bool
    may_change: bool
    error: ShownError | None

    @property
    def is_choice(self) -> bool:
        return self.field.kind is FieldKind.CHOICE

    @property
    def clear_key(self) -> str:
        return f"{_CLEAR}-{self.key}"

    @property
    def help(self) -> str:
        example = self.field.example and translate("Such as {example}.", example=self.field.example)
        return " ".join(part for part in (self.field.help, example) if part)

    @property
    def placeholder(self) -> str:
        return self.field.default

    @property
    def inputmode(self) -> str:
        return "numeric" if self.field.kind in {FieldKind.DIGITS, FieldKind.PORT} else ""


@dataclass(frozen=True, slots=True)
class ShownForm:
    """What is filled in for one phone. `phone` is empty for the first one."""

    title: str
    phone: str
    fields: tuple[ShownField, ...]

    @property
    def may_change(self) -> bool:
        return any(field.may_change for field in self.fields)


@dataclass(frozen=True, slots=True)
class ShownSystem:
    """A phone system with its forms."""

    id: int
    name: str
    title: str
    wants_sign_in: bool
    signed_in_at: datetime | None
    forms: tuple[ShownForm, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was not kept: for which phone system and phone, what was typed, and what was wrong."""

    setup_id: int
    phone: str
    values: dict[str, str]
    error: ShownError


@dataclass(frozen=True, slots=True)
class ShownSystems:
    """The phone systems that the user's calls may go through, and the others that want something."""

    in_use: tuple[ShownSystem, ...]
    others: tuple[ShownSystem, ...]


def shown_systems(
    user: User,
    configuration: Configuration,
    *,
    as_administrator: bool,
    typed: Typed | None = None,
) -> ShownSystems:
    value = configuration.effective(MECHANISM, user.branch_id).value
    found = personal_systems(user, mechanism=value)

    def shown(is_in_use: bool) -> Iterator[ShownSystem]:
        for each in found:
            if each.is_in_use is is_in_use and (each.parts or each.wants_sign_in):
                yield _shown_system(each, as_administrator, typed)

    return ShownSystems(tuple(shown(True)), tuple(shown(False)))


def way_of_dialling(effective: EffectiveValue, configuration: Configuration) -> str:
    """How calls are placed by the setting in force, in words."""
    value = effective.value
    if not value.strip():
        way = translate("the phone program on your machine")
    elif is_function(value):
        way = translate("whatever the database function says for each number")
    elif (setup := configuration.setups.get(key_of(value))) is not None:
        way = translate("the phone system {name}", name=setup.name)
    else:
        way = translate("a dial string")
    return f"{way} ({retold(effective.explanation)})"


def keep_typed(
    post: QueryDict, setup: PhoneSystemSetup, user: User, *, as_administrator: bool
) -> str:
    """Keep what a form holds; the phone's name, empty for the first one.

    Raises WebdialError, and Http404 when it is for no phone of the user's.
    """
    phone = _phone(user, post.get("phone", ""))
    prefix = _prefix(setup.pk, post.get("phone", ""))
    fill_in_personally(
        setup,
        typed_values(post, prefix),
        user=user,
        phone=phone,
        cleared=[
            name.removeprefix(f"{_CLEAR}-{prefix}")
            for name in post
            if name.startswith(f"{_CLEAR}-{prefix}")
        ],
        as_administrator=as_administrator,
    )
    return "" if phone is None else phone.label


def not_kept(post: QueryDict, setup: PhoneSystemSetup, error: ShownError) -> Typed:
    """What was typed into a form that could not be kept; secrets are not given back."""
    phone = post.get("phone", "")
    return Typed(setup.pk, phone, typed_values(post, _prefix(setup.pk, phone)), error)


def typed_values(post: QueryDict, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): post.get(name, "") for name in post if name.startswith(prefix)
    }


def setup_for_forms(setup_id: int) -> PhoneSystemSetup:
    """Raises Http404 when there is no such phone system in use."""
    rows = PhoneSystemSetup.objects.filter(is_active=True)
    return row_of(rows, setup_id, missing=translatable("There is no such phone system."))


def _phone(user: User, text: str) -> UserPhone | None:
    phone_id = phone_id_of(text)
    if phone_id is None:
        return None
    try:
        return phone_of(user, phone_id)
    except NotFoundError as error:
        raise Http404(error.message) from error


def personal_field_id(setup_id: int, name: str) -> str:
    """The id, on the pages of phones, of the field for what is a user's own or their first phone's."""
    return f"{_prefix(setup_id, '')}{name}"


def _prefix(setup_id: int, phone: str) -> str:
    return f"s{setup_id}-p{phone}-"


def _shown_system(each: PersonalSystem, as_administrator: bool, typed: Typed | None) -> ShownSystem:
    def may_change(field: Field) -> bool:
        return as_administrator or is_users_own(field, each.system)

    return ShownSystem(
        each.setup.pk,
        each.setup.name,
        each.system.title,
        each.wants_sign_in,
        each.signed_in_at,
        tuple(_shown_form(each, part, may_change, typed) for part in each.parts),
    )


def _shown_form(
    each: PersonalSystem,
    part: PhoneValues,
    may_change: Callable[[Field], bool],
    typed: Typed | None,
) -> ShownForm:
    phone = str(part.phone.pk) if part.phone else ""
    prefix = _prefix(each.setup.pk, phone)
    is_typed = typed is not None and (typed.setup_id, typed.phone) == (each.setup.pk, phone)
    return ShownForm(
        _title(part),
        phone,
        tuple(
            _shown_field(value, prefix, may_change(value.field), typed if is_typed else None)
            for value in part.values
        ),
    )


def _title(part: PhoneValues) -> str:
    """Whose values those are; empty when there is only one phone."""
    if part.phone is not None:
        return part.phone.label
    if part.owners == {Owner.USER}:
        return translate("For every phone")
    return translate("First phone") if part.owners == {Owner.PHONE} else ""


def _shown_field(value: FilledIn, prefix: str, may_change: bool, typed: Typed | None) -> ShownField:
    field = value.field
    shown = value.value
    if typed is not None and not field.is_secret:
        shown = typed.values.get(field.name, shown)
    error = typed.error if typed is not None and typed.error.field == field.name else None
    return ShownField(field, prefix + field.name, shown, value.is_set, may_change, error)
