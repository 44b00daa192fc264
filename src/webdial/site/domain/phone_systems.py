"""Phone systems as they are set up: which file, what is filled in, which certificate is trusted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from cryptography import x509
from django.db.models import QuerySet
from django.db.models.deletion import ProtectedError

from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.general_settings import MECHANISM, count_or_none, key_of, may_name_a_system
from webdial.exchange.systems import StoredValue
from webdial.language import translate
from webdial.phonesystems import (
    Field,
    Owner,
    PhoneSystem,
    catalogue_source,
    catalogue_system,
    read_phone_system,
)
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change, setup_of
from webdial.site.domain.credentials import seal
from webdial.site.domain.fields import check_constraints, kept_text, row_named
from webdial.site.domain.folded_names import has_word
from webdial.site.domain.general_settings import keep_setting_change
from webdial.site.domain.sealed_places import place_of_value
from webdial.site.domain.states import setup_as_kept, values_state
from webdial.site.models import (
    Branch,
    CertificateRule,
    ChangeSubject,
    GeneralSetting,
    PhoneSystemSetup,
    PhoneSystemValue,
    StartsFrom,
    User,
    UserPhone,
)

MAX_PEM: Final = 100_000
"""Characters of one's own authorities."""

_FINGERPRINT_BYTES = 32

_CANNOT_BE_KEPT: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL has in no text, and halves of surrogate pairs, which UTF-8 has not."""


class FieldValueError(InvalidValueError):
    """A value for one of the phone system's own fields cannot be kept; `field` is its name."""


@dataclass(frozen=True, slots=True)
class SetupDetails:
    """What is kept of a set-up, as typed. `source` is a file of one's own; else `catalogue_id` is set."""

    name: str
    catalogue_id: str = ""
    source: str = ""
    certificate: str = CertificateRule.VERIFY
    certificate_text: str = ""
    is_active: bool = True
    starts_from: str = StartsFrom.BY_FILE
    most_in_flight: str = ""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """A field or secret with what is kept for it. `value` is empty for a secret; `is_set` tells."""

    field: Field
    value: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class OwnerOfValues:
    """For whom something is filled in: nobody (the site), a user, or one further phone of theirs."""

    user: User | None = None
    phone: UserPhone | None = None


SITE: Final = OwnerOfValues()


def list_setups(*, search: str = "") -> QuerySet[PhoneSystemSetup]:
    setups = PhoneSystemSetup.objects.all()
    for word in search.split():
        setups = setups.filter(has_word(word, "name"))
    return setups


def setup_by_name(name: str) -> PhoneSystemSetup:
    """Raises NotFoundError, with the nearest name in the hint."""
    row = row_named(name, PhoneSystemSetup.objects.all())
    if row is None:
        names = {key_of(each): each for each in list_setups().values_list("name", flat=True)}
        nearest = get_close_matches(key_of(name), names, n=1)
        hint = translate("Did you mean {names}?", names=names[nearest[0]]) if nearest else ""
        raise NotFoundError(
            translate("There is no phone system “{strip}”.", strip=name.strip()), hint=hint
        )
    return row


def system_of(setup: PhoneSystemSetup) -> PhoneSystem | None:
    """What its file says; None while the file has a fault."""
    return setup_of(setup, {}).system


def fault_of(setup: PhoneSystemSetup) -> str:
    """The fault of its file in a sentence; empty when there is none."""
    return setup_of(setup, {}).fault


def source_of(setup: PhoneSystemSetup) -> str:
    """The text of its file."""
    return catalogue_source(setup.catalogue_id) if setup.catalogue_id else setup.source


