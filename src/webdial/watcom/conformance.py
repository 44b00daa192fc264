"""Conformance cases: one call of one function each, with what has to come of it.

The format is that of `tests/cases/watcom/conformance.toml`, whose head describes it. It has one
addition: `expression = "..."` stands for a function that returns the expression. This module reads
text and runs cases; opening files and printing failures is for the caller.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from webdial.errors import WebdialError
from webdial.watcom.errors import FunctionError, Kind
from webdial.watcom.frames import Context
from webdial.watcom.function import CallResult, CompiledFunction, compile_function
from webdial.watcom.limits import Limits
from webdial.watcom.tables import MemoryTables, Schema, Table, Tables
from webdial.watcom.values import Value, fold

FORMAT = 1

STAFF_COLUMNS = ("StaffID", "Name", "AgencyID", "Extension")
AGENCY_COLUMNS = ("AgencyID", "Name")

_EXPECTATIONS = ("expect", "expect_null", "expect_error")
_SOURCES = ("function", "function_ref", "expression")
_KEYS = frozenset(
    [
        *_EXPECTATIONS,
        *_SOURCES,
        "clock",
        "columns",
        "name",
        "number",
        "settings",
        "source",
        "staff",
        "tables",
        "tags",
        "user",
    ]
)


class CaseFileError(WebdialError):
    """The text is no file of conformance cases."""

    code = "case_file"


Rows = Mapping[str, tuple[Mapping[str, Value], ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `rows` holds the rows of every table by its name; absent columns are NULL."""

    name: str
    number: str
    user: str | None
    clock: datetime | None
    rows: Rows
    schema: Schema
    settings: Mapping[tuple[str, str], str]
    function: str
    expect: str | None
    expect_error: Kind | None

    def setting(self, name: str, agency_id: str | None) -> Value:
        """What WPKMaintainGetSwitchValue answers in this case."""
        return self.settings.get((fold(name), fold(agency_id))) if agency_id is not None else None

    def memory_tables(self) -> Tables:
        return MemoryTables(self.rows)

    def context(self, tables: Tables | None = None, limits: Limits | None = None) -> Context:
        """What the call is given; its rows come from memory unless `tables` says otherwise."""
        clock = self.clock
        context = Context(
            tables=tables or self.memory_tables(),
            user_staff_id=self.user,
            settings=self.setting,
            limits=limits or Limits(),
        )
        if clock is None:
            return context
        return Context(
            context.tables,
            context.user_staff_id,
            context.settings,
            clock=lambda: clock,
            limits=context.limits,
        )

    def compiled(self) -> CompiledFunction:
        """The function of the case; raises what `compile_function` raises."""
        return compile_function(self.function, schema=self.schema)

    def prepared(self, tables: Tables | None = None) -> Callable[[], CallResult]:
        """The call of the case as something that can be repeated, with nothing left to compile."""
        function, context = self.compiled(), self.context(tables)
        return lambda: function.call(self.number, context=context)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case; `failure` says in one line what is wrong, and is empty if nothing is."""

    case: Case
    failure: str

    @property
    def passed(self) -> bool:
        return not self.failure


def run_case(case: Case, tables: Tables | None = None) -> Outcome:
    """Run a case and compare what comes of it with what is expected."""
    try:
        value = case.prepared(tables)().value
    except FunctionError as error:
        return Outcome(case, _judge_error(case, error))
    if case.expect_error is not None:
        return Outcome(case, f"expected the error {case.expect_error}, got {_shown(value)}")
    if value != case.expect:
        return Outcome(case, f"expected {_shown(case.expect)}, got {_shown(value)}")
    return Outcome(case, "")


def run_cases(
    text: str, tables_of: Callable[[Case], Tables] = Case.memory_tables
) -> Iterator[Outcome]:
    """Run every case of a file, in its order; `tables_of` says where the rows of one come from.

    Raises:
        CaseFileError: before the first case, if the text is no such file
    """
    for case in read_cases(text):
        yield run_case(case, tables_of(case))


def _judge_error(case: Case, error: FunctionError) -> str:
    found = f"the error {error.kind} in line {error.line}: {error.message}"
    if case.expect_error is None:
        return f"expected {_shown(case.expect)}, got {found}"
    if case.expect_error in error.kinds:
        return ""
    return f"expected the error {case.expect_error}, got {found}"


def _shown(value: str | None) -> str:
    return "NULL" if value is None else repr(value)


# Reading


def read_cases(text: str) -> tuple[Case, ...]:
    """The cases of a file.

    Raises:
        CaseFileError: it is no TOML, or not of this format
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseFileError(f"The file is no TOML: {error}.") from error
    if data.get("format") != FORMAT:
        raise CaseFileError(
            f"The file is not of format {FORMAT}.", hint="It begins with format = 1."
        )
    functions = _mapping(data.get("functions", {}), "functions")
    cases = tuple(_read_case(entry, functions) for entry in _list(data.get("case", []), "case"))
    twice = [name for name, count in Counter(case.name for case in cases).items() if count > 1]
    if twice:
        raise CaseFileError(f"Two cases are named {twice[0]}.")
    return cases


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise CaseFileError(f"{what} is no list.")
    return value


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CaseFileError(f"{what} is no table.")
    return value


