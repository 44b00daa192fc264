"""The site with phone systems that are really asked: the tests' site, with a sender that sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import AsyncClient

from tests.site.conftest import Browser, opened_database
from webdial.exchange import Exchange, GroupCommitJournal, HttpSender
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.system_calls import SystemCaller
from webdial.site.domain.configuration import ConfigurationReader
from webdial.site.domain.credentials import opener
from webdial.site.domain.sign_ins import DatabaseSignIns
from webdial.site.journal import open_journal_store
from webdial.site.models import User


class PhoneSite:
    """What webdial.runtime puts together, over the tests' database."""

    def __init__(self, journal: GroupCommitJournal) -> None:
        self.reader = ConfigurationReader()
        self.sender = HttpSender(policy=lambda: policy_of(self.reader.current))
        self.systems = SystemCaller(self.sender, sign_ins=DatabaseSignIns())
        self.exchange = Exchange(
            configuration=self.reader, journal=journal, sender=self.sender,
            system_caller=self.systems, opener=opener(), run_id="this run",
        )  # fmt: skip
        self.state: dict[str, object] = {
            "exchange": self.exchange,
            "configuration_reader": self.reader,
            "system_caller": self.systems,
            "sender": self.sender,
        }

    def browser(self, user: User | None = None, **options: Any) -> AsyncClient:
        """Not to be called with a user in a running loop."""
        client = Browser(self.state, **options)
        if user is not None:
            client.force_login(user)
        return client


@contextmanager
def open_phone_site() -> Iterator[PhoneSite]:
    journal = GroupCommitJournal(open_journal_store(opened_database()))
    try:
        yield PhoneSite(journal)
    finally:
        journal.close()
