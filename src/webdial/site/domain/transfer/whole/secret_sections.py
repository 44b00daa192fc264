"""Sections of a configuration file: passwords' hashes, credentials, the database function."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.contrib.auth.hashers import identify_hasher

from webdial.errors import InvalidValueError
from webdial.site.domain.configuration import source_in_force
from webdial.site.domain.credentials import seal, set_credential
from webdial.site.domain.functions import save_function
from webdial.site.domain.sealed_places import place_of_credential as kept_place_of_credential
from webdial.site.domain.transfer.plan import FieldChange, Plan
from webdial.site.domain.transfer.whole.entries import (
    Entry,
    hidden_differences,
    plan_entries,
)
from webdial.site.domain.transfer.whole.passphrases import PassphraseSeal
from webdial.site.domain.transfer.whole.places import place_of_credential, place_of_password
from webdial.site.domain.users import keep_password, user_by_staff_id
from webdial.site.models import Credential, User

Table = Mapping[str, Any]


def import_passwords(users: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
    """Hashes as they were made; nobody learns a password by them."""
    return plan_entries(_passwords(users, opened_with) if opened_with else ())


def _passwords(
    users: Iterable[Table], opened_with: PassphraseSeal
) -> Iterator[Callable[[], Entry]]:
    kept = dict(User.objects.values_list("staff_id", "password"))
    before = {staff_id.casefold(): password for staff_id, password in kept.items()}
    for each in users:
        if "password" in each:
            yield partial(_password, each, before, opened_with)


def _password(each: Table, before: Mapping[str, str], opened_with: PassphraseSeal) -> Entry:
    staff_id = each["staff_id"].strip()
    encoded = opened_with.open(each["password"], place=place_of_password(staff_id))
    try:
        identify_hasher(encoded)
    except ValueError as error:
        raise InvalidValueError("This is no password's hash.", field="password") from error
    old = {"password": before.get(staff_id.casefold(), "")}
    changes = hidden_differences(old, {"password": encoded})

    def keep() -> None:
        user = user_by_staff_id(staff_id)
        user.password = encoded
        keep_password(user)

    return Entry(each.get("name", staff_id), changes, is_new=False, keep=keep)


def import_credentials(entries: Iterable[Table], opened_with: PassphraseSeal | None) -> Plan:
    return plan_entries(partial(_credential, each, opened_with) for each in entries if opened_with)


def _credential(each: Table, opened_with: PassphraseSeal | None) -> Entry:
    assert opened_with is not None
    name = each["name"].strip()
    secret = opened_with.open(each["secret"], place=place_of_credential(name))
    row = Credential.objects.filter(name__iexact=name).first()
    before = (
        {"secret": seal().open(row.sealed, place=kept_place_of_credential(row.name))} if row else {}
    )
    changes = hidden_differences(before, {"secret": secret})
    return Entry(name, changes, row is None, lambda: set_credential(name, secret))


def import_function(entry: Table, opened_with: PassphraseSeal | None) -> Plan:
    del opened_with  # its source is no secret
    return plan_entries([partial(_function, entry["source"])])


def _function(source: str) -> Entry:
    before, after = source_in_force(), source.replace("\r\n", "\n")
    changes = () if before == after else (FieldChange("source", _size(before), _size(after)),)
    return Entry(
        "Generate Web Dial URL",
        changes,
        is_new=False,
        keep=lambda: save_function(after, author=None, note="Imported with a configuration"),
    )


def _size(source: str) -> str:
    return f"{source.count(chr(10)) + 1} lines"
