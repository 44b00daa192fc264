"""Faults of the text are all told, each once, with line, column and caret."""

import pytest

from tests.watcom.examples import SCHEMA, call, function_of
from webdial.watcom import Context, FunctionError, Kind, MemoryTables, compile_function


def faults_of(source: str) -> list[tuple[str, str]]:
    """The kind of each fault and the text it points at."""
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    for fault in caught.value.faults:
        assert fault.message.endswith((".", "…"))
    return [
        (fault.code.removeprefix("function_"), source[fault.start : fault.end])
        for fault in caught.value.faults
    ]


def test_fault_has_line_column_and_caret() -> None:
    source = "ALTER FUNCTION f(n CHAR(9))\nRETURNS CHAR(9)\nBEGIN\n  SET m = 'x';\n  RETURN n\nEND"
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    error = caught.value
    assert (error.line, error.column) == (4, 3)
    assert (error.kind, error.sqlstate, error.sqlcode) == (Kind.UNKNOWN_NAME, "52003", -143)
    assert error.explain().splitlines() == [
        "Line 4, column 3: There is no variable m here.",
        "    SET m = 'x';",
        "    ^^^^^^^^^^^",
        "SQLSTATE 52003, SQLCODE -143",
    ]


def test_each_fault_is_told_with_its_own_codes() -> None:
    source = "CREATE FUNCTION f(n INT) RETURNS INT BEGIN\n DROP TABLE x;\n SET = 1;\nEND"
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    told = caught.value.explain().splitlines()
    assert [line for line in told if line.startswith(("Line", "SQLSTATE"))] == [
        "Line 2, column 2: A function cannot define or drop anything in the database.",
        "SQLSTATE 42501, SQLCODE -121",
        "Line 3, column 6: The name of a variable is missing, before “=”.",
        "SQLSTATE 42W04, SQLCODE -131",
    ]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("SET x = ; SET y = 'a' 'b'; RETURN n", [("parse", ";"), ("parse", "'b'")]),
        ("IF n = THEN SET x = ) END IF; SET i = (1; RETURN n",
         [("parse", "THEN"), ("parse", ")"), ("parse", ";")]),
        ("WHILE = 1 LOOP SET x = 1 END LOOP; CASE WHEN THEN SET x = 1 END CASE; RETURN n",
         [("parse", "="), ("parse", "THEN")]),
        ("IF n = 'x' THEN SET x = 1; RETURN n", [("parse", "END")]),
        ("LOOP SET x = 1; END IF; RETURN n", [("parse", "END")]),
        ("FROBNICATE n; RETURN n", [("parse", "FROBNICATE")]),
        ("x = 'a'; RETURN n", [("parse", "x")]),
        ("SET x = CASE n WHEN 1 THEN 2 ELSE END; RETURN n", [("parse", "END")]),
        ("SET x = nope; SET nope = x; RETURN nada",
         [("unknown_name", "nope"), ("unknown_name", "SET nope = x"), ("unknown_name", "nada")]),
        ("SELECT Extension, Nix INTO x, y FROM Staff WHERE Nux = n; RETURN n",
         [("unknown_name", "Nix"), ("unknown_name", "Nux")]),
        ("SET x = LEFT(n); SET y = REPLACE(n, 'a'); SET i = LENGTH(); RETURN n",
         [("parse", "LEFT(n)"), ("parse", "REPLACE(n, 'a')"), ("parse", "LENGTH()")]),
        ("SET x = NOW(*); SET y = LEFT(*); RETURN n", [("parse", "LEFT(*)")]),
        ("IF n THEN SET x = n = 'a' END IF; RETURN n", [("parse", "n"), ("parse", "n = 'a'")]),
        ("IF n THEN SET x = (n = 'a') END IF; RETURN n", [("parse", "n"), ("parse", "n = 'a'")]),
        ("SET x = COUNT(*); RETURN n", [("parse", "COUNT(*)")]),
        ("IF n SIMILAR TO '(' THEN SET x = 1 END IF; RETURN n", [("parse", "'('")]),
        ("IF n LIKE '[' THEN SET x = 1 END IF; RETURN n", [("parse", "'['")]),
        ("SET x = 12abc; RETURN n", [("parse", "12abc")]),
        ("SET x = 'a' ? 'b'; SET y = \"\"; RETURN n",
         [("parse", "?"), ("parse", "'b'"), ("parse", '""')]),
        ("SET x = 99999999999999999999999999999999999999999; RETURN n",
         [("out_of_range", "9" * 41)]),
        ("SET x = 1e999; SET i = 0xFFFFFFFFFFFFFFFF; RETURN n",
         [("out_of_range", "1e999"), ("out_of_range", "0xFFFFFFFFFFFFFFFF")]),
        ("SELECT 1, 2 INTO x; RETURN n", [("into_count", "SELECT 1, 2 INTO x")]),
    ],
)  # fmt: skip
def test_every_fault_is_told(body: str, faults: list[tuple[str, str]]) -> None:
    assert faults_of(function_of(body)) == faults


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("", [("parse", "")]),
        ("-- nothing", [("parse", "")]),
        ("select 1", [("parse", "select")]),
        ("create function", [("parse", "")]),
        ("create function f", [("parse", "")]),
        ("create function f(n char(9)) begin return m end", [("parse", "begin")]),
        ("create function f(n) returns char(9) begin return n end", [("parse", ")")]),
        ("create function f(n char(0)) returns char(9) begin return n end", [("parse", "0")]),
        ("create function f(n char(9)) returns char(9) begin return n", [("parse", "")]),
        ("create function f(n char(9)) returns char(9) return n", [("parse", "return")]),
        ("create function f(n char(9)) returns char(9) begin return n end x",
         [("parse", "x")]),
        ("create function f(n char(9)) returns char(9) a: begin return n end b",
         [("parse", "b")]),
        ("create function f(n char(9)) returns char(9) begin return n end; -- fine\n 'x'",
         [("parse", "'x'")]),
        ("create function f(n char(9), N int default 1) returns char(9) begin return n end",
         [("duplicate_variable", "N int default 1")]),
    ],
)  # fmt: skip
def test_faults_of_header_and_end_are_told(source: str, faults: list[tuple[str, str]]) -> None:
    assert faults_of(source) == faults


