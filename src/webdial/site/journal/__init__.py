"""Keeps the journal's entries in the database, one transaction for many.

Written past Django's ORM on purpose: the journal's thread has a connection of its own, and a
batch is one statement whatever its size, with the terms of its calls and its link of the chain.
"""

from webdial.exchange.journal import JournalStore
from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase


def open_journal_store(database: Database) -> JournalStore:
    """The store for this database. It connects when it first writes, from the thread that writes."""
    match database:
        case SqliteDatabase():
            from webdial.site.journal.sqlite import SqliteJournalStore  # noqa: PLC0415

            return SqliteJournalStore(database)
        case PostgresDatabase():
            from webdial.site.journal.postgres import PostgresJournalStore  # noqa: PLC0415

            return PostgresJournalStore(database)
