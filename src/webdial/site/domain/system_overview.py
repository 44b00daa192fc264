"""Phone systems that are set up, as a list shows them: what each is, where it is used, what it needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from webdial.exchange.general_settings import MECHANISM, key_of
from webdial.phonesystems import Field, PhoneSystem
from webdial.site.domain.configuration import setup_of, source_in_force
from webdial.site.domain.phone_systems import list_setups, missing_of
from webdial.site.models import (
    GeneralSetting,
    PhoneSystemPause,
    PhoneSystemSetup,
    PhoneSystemValue,
    UserPhone,
)


@dataclass(frozen=True, slots=True)
class SetupOverview:
    """A set-up as a list shows it. `branches` are those whose setting names it; None is all of them.

    `is_in_function` tells that the database function in force has its name as a text. `missing` are the
    site's fields that must be filled in and are not.
    """

    setup: PhoneSystemSetup
    system: PhoneSystem | None
    fault: str
    branches: tuple[str | None, ...]
    phone_count: int
    is_in_function: bool
    missing: tuple[Field, ...]
    pauses: tuple[PhoneSystemPause, ...] = ()
    """Its addresses that do not answer: calls to them are held back."""

    @property
    def is_used(self) -> bool:
        return bool(self.branches or self.phone_count or self.is_in_function)

    @property
    def is_ready(self) -> bool:
        return self.system is not None and not self.missing


def overview(*, search: str = "", pauses: Iterable[PhoneSystemPause] = ()) -> list[SetupOverview]:
    """Every set-up with what it is and where it is used, in as many queries for one as for hundreds."""
    return _overviews(list_setups(search=search), pauses)


def overview_of(setup: PhoneSystemSetup) -> SetupOverview:
    """One set-up with what it is and where it is used, as it is kept."""
    return _overviews(PhoneSystemSetup.objects.filter(pk=setup.pk), setup.pauses.all())[0]


def _overviews(
    setups: QuerySet[PhoneSystemSetup], pauses: Iterable[PhoneSystemPause]
) -> list[SetupOverview]:
    filled: dict[int, set[str]] = {}
    of_site = PhoneSystemValue.objects.filter(user__isnull=True, phone__isnull=True)
    for setup_id, name in of_site.values_list("setup_id", "name"):
        filled.setdefault(setup_id, set()).add(name)
    branches: dict[str, list[str | None]] = {}
    named = GeneralSetting.objects.filter(name__iexact=MECHANISM.name).order_by("branch__name")
    for value, branch in named.values_list("value", "branch__name"):
        branches.setdefault(key_of(value), []).append(branch)
    source = source_in_force().casefold()
    through = UserPhone.objects.filter(setup__isnull=False).order_by().values_list("setup_id")
    phones: dict[int | None, int] = dict(through.annotate(Count("id")))
    paused: dict[int | None, list[PhoneSystemPause]] = {}
    for pause in pauses:
        paused.setdefault(pause.setup_id, []).append(pause)
    return [
        _overview_of(
            row,
            filled.get(row.pk, set()),
            branches.get(key_of(row.name), []),
            phone_count=phones.get(row.pk, 0),
            is_in_function=_text_in_function(row.name) in source,
            pauses=paused.get(row.pk, []),
        )
        for row in setups
    ]


def _text_in_function(name: str) -> str:
    """The name as a function's source has it as a text."""
    return "'" + name.casefold().replace("'", "''") + "'"


def _overview_of(
    row: PhoneSystemSetup,
    filled: set[str],
    branches: list[str | None],
    *,
    phone_count: int,
    is_in_function: bool,
    pauses: list[PhoneSystemPause],
) -> SetupOverview:
    read = setup_of(row, {})
    missing = () if read.system is None else tuple(missing_of(read.system, filled))
    return SetupOverview(
        row,
        read.system,
        read.fault,
        tuple(branches),
        phone_count,
        is_in_function,
        missing,
        tuple(pauses),
    )
