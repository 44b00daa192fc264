"""The journal in PostgreSQL: whatever a batch holds, it is one statement."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from webdial.exchange.journal import Entry, EntryRefusedError
from webdial.site.audit.journal_chains import Chain
from webdial.site.databases import PostgresDatabase, connection_info
from webdial.site.journal.rows import BEGUN_COLUMNS, ENDED_COLUMNS, PLACING, Rows, Values
from webdial.site.journal.store import Store
from webdial.site.journal.terms import Standing, TermRows, keys_of

if TYPE_CHECKING:
    import psycopg

_CLAIM_COLUMNS: Final = ("key", "call_id", "claimed_at", "until")
_TALLY_COLUMNS: Final = ("key", "ends_at", "count", "allowed")

_CASTS: Final = {
    **dict.fromkeys(("id", "call_id"), "uuid"),
    **dict.fromkeys(("user_id", "branch_id"), "bigint"),
    **dict.fromkeys(("status",), "smallint"),
    **dict.fromkeys(("took_ms", "count", "allowed"), "integer"),
    **dict.fromkeys(
        ("placed_at", "finished_at", "on_disk_at", "claimed_at", "until", "ends_at"),
        "timestamp AT TIME ZONE 'UTC'",
    ),
}
"""From JSON's text; the other columns are texts."""


_PLAN_BY_KEYS: Final = (
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
)
"""Rows are found by their keys. A plan that was made while the log was short, and is kept with its statement, would
read all of it for every batch: with 6,000 calls one took 8 ms instead of 0.8 ms.
"""


def _values(columns: Sequence[str]) -> str:
    return ", ".join(
        f"(r->>{index})::{_CASTS.get(name, 'text')}" for index, name in enumerate(columns)
    )


def _update_ended(rows: str) -> str:
    new = ", ".join(
        f"{name} = (r->>{index})::{_CASTS.get(name, 'text')}"
        for index, name in enumerate(ENDED_COLUMNS)
        if name != "id"
    )
    return (
        f"UPDATE webdial_call AS c SET {new} "  # noqa: S608 - constants
        f"FROM jsonb_array_elements({rows}::jsonb) AS r WHERE c.id = (r->>0)::uuid"
    )


_WRITE: Final = f"""
begun AS (
    INSERT INTO webdial_call (outcome, answer, {", ".join(BEGUN_COLUMNS)})
    SELECT '{PLACING}', '', {_values(BEGUN_COLUMNS)} FROM jsonb_array_elements(%(begun)s::jsonb) AS r
), ended AS (
    {_update_ended("%(ended)s")}
), linked AS (
    INSERT INTO webdial_journallink (chain, position, entries, hash)
    VALUES (%(chain)s, %(position)s, %(entries)s, %(hash)s)
)"""  # noqa: S608 - constants

_TAKE: Final = f"""
claimed AS (
    INSERT INTO webdial_callclaim AS held ({", ".join(_CLAIM_COLUMNS)})
    SELECT {_values(_CLAIM_COLUMNS)} FROM jsonb_array_elements(%(claims)s::jsonb) AS r
    ON CONFLICT (key) DO UPDATE SET call_id = excluded.call_id,
        claimed_at = excluded.claimed_at, until = excluded.until
    WHERE held.until <= excluded.claimed_at RETURNING 1
), counted AS (
    INSERT INTO webdial_calltally AS counted ({", ".join(_TALLY_COLUMNS)})
    SELECT {_values(_TALLY_COLUMNS)} FROM jsonb_array_elements(%(tallies)s::jsonb) AS r
    ON CONFLICT (key) DO UPDATE SET count = counted.count + excluded.count,
        allowed = excluded.allowed
    WHERE counted.count + excluded.count <= excluded.allowed RETURNING 1
)"""  # noqa: S608 - constants


class PostgresJournalStore(Store[bytes]):
    """A JournalStore in PostgreSQL. A connection that was lost is opened anew for the next batch."""

    _WITHOUT_TERMS: Final = f"WITH {_WRITE} SELECT 1"
    _WITH_TERMS: Final = (
        f"WITH {_TAKE}, {_WRITE} SELECT 1 / ("  # noqa: S608 - constants
        "(SELECT count(*) FROM claimed) = %(claim_count)s "
        "AND (SELECT count(*) FROM counted) = %(tally_count)s)::int"
    )
    """Fails, and so undoes all, when one of them cannot be had: one round trip, BEGIN and COMMIT were two more."""
    _SETTLE: Final = _update_ended("%(settled)s")
    """On its own: a statement does not see the rows that it inserts."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__()
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _as_row(
        self, _lasting: Values, _erasable: Values, told: bytes, hidden: bytes, salt: bytes
    ) -> bytes:
        """JSON in the spelling that the digests have: what is hashed is written out once."""
        return told[:-1] + b"," + hidden[1:-1] + b',"' + salt + b'"]'

    def _is_written(self, rows: Rows[bytes], terms: TermRows, chain: Chain, head: bytes) -> bool:
        batch = {
            "begun": _list(rows.begun), "ended": _list(rows.ended), "settled": _list(rows.settled),
            "claims": _json(terms.claims), "claim_count": len(terms.claims),
            "tallies": _json(terms.tallies), "tally_count": len(terms.tallies),
            "chain": chain.id, "position": chain.position + 1, "entries": rows.link, "hash": head,
        }  # fmt: skip
        connection = self._connected()
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        statement = self._WITH_TERMS if terms else self._WITHOUT_TERMS
        try:
            if rows.settled:
                with connection.transaction():
                    connection.execute(statement, batch)
                    connection.execute(self._SETTLE, batch)
            else:
                connection.execute(statement, batch)
        except psycopg.errors.DivisionByZero:
            return False
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            if error.diag.table_name == "webdial_journallink":
                raise  # the link of a commit that was given up for lost has come in after all
            raise EntryRefusedError(str(error)) from error
        return True

    def _last_link(self, chain: str) -> Chain:
        newest = self._connected().execute(
            "SELECT chain, position, hash FROM webdial_journallink WHERE chain = %s "
            "ORDER BY position DESC LIMIT 1",
            (chain,),
        )
        return Chain(*(newest.fetchone() or (chain,)))

    def _standing(self, entries: Sequence[Entry]) -> Standing:
        claims, tallies = keys_of(entries)
        connection = self._connected()
        held = connection.execute(
            "SELECT key, call_id, until FROM webdial_callclaim WHERE key = ANY(%s)", (claims,)
        )
        counted = connection.execute(
            "SELECT key, count FROM webdial_calltally WHERE key = ANY(%s)", (tallies,)
        )
        return Standing({key: (holder, until) for key, holder, until in held}, dict(counted))

    def _connected(self) -> "psycopg.Connection[Any]":
        import psycopg  # noqa: PLC0415 - an optional package, needed for PostgreSQL alone

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(connection_info(self._database), autocommit=True)
            self._connection.execute(_PLAN_BY_KEYS)
        return self._connection


def _list(rows: Sequence[bytes]) -> str:
    return (b"[" + b",".join(rows) + b"]").decode()


def _json(rows: Sequence[object]) -> str:
    return orjson.dumps(rows).decode()