def test_missing_end_is_told_with_the_line_that_it_would_close() -> None:
    source = function_of("IF n = '1' THEN\n  LOOP\n    SET x = 1;\nEND IF;\nRETURN n")
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    assert [fault.message for fault in caught.value.faults] == [
        "END LOOP is missing, before “END”: LOOP in line 3 is not closed."
    ]


def test_reserved_word_as_a_name_has_a_hint() -> None:
    with pytest.raises(FunctionError) as caught:
        compile_function(function_of("SET order = 1; RETURN n"), schema=SCHEMA)
    assert caught.value.hint == 'ORDER is a reserved word; as a name it is written "order".'


def test_runtime_error_has_its_place_and_state() -> None:
    source = function_of("SET x = 'a';\nSET i = 3 + 1 / LENGTH('');\nRETURN n")
    function = compile_function(source, schema=SCHEMA)
    with pytest.raises(FunctionError) as caught:
        function.call("0123", context=Context(tables=MemoryTables({})))
    error = caught.value
    assert (error.kind, error.sqlstate, error.sqlcode) == (Kind.DIVISION_BY_ZERO, "22012", -628)
    assert source[error.first.start : error.first.end] == "1 / LENGTH('')"
    assert error.line == 3


def test_values_of_tables_are_in_no_error() -> None:
    secret = "s3cret-marked"
    tables = MemoryTables({"Staff": [{"StaffID": "JW", "Extension": secret}]})
    for body in (
        "SELECT Extension INTO i FROM Staff; RETURN n",
        "SELECT Extension INTO x FROM Staff; SET i = x + 1; RETURN n",
        "SELECT Extension INTO x FROM Staff; RETURN DATE(x)",
        "SELECT Extension INTO x FROM Staff; IF n LIKE '[' || x THEN SET i = 1 END IF; RETURN n",
        "BEGIN DECLARE c CHAR(3); SELECT Extension INTO c FROM Staff; END; RETURN n",
    ):
        with pytest.raises(FunctionError) as caught:
            call(body, tables=tables)
        assert secret not in caught.value.explain() + repr(caught.value) + str(caught.value)
