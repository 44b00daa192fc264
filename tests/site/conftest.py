"""The pages as they run: Django's own handler, the real exchange and journal, and five people.

Ada administers; Bea and Carl dial from London; Dora dials from Leeds; Eve is signed out. Only what
stands for the phone system is ours: `Switchboard`, which answers as a test tells it to.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection, connections
from django.db.models.signals import post_migrate
from django.test import AsyncClient

from tests.site.kept_rows import Steps
from webdial.dialstring import HttpRequest
from webdial.exchange import (
    Exchange,
    GroupCommitJournal,
    Outcome,
    PlacedCall,
    TimeLimits,
    Verdict,
)
from webdial.exchange.duplicates import Duplicates
from webdial.exchange.general_settings import MECHANISM
from webdial.site import settings
from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import ConfigurationReader, configuration_change
from webdial.site.domain.first_calls import DatabaseRecords
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.journal import open_journal_store
from webdial.site.models import Branch, GeneralSetting, Role, User

PASSWORD = "plum tractor seven"
FOR_ALL = "http://pbx.example/dial?from=^&to=#"


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """A file and not SQLite's own memory: the journal has a connection of its own. In memory all the
    same where Linux has files there: a disk takes a millisecond for each of fifty thousand commits.

    Rows of Django's own permissions and kinds of content, which nothing here asks for, are not made
    anew after every test: that took longer than most tests. So did PostgreSQL's own way of emptying
    tables, which is for large ones.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = _sql_to_delete_all
        yield
        return
    memory = Path("/dev/shm")
    with TemporaryDirectory(
        prefix="webdial-tests-", dir=memory if os.access(memory, os.W_OK) else None
    ) as folder:
        connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "test.sqlite3")
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """In the end the thread in which sync_to_async runs, for tests and Django's client alike, lets go of its connection.

    PostgreSQL drops no database that somebody is connected to.
    """
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@dataclass
class Switchboard:
    """A Sender that keeps what it was sent; with a `gate` it answers when that is opened."""

    verdict: Verdict = field(default_factory=lambda: Verdict(Outcome.SENT, 200, "OK"))
    requests: list[HttpRequest] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, request: HttpRequest, limits: TimeLimits) -> Verdict:
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        return self.verdict


class WatchedExchange(Exchange):
    """The exchange, which lets a test know that somebody waits for an outcome."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.asked = asyncio.Event()

    async def outcome_of(self, call_id: UUID, *, wait_s: float | None = None) -> PlacedCall | None:
        self.asked.set()
        return await super().outcome_of(call_id, wait_s=wait_s)


class Browser(AsyncClient):
    """Django's own client, with what the server puts beside every request."""

    def __init__(self, state: dict[str, object], **options: Any) -> None:
        super().__init__(**options)
        self.state = state

    async def request(self, **request: Any) -> Any:
        return await super().request(state=self.state, **request)


@dataclass
class Member:
    """One of the five, with a browser of their own; Eve has no `user`."""

    client: Browser
    user: User | None = None


@dataclass
class Site:
    """What stands behind the pages."""

    switchboard: Switchboard
    exchange: WatchedExchange
    reader: ConfigurationReader

    def browser(self, user: User | None = None, **options: Any) -> Browser:
        """A browser, signed in as `user`; with a user not to be called in a running loop."""
        state: dict[str, object] = {
            "exchange": self.exchange,
            "configuration_reader": self.reader,
        }
        client = Browser(state, **options)
        if user is not None:
            client.force_login(user)
        return client

    async def dial_by(self, value: str, branch: Branch | None = None) -> None:
        """Put this dial string in force."""
        await sync_to_async(override_setting)(MECHANISM.name, value, branch=branch)
        await sync_to_async(self.reader.refresh)()

    async def keep_faulty(self, value: str) -> None:
        """Put in force what could not be kept by the pages, such as an older version left."""
        await sync_to_async(_keep_unchecked)(value)
        await sync_to_async(self.reader.refresh)()

    async def change_user(self, user: User, **changes: Any) -> None:
        await sync_to_async(_update)(user, changes)
        await sync_to_async(self.reader.refresh)()

    async def finish(self, call_id: UUID) -> None:
        """Return when this call has its outcome on disk."""
        await self.exchange.outcome_of(call_id)


@pytest.fixture
def steps(transactional_db: None) -> Steps:
    return Steps()


@pytest.fixture
def london(steps: Steps) -> Branch:
    steps.take("London", lambda: save_branch(agency_id="LON", name="London"))
    return Branch.objects.get(agency_id="LON")


@pytest.fixture
def leeds(steps: Steps) -> Branch:
    steps.take("Leeds", lambda: save_branch(agency_id="LDS", name="Leeds"))
    return Branch.objects.get(agency_id="LDS")


@pytest.fixture
def users(steps: Steps, london: Branch, leeds: Branch) -> dict[str, User]:
    """Ada, Bea, Carl and Dora, by sign-in name."""
    everybody = (
        UserDetails("ada", "AB", "Ada Byrne", london, "201", Role.ADMINISTRATOR),
        UserDetails("bea", "BN", "Bea Novak", london, "202"),
        UserDetails("carl", "CO", "Carl Osei", london, "203"),
        UserDetails("dora", "DL", "Dora Lindqvist", leeds, "301"),
    )
    steps.take("users", lambda: [save_user(each, password=PASSWORD) for each in everybody])
    users = {user.login: user for user in User.objects.order_by("pk")}
    for details in everybody:
        users[details.login].branch = details.branch
    return users


@pytest.fixture
def site(steps: Steps, users: dict[str, User]) -> Iterator[Site]:
    steps.take("dial string", lambda: override_setting(MECHANISM.name, FOR_ALL))
    reader = ConfigurationReader()
    switchboard = Switchboard()
    journal = GroupCommitJournal(open_journal_store(opened_database()))
    yield Site(
        switchboard,
        WatchedExchange(
            configuration=reader,
            journal=journal,
            sender=switchboard,
            run_id="this run",
            duplicates=Duplicates(records=DatabaseRecords()),
        ),
        reader,
    )
    journal.close()


@pytest.fixture
def ada(site: Site, users: dict[str, User]) -> Member:
    return Member(site.browser(users["ada"]), users["ada"])


@pytest.fixture
def bea(site: Site, users: dict[str, User]) -> Member:
    return Member(site.browser(users["bea"]), users["bea"])


@pytest.fixture
def carl(site: Site, users: dict[str, User]) -> Member:
    return Member(site.browser(users["carl"]), users["carl"])


@pytest.fixture
def dora(site: Site, users: dict[str, User]) -> Member:
    return Member(site.browser(users["dora"]), users["dora"])


@pytest.fixture
def eve(site: Site) -> Member:
    return Member(site.browser())


def _sql_to_delete_all(
    style: object, tables: Sequence[str], *, reset_sequences: bool, allow_cascade: bool
) -> list[str]:
    return ["; ".join(f'DELETE FROM "{table}"' for table in tables)]


def _update(user: User, changes: dict[str, Any]) -> None:
    with configuration_change():
        User.objects.filter(pk=user.pk).update(**changes)


def _keep_unchecked(value: str) -> None:
    with configuration_change():
        GeneralSetting.objects.filter(name=MECHANISM.name, branch=None).update(value=value)


def opened_database() -> Database:
    """The database that Django made for the tests, as the journal opens it."""
    name = connection.settings_dict["NAME"]
    match settings.DATABASE:
        case SqliteDatabase():
            return SqliteDatabase(Path(name))
        case PostgresDatabase():
            return replace(settings.DATABASE, name=name)
