"""A compiled function is called: its result, and what the caller is told besides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.cases import FOLDER
from tests.watcom.examples import SCHEMA, RecordingTables, call, function_of
from webdial.watcom import (
    DELIVERED_FUNCTION,
    Context,
    FunctionError,
    MemoryTables,
    compile_function,
)
from webdial.watcom.conformance import Case, read_cases


def conformance_cases() -> dict[str, Case]:
    text = (FOLDER / "watcom" / "conformance.toml").read_text(encoding="utf-8")
    return {case.name: case for case in read_cases(text)}


def test_delivered_function_returns_null() -> None:
    function = compile_function(DELIVERED_FUNCTION, schema=SCHEMA)
    result = function.call("01912345678", context=Context(tables=MemoryTables({})))
    assert result.value is None


def test_result_tells_what_the_call_did() -> None:
    result = call("""
        SELECT Extension INTO x FROM Staff WHERE StaffID = UserStaffID;
        SET i = 2 + 3;
        BEGIN DECLARE x CHAR(9) = 'inner'; SET y = x; END;
        RETURN x || n
    """)
    assert result.value == "2010123"
    assert (result.queries, result.rows_read, result.statements) == (1, 1, 5)
    assert result.elapsed_s > 0
    assert result.variables == {
        "UserStaffID": "JW",
        "n": "0123",
        "x": "201",
        "y": "inner",
        "i": 5,
        "x (line 5)": "inner",
    }


def test_result_shows_no_value_of_a_table_by_repr() -> None:
    secret = "s3cret-marked"
    tables = MemoryTables({"Staff": [{"StaffID": "JW", "Extension": secret}]})
    result = call("SELECT Extension INTO x FROM Staff; MESSAGE x; RETURN x", tables=tables)
    assert result.value == secret
    assert secret not in repr(result)


def test_messages_are_kept_for_the_author() -> None:
    result = call("MESSAGE 'dialling ', n TO CLIENT; PRINT 'x' || NULL || 1; RETURN n")
    assert result.messages == ("dialling 0123", "x1")


def test_print_puts_values_in_their_places() -> None:
    result = call("PRINT '%2! and %1! of %3! %0!', 1, n; PRINT 'a', NULL, 1; RETURN n")
    assert result.messages == ("0123 and 1 of %3! %0!", "a1")


def test_more_messages_than_are_kept_do_no_harm() -> None:
    result = call("SET i = 0; WHILE i < 300 LOOP MESSAGE i; SET i = i + 1 END LOOP; RETURN n")
    assert len(result.messages) == 100


def test_calls_know_nothing_of_one_another() -> None:
    source = function_of("SET x = x || n; RETURN x")
    function = compile_function(source, schema=SCHEMA)
    context = Context(tables=MemoryTables({}))
    values = [function.call(number, context=context).value for number in ("1", "2", "3")]
    assert values == ["1", "2", "3"]


def test_one_function_is_called_from_several_threads_at_once() -> None:
    case = conformance_cases()["seed-main"]
    function = case.compiled()
    numbers = [str(number) for number in range(200)]
    with ThreadPoolExecutor(4) as threads:
        results = threads.map(lambda n: function.call(n, context=case.context()).value, numbers)
    assert list(results) == [f"http://sys1:82/api/call/makecall/201/{n}/9" for n in numbers]


def test_sample_asks_the_database_once_and_for_one_row() -> None:
    case = conformance_cases()["seed-main"]
    tables = RecordingTables(case.memory_tables())
    result = case.prepared(tables)()
    assert result.value == "http://sys1:82/api/call/makecall/201/01912345678/9"
    assert tables.asked == [
        ("Staff", ("StaffID", "AgencyID", "Extension"), {"StaffID": "JW"}),
    ]


def test_settings_are_asked_by_name_and_branch() -> None:
    asked: list[tuple[str, str | None]] = []

    def setting(name: str, agency_id: str | None) -> str:
        asked.append((name, agency_id))
        return "MAIN"

    body = """SELECT WPKMaintainGetSwitchValue('SYNETY', AgencyID, 'L') INTO x FROM Staff
              WHERE StaffID = UserStaffID; RETURN x"""
    assert call(body, settings=setting).value == "MAIN"
    assert asked == [("SYNETY", "LON")]


def test_clock_with_a_zone_shows_the_time_of_that_zone() -> None:
    moment = datetime(2024, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=1)))
    source = function_of("RETURN CURRENT TIMESTAMP || '|' || CURRENT UTC TIMESTAMP")
    context = Context(tables=MemoryTables({}), clock=lambda: moment)
    value = compile_function(source, schema=SCHEMA).call("1", context=context).value
    assert value == "2024-07-01 12:30:00.000|2024-07-01 11:30:00.000"
    assert moment.astimezone(UTC).hour == 11


def test_clock_is_read_once_in_a_call() -> None:
    moments = iter([datetime(2024, 7, 1, tzinfo=UTC)])
    context = Context(tables=MemoryTables({}), clock=lambda: next(moments))
    source = function_of("RETURN IF NOW(*) = GETDATE() THEN 'once' ENDIF")
    assert compile_function(source, schema=SCHEMA).call("1", context=context).value == "once"


class _BrokenTables:
    def rows(self, table: str, columns: object, equals: object) -> list[list[str]]:
        raise ConnectionError(table)


@pytest.mark.parametrize("clauses", ["", "ON EXCEPTION RESUME"])
def test_error_of_the_database_comes_through_as_it_is(clauses: str) -> None:
    body = """BEGIN SELECT Name INTO x FROM Staff; SET i = 1;
              EXCEPTION WHEN OTHERS THEN RETURN 'caught'; END; RETURN n"""
    with pytest.raises(ConnectionError):
        call(body, tables=_BrokenTables(), clauses=clauses)


@pytest.mark.parametrize(
    ("body", "sqlstate", "sqlcode"),
    [
        ("SELECT Name INTO x FROM Staff", "21000", -185),
        ("SET x = (SELECT Name FROM Staff)", "21000", -186),
        ("SET i = 1 / 0", "22012", -628),
        ("SET i = 'x'", "53018", -157),
        ("BEGIN DECLARE c CHAR(2); SET c = 'abc' END", "22001", -638),
        ("SET i = 3000000000", "22003", -158),
        ("BEGIN DECLARE e EXCEPTION FOR SQLSTATE '99123'; SIGNAL e END", "99123", -297),
        ("BEGIN DECLARE e EXCEPTION FOR SQLSTATE '52003'; SIGNAL e END", "52003", -143),
    ],
)
def test_states_are_those_of_the_documentation(body: str, sqlstate: str, sqlcode: int) -> None:
    with pytest.raises(FunctionError) as caught:
        call(body)
    assert (caught.value.sqlstate, caught.value.sqlcode) == (sqlstate, sqlcode)
    handled = f"BEGIN {body}; EXCEPTION WHEN OTHERS THEN RETURN STRING(SQLSTATE, ' ', SQLCODE) END"
    # SQLCODE is read in the same statement, so it shows the error as well.
    assert call(handled).value == f"{sqlstate} {sqlcode}"