def save_setup(details: SetupDetails, *, setup: PhoneSystemSetup | None = None) -> PhoneSystemSetup:
    """Set a phone system up, or change one. A new name is taken over by the settings that name it.

    Raises InvalidValueError or, for a file of one's own, PhoneSystemError with every fault.
    """
    row = setup or PhoneSystemSetup()
    old_name = row.name
    row.name = _checked_name(details.name)
    row.catalogue_id, row.source = _checked_file(details, row.name)
    row.certificate, row.certificate_text = _checked_certificate(details)
    row.is_active = details.is_active
    row.starts_from = _checked_start(details.starts_from)
    row.most_in_flight = _checked_count(details.most_in_flight)
    with configuration_change():
        check_constraints(row, fields={"setup_name_unique": "name"})
        if row_named(row.name, PhoneSystemSetup.objects.exclude(pk=row.pk)) is not None:
            raise InvalidValueError(translate("Another phone system has this name."), field="name")
        before = None if row.pk is None else setup_as_kept(row.pk)
        row.save()
        _keep_setup_change(row, before)
        if old_name and old_name != row.name:
            _rename_in_settings(old_name, row.name)
    return row


def save_filled_setup(
    details: SetupDetails,
    given: Mapping[str, str],
    *,
    cleared: Iterable[str] = (),
    setup: PhoneSystemSetup | None = None,
) -> PhoneSystemSetup:
    """As `save_setup` and `fill_in` for the site together: all of it is kept, or nothing."""
    with configuration_change():
        row = save_setup(details, setup=setup)
        fill_in(row, given, owners={Owner.SITE}, cleared=cleared)
    return row


def pin_certificate(setup: PhoneSystemSetup, fingerprint: str) -> None:
    """Trust one certificate of the phone system's alone. Raises InvalidValueError."""
    pinned = _fingerprint(fingerprint)
    with configuration_change():
        setup.certificate, setup.certificate_text = CertificateRule.PINNED, pinned
        before = setup_as_kept(setup.pk)
        setup.save(update_fields=["certificate", "certificate_text"])
        _keep_setup_change(setup, before)


def delete_setup(setup: PhoneSystemSetup) -> None:
    """Raises InvalidValueError while a setting or a user's phone names it."""
    with configuration_change():
        users = [where or translate("all branches") for where in _branches_that_use(setup.name)]
        if users:
            raise InvalidValueError(
                translate(
                    "The phone system {name} is still in use: {users}.",
                    name=setup.name,
                    users=", ".join(users[:5]),
                ),
                hint=translate("Give those another way to dial in General Settings first."),
            )
        before, pk = setup_as_kept(setup.pk), setup.pk
        try:
            setup.delete()
        except ProtectedError as error:
            raise InvalidValueError(
                translate("Phones of users still ring through {name}.", name=setup.name),
                hint=translate("Change those phones first, under Users."),
            ) from error
        keep_change(ChangeSubject.PHONE_SYSTEM, pk, setup.name, before=before, after=None)


def _keep_setup_change(
    row: PhoneSystemSetup, before: dict[str, Any] | None, secrets: Iterable[str] = ()
) -> None:
    keep_change(
        ChangeSubject.PHONE_SYSTEM, row.pk, row.name,
        before=before, after=setup_as_kept(row.pk), secrets=secrets,
    )  # fmt: skip


def _rename_in_settings(old_name: str, name: str) -> None:
    for setting in _mechanism_rows(old_name).select_related("branch"):
        keep_setting_change(setting.name, setting.branch, before=setting.value, after=name)
    _mechanism_rows(old_name).update(value=name)


def uses_of(setup: PhoneSystemSetup) -> list[str | None]:
    """Names of the branches whose setting names it; None stands for all branches."""
    return _branches_that_use(setup.name)


def filled_in(
    setup: PhoneSystemSetup, system: PhoneSystem, owners: Iterable[Owner], whose: OwnerOfValues
) -> list[FilledIn]:
    """The fields and secrets that belong to `owners`, with what is kept for `whose`."""
    kept = {row.name: row for row in _value_rows(setup, whose)}
    wanted = set(owners)
    return [
        FilledIn(
            field,
            kept[name].value if name in kept and not field.is_secret else "",
            name in kept,
        )
        for name, field in system.values.items()
        if field.of in wanted
    ]


