"""What a user has at phone systems of their own: values, secrets and sign-ins, for each of their phones.

A user fills in what proves who they are. Which phone rings and where requests go is for administrators:
else anybody could have a colleague's phone ring, or calls paid for from any number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webdial.errors import NotAllowedError
from webdial.exchange.general_settings import is_function, key_of
from webdial.language import translate
from webdial.phonesystems import Field, Owner, PhoneSystem
from webdial.phonesystems.model import FieldKind
from webdial.site.domain.phone_systems import FilledIn, OwnerOfValues, fill_in, system_of
from webdial.site.domain.user_phones import phones_of
from webdial.site.models import (
    PhoneSystemSetup,
    PhoneSystemSignIn,
    PhoneSystemValue,
    User,
    UserPhone,
)

_EVERY_PHONE: Final = frozenset({Owner.USER})
_ONE_PHONE: Final = frozenset({Owner.PHONE})

_ADDRESSES: Final = frozenset({FieldKind.HOST, FieldKind.PORT, FieldKind.SCHEME, FieldKind.PATH})


@dataclass(frozen=True, slots=True)
class PhoneValues:
    """What is filled in for one phone; `phone` is None for the first one.

    `owners` tell whether it is for that phone alone (PHONE), for every phone of the user (USER), or both
    because there is one phone only.
    """

    phone: UserPhone | None
    owners: frozenset[Owner]
    values: tuple[FilledIn, ...]


@dataclass(frozen=True, slots=True)
class PersonalSystem:
    """A phone system as one user has it.

    `is_in_use` tells that a call of theirs may go through it; `signed_in_at` is None while they are
    not signed in to it in the browser.
    """

    setup: PhoneSystemSetup
    system: PhoneSystem
    is_in_use: bool
    parts: tuple[PhoneValues, ...]
    signed_in_at: datetime | None

    @property
    def wants_sign_in(self) -> bool:
        return self.system.sign_in is not None


def is_users_own(field: Field, system: PhoneSystem) -> bool:
    """Whether users may fill the field in for themselves; administrators may fill in every one.

    A secret is theirs, and so is all that a link on their own machine takes. Of the rest only
    what says who they are, where a secret of their own has to prove it.
    """
    if field.is_secret or system.is_link:
        return True
    proves_itself = any(secret.of is Owner.USER for secret in system.secrets.values())
    return field.of is Owner.USER and proves_itself and field.kind not in _ADDRESSES


def personal_systems(user: User, *, mechanism: str) -> list[PersonalSystem]:
    """The phone systems that matter to the user, those in use first.

    `mechanism` is the value of the setting that holds for them. When it is FUNCTION, any phone system
    may be named by it.
    """
    phones = list(phones_of(user))
    kept = _kept_values(user)
    signed_in = dict(
        PhoneSystemSignIn.objects.filter(user=user).values_list("setup_id", "signed_in_at")
    )
    found: list[PersonalSystem] = []
    for setup in PhoneSystemSetup.objects.filter(is_active=True):
        if (system := system_of(setup)) is None:
            continue
        is_in_use = _is_in_use(setup, phones, mechanism)
        if not (is_in_use or _has_personal_values(system) or system.sign_in is not None):
            continue
        parts = _parts(
            system,
            _phones_through(setup, phones, mechanism),
            kept.get(setup.pk, {}),
            rings_first_phone=_is_meant(setup, mechanism),
        )
        since = signed_in.get(setup.pk)
        found.append(PersonalSystem(setup, system, is_in_use, tuple(parts), since))
    return sorted(found, key=lambda each: not each.is_in_use)


def fill_in_personally(
    setup: PhoneSystemSetup,
    given: Mapping[str, str],
    *,
    user: User,
    phone: UserPhone | None = None,
    cleared: Iterable[str] = (),
    as_administrator: bool = False,
) -> None:
    """Keep what was filled in for the user or, with `phone`, for that phone of theirs.

    Raises NotAllowedError for a field that is an administrator's, and as `fill_in` does.
    """
    system = system_of(setup)
    cleared = set(cleared)
    if system is not None and not as_administrator:
        for name in sorted(given.keys() | cleared):
            field = system.values.get(name)
            if field is not None and not is_users_own(field, system):
                raise NotAllowedError(
                    translate("{label} is set by an administrator.", label=field.label)
                )
    fill_in(
        setup,
        given,
        owners=_owners(phone),
        whose=OwnerOfValues(user, phone),
        cleared=cleared,
    )


def _owners(phone: UserPhone | None) -> frozenset[Owner]:
    """What is filled in beside a phone: for the first one the user's own values as well."""
    return _ONE_PHONE if phone else _EVERY_PHONE | _ONE_PHONE


def _has_personal_values(system: PhoneSystem) -> bool:
    return any(field.of is not Owner.SITE for field in system.values.values())


def _is_in_use(setup: PhoneSystemSetup, phones: list[UserPhone], mechanism: str) -> bool:
    return _is_meant(setup, mechanism) or any(phone.setup_id == setup.pk for phone in phones)


def _is_meant(setup: PhoneSystemSetup, mechanism: str) -> bool:
    return is_function(mechanism) or key_of(mechanism) == key_of(setup.name)


def _phones_through(
    setup: PhoneSystemSetup, phones: list[UserPhone], mechanism: str
) -> list[UserPhone]:
    """The further phones that may ring through the phone system."""
    is_meant = _is_meant(setup, mechanism)
    return [
        phone
        for phone in phones
        if phone.setup_id == setup.pk or (phone.setup_id is None and is_meant)
    ]


_Kept = Mapping[int | None, Mapping[str, PhoneSystemValue]]


def _kept_values(user: User) -> dict[int, dict[int | None, dict[str, PhoneSystemValue]]]:
    """By the set-up, the phone (None: the user and their first phone) and the name."""
    found: dict[int, dict[int | None, dict[str, PhoneSystemValue]]] = {}
    for row in PhoneSystemValue.objects.filter(user=user):
        found.setdefault(row.setup_id, {}).setdefault(row.phone_id, {})[row.name] = row
    return found


def _parts(
    system: PhoneSystem, phones: list[UserPhone], kept: _Kept, *, rings_first_phone: bool
) -> Iterator[PhoneValues]:
    """For every phone, for the first one if it may ring through it, and for each further one."""
    groups: list[tuple[UserPhone | None, frozenset[Owner]]]
    if phones:
        groups = [
            (None, _EVERY_PHONE),
            (None, _ONE_PHONE),
            *((phone, _ONE_PHONE) for phone in phones),
        ]
        if not rings_first_phone:
            groups.remove((None, _ONE_PHONE))
    else:
        groups = [(None, _EVERY_PHONE | _ONE_PHONE)]
    for phone, owners in groups:
        rows = kept.get(phone.pk if phone else None, {})
        values = tuple(
            _filled_in(field, rows.get(name))
            for name, field in system.values.items()
            if field.of in owners
        )
        if values:
            yield PhoneValues(phone, owners, values)


def _filled_in(field: Field, row: PhoneSystemValue | None) -> FilledIn:
    value = "" if row is None or field.is_secret else row.value
    return FilledIn(field, value, row is not None)
