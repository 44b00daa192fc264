"""What the tests of the function language share: a schema, rows, a function around a few lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webdial.watcom import (
    CallResult,
    Context,
    Limits,
    MemoryTables,
    Schema,
    Table,
    Tables,
    Value,
    compile_function,
)

SCHEMA = Schema(
    (
        Table("Staff", ("StaffID", "Name", "AgencyID", "Extension")),
        Table("Agency", ("AgencyID", "Name")),
    )
)
ROWS: Mapping[str, Sequence[Mapping[str, Value]]] = {
    "Staff": [
        {"StaffID": "JW", "Name": "Justin", "AgencyID": "LON", "Extension": "201"},
        {"StaffID": "AA", "Name": "Ada", "AgencyID": "LON", "Extension": "150"},
        {"StaffID": "BB", "Name": "Bea", "AgencyID": "MAN", "Extension": "301"},
    ],
    "Agency": [
        {"AgencyID": "LON", "Name": "London"},
        {"AgencyID": "MAN", "Name": "Manchester"},
    ],
}
NOON = datetime(2024, 3, 5, 12, 0, 0)  # noqa: DTZ001 - local time, as a function sees it


def function_of(body: str, *, clauses: str = "") -> str:
    """A function with this body. Its parameter is n; x, y and i are declared for use."""
    return (
        f"CREATE FUNCTION f(n CHAR(100)) RETURNS LONG VARCHAR {clauses} BEGIN "
        f"DECLARE x, y LONG VARCHAR; DECLARE i INTEGER;\n{body}\nEND"
    )


def call(
    body: str,
    *,
    number: str = "0123",
    tables: Tables | None = None,
    limits: Limits | None = None,
    user: str | None = "JW",
    clauses: str = "",
    settings: Callable[[str, str | None], Value] | None = None,
) -> CallResult:
    """Compile a function with this body and call it."""
    context = Context(
        tables=tables or MemoryTables(ROWS),
        user_staff_id=user,
        settings=settings or (lambda _name, _agency_id: None),
        clock=lambda: NOON,
        limits=limits or Limits(),
    )
    function = compile_function(function_of(body, clauses=clauses), schema=SCHEMA)
    return function.call(number, context=context)


@dataclass
class RecordingTables:
    """Tables that note what they are asked for."""

    tables: Tables = field(default_factory=lambda: MemoryTables(ROWS))
    asked: list[tuple[str, tuple[str, ...], dict[str, str]]] = field(default_factory=list)

    def rows(
        self, table: str, columns: tuple[str, ...], equals: Mapping[str, str]
    ) -> Iterable[Sequence[Value]]:
        self.asked.append((table, columns, dict(equals)))
        return self.tables.rows(table, columns, equals)