def fill_in(
    setup: PhoneSystemSetup,
    given: Mapping[str, str],
    *,
    owners: Iterable[Owner],
    whose: OwnerOfValues = SITE,
    cleared: Iterable[str] = (),
) -> None:
    """Keep values for `whose`; a secret that is empty in `given` stays as it was unless `cleared`.

    Only fields of `owners` are taken. An empty value of a field is kept as none. Raises InvalidValueError
    (FieldValueError with the field to blame); then nothing is kept.
    """
    system = system_of(setup)
    if system is None:
        raise InvalidValueError(
            translate(
                "The file of {name} has a fault: {fault_of}",
                name=setup.name,
                fault_of=fault_of(setup),
            )
        )
    wanted, gone = set(owners), set(cleared)
    fields = {name: each for name, each in system.values.items() if each.of in wanted}
    if unknown := sorted(given.keys() - fields.keys()):
        raise FieldValueError(
            translate(
                "{name} has no field {unknown} here.", name=setup.name, unknown=f"{unknown[0]!r}"
            ),
            field=unknown[0],
        )
    checked = {
        name: _checked_value(fields[name], value)
        for name, value in given.items()
        if value.strip() and name not in gone
    }
    emptied = {name for name in given if name not in checked and not fields[name].is_secret}
    with configuration_change():
        before = _as_filled_in(setup, whose)
        removed = _value_rows(setup, whose).filter(name__in=emptied | (gone & fields.keys()))
        secrets = set(removed.filter(is_sealed=True).values_list("name", flat=True))
        removed.delete()
        for name, value in checked.items():
            _keep(setup, whose, fields[name], value)
        secrets |= {name for name in checked if fields[name].is_secret}
        _keep_filled_in(setup, whose, before, secrets)


def _as_filled_in(setup: PhoneSystemSetup, whose: OwnerOfValues) -> dict[str, Any] | None:
    if whose.user is None:
        return setup_as_kept(setup.pk)
    return values_state(setup.pk, whose.user.pk, whose.phone.pk if whose.phone else None)


def _keep_filled_in(
    setup: PhoneSystemSetup,
    whose: OwnerOfValues,
    before: dict[str, Any] | None,
    secrets: Iterable[str],
) -> None:
    if whose.user is None:
        _keep_setup_change(setup, before, secrets)
        return
    phone = f", {whose.phone.label}" if whose.phone else ""
    keep_change(
        ChangeSubject.FILLED_IN, key_of_filled_in(setup.pk, whose.user.pk, whose.phone),
        f"{setup.name} for {whose.user.name}{phone}",
        before=before, after=_as_filled_in(setup, whose), secrets=secrets,
    )  # fmt: skip


def key_of_filled_in(setup_id: int, user_id: int, phone: UserPhone | None = None) -> str:
    """Under what the history keeps what is filled in for a user, or for one phone of theirs."""
    return f"{setup_id}|{user_id}|{phone.pk if phone else ''}"


def _checked_value(field: Field, value: str) -> str:
    if _CANNOT_BE_KEPT.search(value):
        message = translate(
            "{label}: this holds characters that cannot be kept.", label=field.label
        )
        raise FieldValueError(message, field=field.name)
    try:
        return field.check(value)
    except InvalidValueError as error:
        raise FieldValueError(error.message, field=field.name, hint=error.hint) from error


def missing_of(system: PhoneSystem, filled: Iterable[str]) -> list[Field]:
    """Fields of the site that must be filled in and are not among `filled`."""
    return [
        field
        for name, field in system.values.items()
        if field.of is Owner.SITE and not (name in filled or field.default or field.is_optional)
    ]


def missing_of_site(setup: PhoneSystemSetup, system: PhoneSystem) -> list[Field]:
    """Fields of the site that must be filled in and are not."""
    return missing_of(system, _value_rows(setup, SITE).values_list("name", flat=True))


def _keep(setup: PhoneSystemSetup, whose: OwnerOfValues, field: Field, value: str) -> None:
    rows = _value_rows(setup, whose).filter(name=field.name)
    if not value:
        rows.delete()
        return
    row = rows.first() or PhoneSystemValue(
        setup=setup, user=whose.user, phone=whose.phone, name=field.name
    )
    place = place_of_value(setup.pk, row.user_id, row.phone_id, field.name)
    row.value = seal().close(value, place=place) if field.is_secret else value
    row.is_sealed = field.is_secret
    row.save()


