"""One call of a function while it runs: its variables, its state, and what it has used so far."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from time import monotonic

from webdial.language import decimal, grouped, translate
from webdial.watcom.errors import SUCCESS, RaisedError, State, StoppedError
from webdial.watcom.limits import Limits
from webdial.watcom.nodes import Node
from webdial.watcom.tables import DUMMY_TABLE, Table, Tables
from webdial.watcom.values import Truth, Value, own_value

LONG_TEXT = 4096
"""Characters from which on work on a text is worth a look at the clock, and its memory is counted."""

STATEMENTS_BETWEEN_LOOKS = 16
TURNS_BETWEEN_LOOKS = 32
"""The longest statement or row of the longest function takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a call gets from outside."""

    tables: Tables
    user_staff_id: str | None = None
    """StaffID of the user who dials: the connection variable UserStaffID."""
    settings: Callable[[str, str | None], Value] = lambda _name, _agency_id: None
    """The general setting of a name as in force for a branch: WPKMaintainGetSwitchValue."""
    clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
    """The time to show. Its zone, if it has one, is the one the function sees."""
    limits: Limits = field(default_factory=Limits)
    user_name: str = "pears"
    """The database user that USER and CURRENT USER show."""


class Frame:
    """The state of one call.

    `values` holds every variable and column by its slot, `cursors` the rows left in each open cursor.
    `at` is the statement begun last: the place of an error that names none, and of a limit.
    """

    __slots__ = (
        "_built",
        "_cache",
        "_now",
        "_query_rows",
        "active",
        "at",
        "context",
        "cursors",
        "deadline",
        "error_text",
        "limits",
        "look_at",
        "lookups",
        "messages",
        "queries",
        "random",
        "result",
        "rows_read",
        "started_at",
        "state",
        "statements",
        "turns",
        "values",
    )

    def __init__(self, context: Context, slots: int, cursors: int) -> None:
        self.context = context
        self.limits = context.limits
        self.values: list[Value] = [None] * slots
        self.cursors: list[Iterator[tuple[Value, ...]] | None] = [None] * cursors
        self.at: Node | None = None
        self.state: State = SUCCESS
        self.error_text = ""
        self.active: RaisedError | None = None
        self.result: Value = None
        self.messages: list[str] = []
        self.random: Random | None = None
        self.statements = 0
        self.look_at = min(STATEMENTS_BETWEEN_LOOKS, self.limits.statements + 1)
        self.turns = 0
        self.queries = 0
        self.lookups = 0
        self.rows_read = 0
        self._query_rows = 0
        self._built = 0
        self._cache: dict[object, Sequence[Sequence[Value]]] = {}
        self._now: datetime | None = None
        self.started_at = monotonic()
        self.deadline = self.started_at + self.limits.wall_s

    # Time. One reading serves the whole call, so that it sees one moment.

    @property
    def now(self) -> datetime:
        """The local time, without a zone."""
        return self._clock().replace(tzinfo=None)

    @property
    def utc_now(self) -> datetime:
        moment = self._clock()
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    @property
    def today(self) -> date:
        return self.now.date()

    def _clock(self) -> datetime:
        if self._now is None:
            self._now = self.context.clock()
        return self._now

    # Limits

    def pause(self) -> None:
        """Look at the clock.

        Raises:
            StoppedError: when the time of the call is used up
        """
        if monotonic() > self.deadline:
            raise StoppedError(
                translate(
                    "The function ran longer than {wall_s} s.", wall_s=decimal(self.limits.wall_s)
                )
            )

    def count_statement(self) -> None:
        """Called when `statements` has reached `look_at`."""
        if self.statements > self.limits.statements:
            raise StoppedError(
                translate(
                    "The function ran more than {statements} statements.",
                    statements=grouped(self.limits.statements),
                )
            )
        self.pause()
        self.look_at = min(self.statements + STATEMENTS_BETWEEN_LOOKS, self.limits.statements + 1)

    def turn(self) -> None:
        """Count a turn of a loop of ours, such as a row looked at; every so many, look at the clock."""
        self.turns += 1
        if self.turns % TURNS_BETWEEN_LOOKS == 0:
            self.pause()

    def build(self, length: int) -> None:
        """Account for a text of `length` characters before it is built.

        Raises:
            StoppedError: when it is too long, or all long texts together are
        """
        if length < LONG_TEXT:
            return
        if length > self.limits.text_chars:
            raise StoppedError(
                translate(
                    "A text has more than {text_chars} characters.",
                    text_chars=grouped(self.limits.text_chars),
                )
            )
        self._built += length
        if self._built > self.limits.built_chars:
            raise StoppedError(
                translate(
                    "The function built more than {built_chars} characters of text.",
                    built_chars=grouped(self.limits.built_chars),
                )
            )
        self.pause()

    # Reading

    def begin_query(self) -> None:
        """Called before a query that stands in no other."""
        self.queries += 1
        if self.queries > self.limits.queries:
            raise StoppedError(
                translate(
                    "The function ran more than {queries} queries.",
                    queries=grouped(self.limits.queries),
                )
            )
        self._query_rows = 0
        self._cache.clear()

    def fetch(
        self, table: Table, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Sequence[Sequence[Value]]:
        """Rows of a table, asked for once in a query."""
        if table is DUMMY_TABLE:
            return ((0,) * len(columns),)
        key = (table.name, columns, tuple(equals.items()))
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._read(table, columns, equals)
        return found

    def _read(
        self, table: Table, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Sequence[Sequence[Value]]:
        self.count_lookup()
        rows: list[Sequence[Value]] = []
        for row in self.context.tables.rows(table.name, columns, equals):
            self._query_rows += 1
            if self._query_rows > self.limits.rows_per_query:
                raise StoppedError(
                    translate(
                        "A query read more than {rows_per_query} rows. Compare a column with = so that fewer are needed.",
                        rows_per_query=grouped(self.limits.rows_per_query),
                    )
                )
            rows.append([self._take_in(value) for value in row])
            self.turn()
        self.rows_read += len(rows)
        self.pause()
        return rows

    def _take_in(self, value: object) -> Value:
        """A value from outside as one of ours, if it is not too long."""
        own = own_value(value)
        if isinstance(own, str):
            self.build(len(own))
        return own

    def ask_setting(self, name: str, agency_id: str | None) -> Value:
        """A general setting as in force for a branch."""
        self.count_lookup()
        value = self._take_in(self.context.settings(name, agency_id))
        self.pause()
        return value

    def count_lookup(self) -> None:
        """Account for one request to the database."""
        self.lookups += 1
        if self.lookups > self.limits.lookups:
            raise StoppedError(
                translate(
                    "The function asked the database more than {lookups} times.",
                    lookups=grouped(self.limits.lookups),
                )
            )

    def note_message(self, text: str) -> None:
        if len(self.messages) < self.limits.messages:
            self.messages.append(text[:LONG_TEXT])

    def fail(self, error: RaisedError) -> None:
        """Let SQLSTATE, SQLCODE and ERRORMSG show `error`."""
        self.state = error.state
        self.error_text = error.message


Evaluate = Callable[[Frame], Value]
"""A compiled value."""

Test = Callable[[Frame], Truth]
"""A compiled condition."""
