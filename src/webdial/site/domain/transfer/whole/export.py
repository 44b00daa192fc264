"""Makes a document of everything that is configured."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from webdial.site.domain.configuration import source_in_force
from webdial.site.domain.credentials import seal
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.ring_rights import ring_rights
from webdial.site.domain.sealed_places import place_of_credential as kept_place_of_credential
from webdial.site.domain.transfer.acts import SUBJECTS
from webdial.site.domain.transfer.plan import Item
from webdial.site.domain.transfer.whole.document import FORMAT, Document
from webdial.site.domain.transfer.whole.kept_values import KeptValues, Whose, kept_values
from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal
from webdial.site.domain.transfer.whole.places import (
    place_of_credential,
    place_of_password,
    place_of_system,
    place_of_user,
)
from webdial.site.models import Credential, PhoneSystemSetup, User, UserPhone
from webdial.watcom import DELIVERED_FUNCTION

_NOTHING: Final = KeptValues()


def export_document(*, seal_with: PassphraseSeal | None = None, people: bool = False) -> Document:
    """The document; secrets and passwords' hashes only with `seal_with`, people only when asked for.

    The same configuration gives the same document, on any database: everything stands in the order of
    its names, and keys that say nothing are left out. Raises CredentialUnreadableError.
    """
    kept = kept_values()
    document: Document = {"format": FORMAT}
    if seal_with is not None:
        document["sealed"] = {"salt": seal_with.salt, "proof": seal_with.proof}
    document["branches"] = [_plain(item.values) for item in _sorted("branches")]
    document["phone_systems"] = list(_systems(kept, seal_with))
    document["users"] = list(_users(kept, seal_with))
    document["settings"] = [_setting(item.values) for item in _sorted("settings")]
    if seal_with is not None:
        document["credentials"] = list(_credentials(seal_with))
    if (source := source_in_force()) != DELIVERED_FUNCTION:
        document["function"] = {"source": source}
    if people:
        document["companies"] = [_with_numbers(item) for item in _sorted("companies")]
        document["people"] = [_with_numbers(item) for item in _sorted_people()]
    return {key: value for key, value in document.items() if value}


def _sorted(subject: str) -> list[Item]:
    found = SUBJECTS[subject]
    return sorted(found.kept(), key=lambda item: found.key_of(item.values))


def _sorted_people() -> list[Item]:
    """Those of one name and company in the order of their numbers: ids differ from base to base."""
    return sorted(
        _sorted("people"),
        key=lambda item: (
            SUBJECTS["people"].key_of(item.values),
            [(phone.label, phone.number) for phone in item.phones],
        ),
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value or value is False}


def _numbers(phones: Iterable[LabelledNumber]) -> list[list[str]]:
    return [[phone.label, phone.number] for phone in phones]


def _with_numbers(item: Item) -> dict[str, Any]:
    return _plain({**item.values, "numbers": _numbers(item.phones)})


def _setting(values: Mapping[str, str]) -> dict[str, str]:
    """With its value also where that is empty: an empty value is a value."""
    return {**_plain(values), "value": values["value"]}


def _systems(
    kept: Mapping[Whose, KeptValues], seal_with: PassphraseSeal | None
) -> Iterable[dict[str, Any]]:
    for row in sorted(PhoneSystemSetup.objects.all(), key=lambda row: row.name.casefold()):
        site = kept.get((row.pk, None, None), _NOTHING)
        secrets: dict[str, str] = {}
        if seal_with is not None:
            for name, secret in site.secrets():
                secrets[name] = seal_with.close(secret, place=place_of_system(row.name, name))
        system = {
            "name": row.name,
            "catalogue": row.catalogue_id,
            "file": row.source,
            "certificate": row.certificate,
            "certificate_text": row.certificate_text,
            "starts_from": row.starts_from,
            "most_in_flight": str(row.most_in_flight or ""),
            "active": row.is_active,
            "values": site.values,
            "secrets": secrets,
        }
        yield _plain(system)


def _users(
    kept: Mapping[Whose, KeptValues], seal_with: PassphraseSeal | None
) -> Iterable[dict[str, Any]]:
    rows = {row.pk: row for row in User.objects.all()}
    phones: dict[int, list[UserPhone]] = {}
    for phone in UserPhone.objects.select_related("setup").order_by("id"):
        phones.setdefault(phone.user_id, []).append(phone)
    names = dict(PhoneSystemSetup.objects.values_list("id", "name"))
    by_user: dict[int, list[KeptValues]] = {}
    for (_, user_id, _), values in kept.items():
        if user_id is not None:
            by_user.setdefault(user_id, []).append(values)
    for item in _sorted("users"):
        row, own = rows[item.row_id], phones.get(item.row_id, [])
        user = {**_with_numbers(item), "active": row.is_active, **ring_rights(row)}
        if seal_with is not None and row.has_usable_password():
            place = place_of_password(row.staff_id)
            user["password"] = seal_with.close(row.password, place=place)
        labels = {phone.pk: phone.label for phone in own}
        systems = [
            _personal(each, row.staff_id, names, labels, seal_with)
            for each in by_user.get(item.row_id, [])
        ]
        yield user | _plain(
            {
                "phones": [_phone(phone) for phone in own],
                "systems": sorted(
                    (each for each in systems if len(each) > 1 + ("phone" in each)),
                    key=lambda each: (each["system"].casefold(), each.get("phone", "").casefold()),
                ),
            }
        )


def _phone(phone: UserPhone) -> dict[str, str]:
    system = phone.setup.name if phone.setup else ""
    return _plain({"label": phone.label, "extension": phone.extension, "system": system})


def _personal(
    kept: KeptValues,
    staff_id: str,
    names: Mapping[int, str],
    labels: Mapping[int, str],
    seal_with: PassphraseSeal | None,
) -> dict[str, Any]:
    setup_id, _, phone_id = kept.whose
    system, phone = names[setup_id], labels[phone_id] if phone_id else ""
    secrets: dict[str, str] = {}
    if seal_with is not None:
        for name, secret in kept.secrets():
            place = place_of_user(staff_id, system, phone, name)
            secrets[name] = seal_with.close(secret, place=place)
    return _plain({"system": system, "phone": phone, "values": kept.values, "secrets": secrets})


def _credentials(seal_with: PassphraseSeal) -> Iterable[dict[str, str]]:
    for row in sorted(Credential.objects.all(), key=lambda row: row.name.casefold()):
        secret = seal().open(row.sealed, place=kept_place_of_credential(row.name))
        yield {
            "name": row.name,
            "secret": seal_with.close(secret, place=place_of_credential(row.name)),
        }