def stored_site_values(setup: PhoneSystemSetup) -> dict[str, StoredValue]:
    """What is kept for the site, as the exchange takes it."""
    return {
        row.name: StoredValue(
            row.value, place_of_value(setup.pk, None, None, row.name) if row.is_sealed else ""
        )
        for row in _value_rows(setup, SITE)
    }


def _value_rows(setup: PhoneSystemSetup, whose: OwnerOfValues) -> QuerySet[PhoneSystemValue]:
    return PhoneSystemValue.objects.filter(setup=setup, user=whose.user, phone=whose.phone)


def _checked_name(name: str) -> str:
    shown = kept_text(name, field="name", label=translate("The name"), most=80)
    if not may_name_a_system(shown):
        raise InvalidValueError(
            translate("This cannot be the name of a phone system."),
            field="name",
            hint=translate("A name has none of : { } # ^ < > / and is not FUNCTION."),
        )
    return shown


def _checked_file(details: SetupDetails, name: str) -> tuple[str, str]:
    if details.catalogue_id:
        try:
            catalogue_system(details.catalogue_id)
        except NotFoundError as error:
            raise InvalidValueError(error.message, field="catalogue_id") from error
        return details.catalogue_id, ""
    if _CANNOT_BE_KEPT.search(details.source):
        raise InvalidValueError(
            translate("The file holds characters that cannot be kept."), field="source"
        )
    read_phone_system(details.source, id=name)
    return "", details.source


def _checked_start(starts_from: str) -> str:
    if starts_from not in StartsFrom.values:
        raise InvalidValueError(translate("Requests cannot start from there."), field="starts_from")
    return starts_from


def _checked_count(typed: str) -> int | None:
    try:
        return count_or_none(typed)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, field="most_in_flight") from error


def _checked_certificate(details: SetupDetails) -> tuple[str, str]:
    text = details.certificate_text.strip()
    match details.certificate:
        case CertificateRule.VERIFY:
            return CertificateRule.VERIFY, ""
        case CertificateRule.PINNED:
            return CertificateRule.PINNED, _fingerprint(text)
        case CertificateRule.OWN_CA:
            return CertificateRule.OWN_CA, _authorities(text)
    raise InvalidValueError(
        translate("There is no such rule for certificates."), field="certificate"
    )


def _fingerprint(text: str) -> str:
    """SHA-256 in hexadecimal, as openssl and browsers show it, colons and blanks left out."""
    plain = "".join(text.replace(":", " ").split()).lower()
    try:
        is_right = len(bytes.fromhex(plain)) == _FINGERPRINT_BYTES
    except ValueError:
        is_right = False
    if not is_right:
        raise InvalidValueError(
            translate("This is no SHA-256 fingerprint of a certificate."),
            field="certificate_text",
            hint=translate("64 hexadecimal digits, with or without colons."),
        )
    return plain


def _authorities(text: str) -> str:
    try:
        found = x509.load_pem_x509_certificates(text.encode()) if len(text) <= MAX_PEM else []
    except ValueError:
        found = []
    if not found:
        raise InvalidValueError(
            translate("This is no certificate of an authority."),
            field="certificate_text",
            hint=translate("Paste it as PEM: -----BEGIN CERTIFICATE----- and what follows."),
        )
    return text


def _mechanism_rows(name: str) -> QuerySet[GeneralSetting]:
    rows = GeneralSetting.objects.filter(name__iexact=MECHANISM.name)
    spellings = rows.order_by().values_list("value", flat=True).distinct()
    return rows.filter(value__in=[each for each in spellings if key_of(each) == key_of(name)])


def _branches_that_use(name: str) -> list[str | None]:
    branch_ids = list(_mechanism_rows(name).values_list("branch_id", flat=True))
    names = dict(Branch.objects.filter(pk__in=branch_ids).values_list("id", "name"))
    return [None if branch_id is None else names[branch_id] for branch_id in branch_ids]
