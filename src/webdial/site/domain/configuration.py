"""The configuration as the exchange reads it: one picture, replaced when its revision has moved.

What has not changed is not read again (webdial.site.domain.slices).
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.db import transaction
from django.db.models import F

from webdial.errors import WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import key_of
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.systems import (
    Certificate,
    CertificateMode,
    StoredValue,
    SystemSetup,
)
from webdial.phonesystems import PhoneSystem, SentFrom, catalogue_system, read_phone_system
from webdial.site.domain.configuration_sections import (
    BRANCHES,
    CALLERS,
    COMPUTERS,
    PHONES,
    SECTIONS,
    SIGNED_IN,
    TOKENS,
    USER_VALUES,
    VALUES,
)
from webdial.site.domain.meanwhile import check_unchanged
from webdial.site.domain.sealed_places import place_of_credential, place_of_value
from webdial.site.domain.slices import Held, Section, read_section
from webdial.site.models import (
    Credential,
    FunctionVersion,
    PhoneSystemSetup,
    PhoneSystemValue,
    Revision,
    StartsFrom,
)
from webdial.watcom import DELIVERED_FUNCTION

log = logging.getLogger("webdial.configuration")


@contextmanager
def configuration_change() -> Iterator[None]:
    """A transaction that changes what a dial reads; the revision moves with it or not at all.

    The revision moves first: its row then makes changes wait for one another, so that what is
    checked within one still holds when it is kept. Raises ChangedMeanwhileError where a form's thing is not as
    the form knew it.
    """
    with transaction.atomic():
        if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
            Revision.objects.create(pk=1, number=1)
        check_unchanged()
        yield


def current_revision() -> int:
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def load_configuration() -> Configuration:
    """The picture that the database holds now."""
    return _read({})


def _read(held: dict[Section, Held]) -> Configuration:
    """The picture that the database holds now, all of it from one moment, with what is `held` for a beginning.

    Read without a transaction, which on SQLite would wait for whoever writes; a change that came
    in between has moved the revision.
    """
    revision = None
    while revision != (revision := current_revision()):
        for section in SECTIONS:
            held[section] = read_section(section, held.get(section))
        picture = _picture(revision, held)
    return picture


def _picture(revision: int, held: Mapping[Section, Held]) -> Configuration:
    branches, branch_ids, agency_ids = held[BRANCHES].entries
    computers, computers_of = held[COMPUTERS].entries
    return Configuration(
        revision=revision,
        callers=held[CALLERS].entries[0],
        token_users=held[TOKENS].entries[0],
        branches=branches,
        values=held[VALUES].entries[0],
        branch_ids=branch_ids,
        function_source=source_in_force(),
        agency_ids=agency_ids,
        setups=_setups(),
        user_values=held[USER_VALUES].entries[0],
        phones=held[PHONES].entries[0],
        credentials=_credentials(),
        signed_in=frozenset(held[SIGNED_IN].entries[0]),
        computers=computers,
        computers_of=computers_of,
    )


def _setups() -> dict[str, SystemSetup]:
    """The phone systems that are set up, by the key of their name."""
    site_values: dict[int, dict[str, StoredValue]] = {}
    rows = PhoneSystemValue.objects.filter(user__isnull=True, phone__isnull=True)
    for setup_id, name, value, is_sealed in rows.values_list(
        "setup_id", "name", "value", "is_sealed"
    ):
        place = place_of_value(setup_id, None, None, name) if is_sealed else ""
        site_values.setdefault(setup_id, {})[name] = StoredValue(value, place)
    return {
        key_of(row.name): setup_of(row, site_values.get(row.pk, {}))
        for row in PhoneSystemSetup.objects.all()
    }


def setup_of(row: PhoneSystemSetup, values: Mapping[str, StoredValue]) -> SystemSetup:
    """A set-up phone system as the exchange reads it; with a `fault` when its file has one."""
    system, fault = None, ""
    try:
        if row.catalogue_id:
            system = catalogue_system(row.catalogue_id)
        else:
            system = _system_of(row.source, row.name)
    except WebdialError as error:
        fault = error.message
    certificate = Certificate(CertificateMode(row.certificate), row.certificate_text)
    return SystemSetup(
        row.pk, row.name, system, fault, values, certificate, row.is_active,
        starts_at_computer=starts_at_computer(row.starts_from, system),
        most_in_flight=row.most_in_flight,
    )  # fmt: skip


def starts_at_computer(starts_from: str, system: PhoneSystem | None) -> bool:
    """Whether requests leave from the user's own machine: as the administrator chose, else by the file.

    What must start in the network of the phones leaves from this server unless they chose otherwise.
    """
    if starts_from == StartsFrom.BY_FILE:
        return system is not None and system.sent_from is SentFrom.USERS_MACHINE
    return starts_from == StartsFrom.COMPUTER


@lru_cache(maxsize=256)
def _system_of(source: str, name: str) -> PhoneSystem:
    return read_phone_system(source, id=name)


def _credentials() -> dict[str, StoredValue]:
    return {
        key_of(name): StoredValue(sealed, place_of_credential(name))
        for name, sealed in Credential.objects.values_list("name", "sealed")
    }


def source_in_force() -> str:
    """The database function's source: the newest version's, else the delivered one's."""
    newest = FunctionVersion.objects.order_by("-id").values_list("source", flat=True).first()
    return DELIVERED_FUNCTION if newest is None else newest


class ConfigurationReader:
    """A ConfigurationSource over the database. `refresh` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Section, Held] = {}
        self._current = _read(self._held)
        # No call then waits for 10,000 dial strings to be read.
        policy_of(self._current)

    @property
    def current(self) -> Configuration:
        return self._current

    def refresh(self) -> None:
        """Take up what has changed; costs one small query when nothing has."""
        with self._lock:
            if current_revision() != self._current.revision:
                self._current = self._replacement()
                log.info("configuration revision %d is in force", self._current.revision)

    def _replacement(self) -> Configuration:
        """With its network policy, which stays when nothing has changed that names hosts."""
        before, picture = self._current, _read(self._held)
        if picture.values is before.values and picture.setups == before.setups:
            picture.network_policy.extend(before.network_policy)
        policy_of(picture)
        return picture
