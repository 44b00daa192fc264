"""Sections of a configuration file: phone systems, users' further phones, what is filled in for users."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from webdial.errors import InvalidValueError
from webdial.phonesystems import Owner
from webdial.site.domain.phone_systems import (
    SITE,
    OwnerOfValues,
    SetupDetails,
    fill_in,
    save_setup,
    setup_by_name,
)
from webdial.site.domain.transfer.plan import Plan
from webdial.site.domain.transfer.whole.entries import (
    Entry,
    differences,
    hidden_differences,
    plan_entries,
)
from webdial.site.domain.transfer.whole.kept_values import KeptValues, Whose, kept_values
from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal
from webdial.site.domain.transfer.whole.places import place_of_system, place_of_user
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import PhoneSystemSetup, User, UserPhone

Table = Mapping[str, Any]

_FIRST_PHONE: Final = frozenset({Owner.USER, Owner.PHONE})
_FURTHER_PHONE: Final = frozenset({Owner.PHONE})


def import_systems(entries: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
    kept = kept_values()
    return plan_entries(partial(_system, each, opened_with, kept) for each in entries)


def _system(
    entry: Table, opened_with: PassphraseSeal | None, kept: Mapping[Whose, KeptValues]
) -> Entry:
    name = entry["name"].strip()
    row = PhoneSystemSetup.objects.filter(name__iexact=name).first()
    before = _details(row) if row else {}
    after = {key: _as_text(entry[key]) for key in _DETAILS if key in entry}
    if "catalogue" in after or "file" in after:
        after = {"catalogue": "", "file": "", **after}
    site = kept.get((row.pk, None, None), KeptValues()) if row else KeptValues()
    secrets = _opened(entry, opened_with, partial(place_of_system, name))
    changes = (
        *differences(before, after),
        *differences(site.values, entry.get("values", {})),
        *hidden_differences(dict(site.secrets()) if secrets else {}, secrets),
    )

    def keep() -> None:
        saved = save_setup(_setup_details({**before, **after}), setup=row)
        fill_in(saved, {**entry.get("values", {}), **secrets}, owners={Owner.SITE}, whose=SITE)

    return Entry(name, changes, row is None, keep)


_DETAILS: Final = (
    "name",
    "catalogue",
    "file",
    "certificate",
    "certificate_text",
    "starts_from",
    "most_in_flight",
    "active",
)


def _details(row: PhoneSystemSetup) -> dict[str, str]:
    return {
        "name": row.name,
        "catalogue": row.catalogue_id,
        "file": row.source,
        "certificate": row.certificate,
        "certificate_text": row.certificate_text,
        "starts_from": row.starts_from,
        "most_in_flight": str(row.most_in_flight or ""),
        "active": _as_text(row.is_active),
    }


def _setup_details(values: Mapping[str, str]) -> SetupDetails:
    given = {
        "catalogue_id": values.get("catalogue", ""),
        "source": values.get("file", ""),
        "certificate": values.get("certificate", "verify"),
        "certificate_text": values.get("certificate_text", ""),
        "starts_from": values.get("starts_from", ""),
        "most_in_flight": values.get("most_in_flight", ""),
    }
    return SetupDetails(values["name"], **given, is_active=values.get("active", "yes") == "yes")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _opened(
    entry: Table, opened_with: PassphraseSeal | None, place_of: Callable[[str], str]
) -> dict[str, str]:
    """The secrets of an entry in clear; none without the passphrase."""
    if opened_with is None:
        return {}
    return {
        name: opened_with.open(sealed, place=place_of(name))
        for name, sealed in entry.get("secrets", {}).items()
    }


def import_phones(users: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
    """Further phones; they come behind those that are there."""
    del opened_with  # a phone is no secret
    owners = _users()
    kept = _phones()
    return plan_entries(
        partial(_phone, phone, owners[each["staff_id"].strip().casefold()], kept)
        for each in users
        for phone in each.get("phones", ())
    )


_Phones = Mapping[tuple[int, str], UserPhone]


def _phone(entry: Table, user: User, kept: _Phones) -> Entry:
    label = entry["label"].strip()
    row = kept.get((user.pk, label.casefold()))
    setup = setup_by_name(entry["system"]) if entry.get("system", "").strip() else None
    before = (
        {
            "label": row.label,
            "extension": row.extension,
            "system": row.setup.name if row.setup else "",
        }
        if row
        else {}
    )
    after = {
        "label": label,
        "extension": entry.get("extension", "").strip(),
        "system": setup.name if setup else "",
    }
    return Entry(
        f"{label} of {user.name}",
        differences(before, after),
        row is None,
        lambda: save_phone(user, label=label, extension=after["extension"], setup=setup, phone=row),
    )


def import_personal_values(users: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
    owners, phones, kept = _users(), _phones(), kept_values()
    return plan_entries(_personal_entries(users, opened_with, owners, phones, kept))


def _personal_entries(
    users: Iterable[Table],
    opened_with: PassphraseSeal | None,
    owners: Mapping[str, User],
    phones: _Phones,
    kept: Mapping[Whose, KeptValues],
) -> Iterator[Callable[[], Entry]]:
    for each in users:
        user = owners[each["staff_id"].strip().casefold()]
        for entry in each.get("systems", ()):
            yield partial(_personal, entry, user, opened_with, phones, kept)


def _personal(
    entry: Table,
    user: User,
    opened_with: PassphraseSeal | None,
    phones: _Phones,
    kept: Mapping[Whose, KeptValues],
) -> Entry:
    setup = setup_by_name(entry["system"])
    phone = _phone_of(entry, user, phones)
    found = kept.get((setup.pk, user.pk, phone.pk if phone else None), KeptValues())
    place = partial(place_of_user, user.staff_id, setup.name, phone.label if phone else "")
    secrets = _opened(entry, opened_with, place)
    values = entry.get("values", {})
    changes = (
        *differences(found.values, values),
        *hidden_differences(dict(found.secrets()) if secrets else {}, secrets),
    )
    return Entry(
        f"{setup.name} of {user.name}",
        changes,
        is_new=False,
        keep=lambda: fill_in(
            setup,
            {**values, **secrets},
            owners=_FURTHER_PHONE if phone else _FIRST_PHONE,
            whose=OwnerOfValues(user, phone),
        ),
    )


def _phone_of(entry: Table, user: User, phones: _Phones) -> UserPhone | None:
    label = entry.get("phone", "").strip()
    if not label:
        return None
    found = phones.get((user.pk, label.casefold()))
    if found is None:
        raise InvalidValueError(f"{user.name} has no further phone {label!r}.", field="phone")
    return found


def _users() -> dict[str, User]:
    return {user.staff_id.casefold(): user for user in User.objects.all()}


def _phones() -> dict[tuple[int, str], UserPhone]:
    rows = UserPhone.objects.select_related("setup")
    return {(row.user_id, row.label.casefold()): row for row in rows}
