"""Checks of the phone systems that are set up, over one picture of the configuration."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from django.core.checks import CheckMessage

from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, definition_of, key_of
from webdial.exchange.systems import CertificateMode, SystemSetup
from webdial.phonesystems.catalogue import catalogue_ids
from webdial.site.domain.checks import known
from webdial.site.domain.phone_systems import missing_of
from webdial.site.models import PhoneSystemSetup

EXPIRES_SOON: Final = timedelta(days=30)


def catalogue_ids_by_setup() -> dict[int, str]:
    """The id of the catalogue for each set-up; empty for a file of its own."""
    return dict(PhoneSystemSetup.objects.values_list("id", "catalogue_id"))


def check_phone_systems(
    configuration: Configuration, ids: Mapping[int, str], *, now: datetime
) -> Iterator[CheckMessage]:
    """`ids` are the set-ups' ids of the catalogue. One that is off is not told of, but its phones are."""
    named = {
        key_of(value)
        for (key, _), value in configuration.values.items()
        if definition_of(key) is MECHANISM
    }
    for setup in configuration.setups.values():
        if setup.is_active:
            yield from _check_file(setup, ids.get(setup.id, ""))
            yield from check_certificate(setup, now=now)
        if setup.is_active and setup.system is not None and key_of(setup.name) not in named:
            yield from _check_filled_in(setup)
    yield from check_user_phones(configuration)


def _check_file(setup: SystemSetup, catalogue_id: str) -> Iterator[CheckMessage]:
    if setup.system is not None:
        return
    if catalogue_id and catalogue_id not in catalogue_ids():
        message = f"“{setup.name}” is set up as {catalogue_id}, which the catalogue has not."
        yield known.CATALOGUE_ID_GONE.found(message)
    else:
        yield known.FILE_FAULTY.found(f"“{setup.name}”: {setup.fault}")


def _check_filled_in(setup: SystemSetup) -> Iterator[CheckMessage]:
    assert setup.system is not None
    if missing := missing_of(setup.system, setup.values):
        labels = ", ".join(field.label for field in missing)
        yield known.FIELDS_MISSING.found(f"“{setup.name}” lacks: {labels}.")


def check_certificate(setup: SystemSetup, *, now: datetime) -> Iterator[CheckMessage]:
    text = setup.certificate.text
    match setup.certificate.mode:
        case CertificateMode.PINNED if not _is_fingerprint(text):
            yield known.CERTIFICATE_WRONG.found(f"“{setup.name}” has no fingerprint.")
        case CertificateMode.OWN_CA:
            yield from _check_authorities(setup.name, text, now)


def _is_fingerprint(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _check_authorities(name: str, text: str, now: datetime) -> Iterator[CheckMessage]:
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        yield known.CERTIFICATE_WRONG.found(f"“{name}” has no certificate of an authority.")
        return
    for certificate in found:
        until = certificate.not_valid_after_utc
        told = (
            f"“{name}”: {certificate.subject.rfc4514_string()[:120]}, valid until {until:%Y-%m-%d}."
        )
        if until < now:
            yield known.CERTIFICATE_EXPIRED.found(told)
        elif until < now + EXPIRES_SOON:
            yield known.CERTIFICATE_EXPIRES.found(told)


def check_user_phones(configuration: Configuration) -> Iterator[CheckMessage]:
    """Further phones that ring through a phone system of their own."""
    for user_id, phones in sorted(configuration.phones.items()):
        caller = configuration.callers.get(user_id)
        for phone in phones:
            if caller is None or not caller.is_active or phone.setup_id is None:
                continue
            setup = configuration.setup_by_id(phone.setup_id)
            if setup is None or setup.system is None or not setup.is_active:
                through = "none" if setup is None else f"“{setup.name}”"
                yield known.PHONE_WITHOUT_SYSTEM.found(
                    f"The phone {phone.label} of the user {caller.login} rings through {through}."
                )