def _read_case(given: object, functions: Mapping[str, Any]) -> Case:
    entry = _mapping(given, "A case")
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise CaseFileError("A case has no name.")
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise CaseFileError(f"Case {name}: {unknown[0]} is not known.")
    try:
        return _case(name, entry, functions)
    except KeyError as error:
        raise CaseFileError(f"Case {name}: {error.args[0]} is missing.") from error
    except (ValueError, CaseFileError) as error:
        raise CaseFileError(f"Case {name}: {str(error).removesuffix('.')}.") from error


def _case(name: str, entry: Mapping[str, Any], functions: Mapping[str, Any]) -> Case:
    rows, schema = _read_tables(entry)
    user = entry.get("user")
    return Case(
        name=name,
        number=str(entry["number"]),
        user=None if user is None else str(user),
        clock=_clock(entry.get("clock")),
        rows=rows,
        schema=schema,
        settings=_settings(entry),
        function=_function_of(entry, functions),
        expect=_expected_value(entry),
        expect_error=_expected_error(entry.get("expect_error")),
    )


def _clock(value: object) -> datetime | None:
    """A date and time; a date alone is its midnight."""
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError("clock is no date and time")


def _settings(entry: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    settings = [_mapping(row, "A setting") for row in _list(entry.get("settings", []), "settings")]
    return {
        (fold(str(row["name"])), fold(str(row["agency"]))): str(row["value"])
        for row in settings
        if "value" in row
    }


def _expected_error(kind: object) -> Kind | None:
    if kind is None or kind in set(Kind):
        return None if kind is None else Kind(str(kind))
    raise ValueError(f"{kind} is no kind of error")


def _expected_value(entry: Mapping[str, Any]) -> str | None:
    given = [key for key in _EXPECTATIONS if key in entry]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(_EXPECTATIONS)} is needed")
    if entry.get("expect_null", True) is not True:
        raise ValueError("expect_null can only be true")
    value = entry.get("expect")
    return None if value is None else str(value)


def _function_of(entry: Mapping[str, Any], functions: Mapping[str, Any]) -> str:
    given = [key for key in _SOURCES if key in entry]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(_SOURCES)} is needed")
    source = entry[given[0]]
    if given[0] == "function_ref":
        source = functions[source]
    if not isinstance(source, str):
        raise ValueError("the function is no text")  # noqa: TRY004 - told as a fault of the file
    return function_returning(source) if given[0] == "expression" else source


def function_returning(expression: str) -> str:
    """A function that returns the value of an expression."""
    return (
        'ALTER FUNCTION "pears"."GenerateWEBDialURL"( in "Number" char(100) )\n'
        f"returns long varchar\nbegin\nreturn {expression}\nend"
    )


def _read_tables(entry: Mapping[str, Any]) -> tuple[Rows, Schema]:
    columns: dict[str, tuple[str, ...]] = {"Staff": STAFF_COLUMNS, "Agency": AGENCY_COLUMNS}
    for table, names in _mapping(entry.get("columns", {}), "columns").items():
        columns[_spelling(table, columns)] = tuple(map(str, _list(names, f"columns.{table}")))
    rows = {"Staff": _rows(entry.get("staff", []), "staff")}
    for table, given in _mapping(entry.get("tables", {}), "tables").items():
        name = _spelling(table, columns)
        rows[name] = _rows(given, f"tables.{table}")
        columns.setdefault(name, _columns_of(rows[name]))
    schema = Schema(tuple(Table(name, names) for name, names in columns.items()))
    return rows, schema


def _rows(value: object, what: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(_mapping(row, f"A row of {what}") for row in _list(value, what))


def _columns_of(rows: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    """The columns that the rows name, where the case does not: each once, whatever its letter case."""
    return tuple({column.casefold(): column for row in rows for column in row}.values())


def _spelling(table: str, columns: Mapping[str, object]) -> str:
    """The name of a table as it is known already, in whatever case it is written here."""
    return next((name for name in columns if name.casefold() == table.casefold()), table)
