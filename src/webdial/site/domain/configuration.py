"""The configuration as the exchange reads it: loaded whole, replaced when its revision has moved."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.db import transaction
from django.db.models import F

from webdial.errors import WebdialError
from webdial.exchange.configuration import Caller, Configuration, PairedComputer, Token
from webdial.exchange.general_settings import key_of
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.systems import (
    Certificate,
    CertificateMode,
    StoredValue,
    SystemSetup,
    UserPhone,
)
from webdial.phonesystems import PhoneSystem, SentFrom, catalogue_system, read_phone_system
from webdial.site.domain.ring_rights import RING_RIGHTS
from webdial.site.domain.sealed_places import place_of_credential, place_of_value
from webdial.site.models import (
    ApiToken,
    Branch,
    Computer,
    Credential,
    FunctionVersion,
    GeneralSetting,
    PhoneSystemSetup,
    PhoneSystemSignIn,
    PhoneSystemValue,
    Revision,
    StartsFrom,
    User,
)
from webdial.site.models import UserPhone as UserPhoneRow
from webdial.watcom import DELIVERED_FUNCTION

log = logging.getLogger("webdial.configuration")


@contextmanager
def configuration_change() -> Iterator[None]:
    """A transaction that changes what a dial reads; the revision moves with it or not at all.

    The revision moves first: its row then makes changes wait for one another, so that what is
    checked within one still holds when it is kept.
    """
    with transaction.atomic():
        if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
            Revision.objects.create(pk=1, number=1)
        yield


def current_revision() -> int:
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def load_configuration() -> Configuration:
    """The picture that the database holds now, all of it from one moment.

    Read without a transaction, which on SQLite would wait for whoever writes; a change that came
    in between has moved the revision.
    """
    while (picture := _read_picture(current_revision())).revision != current_revision():
        pass
    return picture


def _read_picture(revision: int) -> Configuration:
    branch_rows = list(Branch.objects.order_by().values_list("id", "name", "agency_id"))
    branches = {branch_id: name for branch_id, name, _ in branch_rows}
    callers = {
        row[0]: Caller(
            user_id=row[0],
            login=row[1],
            staff_id=row[2],
            name=row[3],
            extension=row[4] or None,
            branch_id=row[5],
            branch_name=branches.get(row[5], ""),
            is_active=row[6],
            may_ring_abroad=row[7],
            may_ring_premium=row[8],
            may_ring_in_quiet_hours=row[9],
        )
        for row in User.objects.order_by().values_list(
            "id", "login", "staff_id", "name", "extension", "branch_id", "is_active", *RING_RIGHTS
        )
    }
    token_users = {
        bytes.fromhex(digest): Token(
            token_id,
            user_id,
            places,
            reads,
            None if until is None else until.timestamp(),
            browser != "",
        )
        for digest, token_id, user_id, places, reads, until, browser in (
            ApiToken.objects.order_by().values_list(
                "digest", "id", "user_id", "places_calls", "reads_calls", "expires_at", "browser"
            )
        )
    }
    values: dict[tuple[str, int | None], str] = {
        (key_of(name), branch_id): value
        for name, branch_id, value in GeneralSetting.objects.order_by().values_list(
            "name", "branch_id", "value"
        )
    }
    function_source = source_in_force()
    computers = _computers()
    return Configuration(
        revision=revision,
        callers=callers,
        token_users=token_users,
        branches=branches,
        values=values,
        branch_ids={agency_id.casefold(): branch_id for branch_id, _, agency_id in branch_rows},
        function_source=function_source,
        agency_ids={branch_id: agency_id for branch_id, _, agency_id in branch_rows},
        setups=_setups(),
        user_values=_user_values(),
        phones=_phones(),
        credentials=_credentials(),
        signed_in=frozenset(PhoneSystemSignIn.objects.values_list("setup_id", "user_id")),
        computers=computers,
        computers_of=_by_user(computers.values()),
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


def _user_values() -> dict[tuple[int, int, int | None], dict[str, StoredValue]]:
    found: dict[tuple[int, int, int | None], dict[str, StoredValue]] = {}
    rows = PhoneSystemValue.objects.filter(user__isnull=False)
    for setup_id, user_id, phone_id, name, value, is_sealed in rows.values_list(
        "setup_id", "user_id", "phone_id", "name", "value", "is_sealed"
    ):
        assert user_id is not None
        place = place_of_value(setup_id, user_id, phone_id, name) if is_sealed else ""
        found.setdefault((setup_id, user_id, phone_id), {})[name] = StoredValue(value, place)
    return found


def _phones() -> dict[int, tuple[UserPhone, ...]]:
    found: dict[int, list[UserPhone]] = {}
    rows = UserPhoneRow.objects.order_by("id")
    for user_id, phone_id, label, extension, setup_id in rows.values_list(
        "user_id", "id", "label", "extension", "setup_id"
    ):
        found.setdefault(user_id, []).append(
            UserPhone(phone_id, label, extension or None, setup_id)
        )
    return {user_id: tuple(phones) for user_id, phones in found.items()}


def _computers() -> dict[bytes, PairedComputer]:
    rows = Computer.objects.order_by().values_list(
        "digest", "id", "user_id", "name", "dials_without_asking", "line"
    )
    return {
        bytes.fromhex(digest): PairedComputer(computer_id, user_id, name, at_once, line)
        for digest, computer_id, user_id, name, at_once, line in rows
    }


def _by_user(computers: Iterable[PairedComputer]) -> dict[int, tuple[PairedComputer, ...]]:
    found: dict[int, list[PairedComputer]] = {}
    for computer in computers:
        found.setdefault(computer.user_id, []).append(computer)
    return {user_id: tuple(theirs) for user_id, theirs in found.items()}


def _credentials() -> dict[str, StoredValue]:
    return {
        key_of(name): StoredValue(sealed, place_of_credential(name))
        for name, sealed in Credential.objects.values_list("name", "sealed")
    }


def source_in_force() -> str:
    """The database function's source: the newest version's, else the delivered one's."""
    newest = FunctionVersion.objects.order_by("-id").values_list("source", flat=True).first()
    return DELIVERED_FUNCTION if newest is None else newest


def _loaded() -> Configuration:
    """The picture with its network policy: no call then waits for 10,000 dial strings to be read."""
    configuration = load_configuration()
    policy_of(configuration)
    return configuration


class ConfigurationReader:
    """A ConfigurationSource over the database. `refresh` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current = _loaded()

    @property
    def current(self) -> Configuration:
        return self._current

    def refresh(self) -> None:
        """Take up what has changed; costs one small query when nothing has."""
        with self._lock:
            if current_revision() != self._current.revision:
                self._current = _loaded()
                log.info("configuration revision %d is in force", self._current.revision)
