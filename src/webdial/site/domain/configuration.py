"""The configuration as the exchange reads it: loaded whole, replaced when its revision has moved."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import key_of
from webdial.site.models import (
    ApiToken,
    Branch,
    FunctionVersion,
    GeneralSetting,
    Revision,
    User,
)
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
        )
        for row in User.objects.order_by().values_list(
            "id", "login", "staff_id", "name", "extension", "branch_id", "is_active"
        )
    }
    token_users = {
        bytes.fromhex(digest): user_id
        for digest, user_id in ApiToken.objects.order_by().values_list("digest", "user_id")
    }
    values: dict[tuple[str, int | None], str] = {
        (key_of(name), branch_id): value
        for name, branch_id, value in GeneralSetting.objects.order_by().values_list(
            "name", "branch_id", "value"
        )
    }
    function_source = source_in_force()
    return Configuration(
        revision=revision,
        callers=callers,
        token_users=token_users,
        branches=branches,
        values=values,
        branch_ids={agency_id.casefold(): branch_id for branch_id, _, agency_id in branch_rows},
        function_source=function_source,
    )


def source_in_force() -> str:
    """The database function's source: the newest version's, else the delivered one's."""
    newest = FunctionVersion.objects.order_by("-id").values_list("source", flat=True).first()
    return DELIVERED_FUNCTION if newest is None else newest


class ConfigurationReader:
    """A ConfigurationSource over the database. `refresh` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current = load_configuration()

    @property
    def current(self) -> Configuration:
        return self._current

    def refresh(self) -> None:
        """Take up what has changed; costs one small query when nothing has."""
        with self._lock:
            if current_revision() != self._current.revision:
                self._current = load_configuration()
                log.info("configuration revision %d is in force", self._current.revision)
