"""Hostile functions are stopped, whatever handlers they have, and long sources are refused."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.watcom.examples import SCHEMA, call, function_of
from webdial.watcom import (
    Context,
    FunctionError,
    LimitReachedError,
    Limits,
    MemoryTables,
    Table,
    compile_function,
)

# Each runs without end, or builds more than there may be, if nothing stops it.
HOSTILE = {
    "endless loop": "LOOP SET i = 1; END LOOP",
    "empty loop": "LOOP END LOOP",
    "loop of while": "WHILE 1 = 1 LOOP SET x = n; END LOOP",
    "text that doubles": "SET x = 'ab'; LOOP SET x = x || x; END LOOP",
    "text that doubles by plus": "SET x = 'ab'; LOOP SET x = x + x; END LOOP",
    "text that doubles by string": "SET x = 'ab'; LOOP SET x = STRING(x, x); END LOOP",
    "text that grows by replace": "SET x = 'ab'; LOOP SET x = REPLACE(x, 'a', 'aa'); END LOOP",
    "text that grows by stuff": "SET x = 'a'; LOOP SET x = STUFF(x, 1, 0, x); END LOOP",
    "text that grows by insertstr": "SET x = 'a'; LOOP SET x = INSERTSTR(1, x, x); END LOOP",
    "text that grows by encoding": "SET x = REPEAT('<', 300000); SET x = HTML_ENCODE(x)",
    "repeat": "SET x = REPEAT('ab', 2000000000)",
    "space": "SET x = SPACE(2000000000)",
    "lpad": "SET x = LPAD('a', 2000000000, 'bc')",
    "many long texts": "LOOP SET x = REPEAT('a', 1000000); END LOOP",
    "many long texts in columns": "SELECT LIST(REPEAT(Name, 100000)) INTO x FROM Staff",
    "handler in a loop": "LOOP BEGIN SET i = 1 / 0; EXCEPTION WHEN OTHERS THEN SET i = 1; END; END LOOP",
    "handler around a loop": "BEGIN LOOP SET i = 1; END LOOP; EXCEPTION WHEN OTHERS THEN RETURN 'caught'; END",
    "try around a loop": "BEGIN TRY LOOP SET i = 1; END LOOP END TRY BEGIN CATCH RETURN 'caught' END CATCH",
    "handler around a text": "BEGIN SET x = REPEAT('a', 9999999); EXCEPTION WHEN OTHERS THEN RETURN 'caught'; END",
    "too many queries": "LOOP SELECT Name INTO x FROM Staff WHERE StaffID = 'JW'; END LOOP",
    "too many settings": "LOOP SET x = WPKMaintainGetSwitchValue('a', 'b', 'L'); END LOOP",
    "result too long": "RETURN REPEAT('a', 8193)",
    "result too long in bytes": "RETURN REPEAT('€', 2731)",
    "pattern too long": "IF n LIKE REPEAT('a', 127) THEN SET i = 1 END IF",
    "format of a date too long": "SET x = DATEFORMAT(NOW(*), REPEAT('y', 1000000))",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_function_is_stopped(name: str) -> None:
    with pytest.raises(LimitReachedError) as caught:
        call(HOSTILE[name])
    assert caught.value.sqlstate == "54W01"
    assert caught.value.explain()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_resumption_gets_past_a_limit(name: str) -> None:
    with pytest.raises(LimitReachedError):
        call(HOSTILE[name] + "; SET i = 1; RETURN n", clauses="ON EXCEPTION RESUME")


# Each takes long by itself, so only the clock can end it; the limit is set low to keep the tests short.
SLOW = {
    "nested loops over tables": "SELECT COUNT(*) INTO i FROM Many a, Many b, Many c",
    "comparisons of long texts": "SET x = REPEAT('a', 900000); SET y = UPPER(x); LOOP IF x = y THEN SET i = 1 END IF END LOOP",
    "similar of long texts": "LOOP SET i = SIMILAR(REPEAT('a', 999), REPEAT('b', 999)); END LOOP",
    "searches in a long text": "SET x = REPEAT('a', 900000); LOOP SET i = LOCATE(x, 'b'); END LOOP",
    "like over a long text": "SET x = REPEAT('ab', 400000); LOOP IF x LIKE '%[a-b]_[a-b]_c%' THEN SET i = 1 END IF END LOOP",
    "similar to over a long text": "SET x = REPEAT('a', 900000); IF x SIMILAR TO '(a|aa)*b' THEN SET i = 1 END IF",
    "regexp that would explode": "SET x = REPEAT('a', 900000); IF x REGEXP '(a+)+(a+)+b' THEN SET i = 1 END IF",
    "regexp with look-around": "SET x = REPEAT('a', 900000); SET x = REGEXP_SUBSTR(x, '(?<=a*b)a')",
    "replacing in a long text": "SET x = REPEAT('a', 900000); LOOP SET y = REPLACE(x, 'a', 'b'); SET y = '' END LOOP",
    "sorting by a subquery": "SELECT TOP 1 Number INTO x FROM Many ORDER BY (SELECT COUNT(*) FROM Many other WHERE other.Number > Many.Number)",
}  # fmt: skip
MANY = {"Many": [{"Number": str(i)} for i in range(9_000)]}


MANY = Table("Many", ("Number",))
MANY_ROWS = {"Many": [{"Number": str(number)} for number in range(9_000)]}


@pytest.mark.parametrize("name", SLOW)
def test_clock_ends_what_takes_too_long(name: str) -> None:
    schema = replace(SCHEMA, tables=(*SCHEMA.tables, MANY))
    function = compile_function(function_of(SLOW[name]), schema=schema)
    limits = Limits(wall_s=0.05, built_chars=10**9, lookups=10**9)
    with pytest.raises(LimitReachedError) as caught:
        function.call("0123", context=Context(tables=MemoryTables(MANY_ROWS), limits=limits))
    assert caught.value.message == "The function ran longer than 0.05 s."


# The limit, lowered; a body that reaches it; one that just does not.
SETTABLE: list[tuple[dict[str, int], str, str]] = [
    ({"statements": 10}, "WHILE COALESCE(i, 0) < 5 LOOP SET i = COALESCE(i, 0) + 1 END LOOP",
     "WHILE COALESCE(i, 0) < 3 LOOP SET i = COALESCE(i, 0) + 1 END LOOP"),
    ({"text_chars": 5_000}, "SET x = REPEAT('a', 5001)", "SET x = REPEAT('a', 5000)"),
    ({"built_chars": 9_000}, "SET x = REPEAT('a', 4600); SET x = REPEAT('b', 4600)",
     "SET x = REPEAT('a', 4600)"),
    ({"result_bytes": 4}, "RETURN '12345'", "RETURN '1234'"),
    ({"rows_per_query": 2}, "SELECT COUNT(*) INTO i FROM Staff",
     "SELECT COUNT(*) INTO i FROM Staff WHERE AgencyID = 'LON'"),
    ({"values_per_query": 5}, "FOR l AS c CURSOR FOR SELECT StaffID, Name FROM Staff DO END FOR",
     "FOR l AS c CURSOR FOR SELECT StaffID FROM Staff DO END FOR"),
    ({"values_per_query": 5}, "SELECT COUNT(DISTINCT a.StaffID || b.StaffID) INTO i FROM Staff a, Staff b",
     "SELECT COUNT(DISTINCT StaffID) INTO i FROM Staff"),
    ({"values_per_query": 5}, "SELECT LIST(a.StaffID) INTO x FROM Staff a, Staff b",
     "SELECT LIST(StaffID) INTO x FROM Staff"),
    ({"values_per_query": 5}, "SELECT FIRST COUNT(*) INTO i FROM Staff a, Staff b GROUP BY a.StaffID, b.StaffID",
     "SELECT FIRST COUNT(*) INTO i FROM Staff GROUP BY StaffID"),
    ({"values_per_query": 5}, "SELECT FIRST a.Name INTO x FROM Staff a, Staff b ORDER BY b.Name",
     "SELECT FIRST Name INTO x FROM Staff WHERE AgencyID = 'LON' ORDER BY Name"),
    ({"queries": 1}, "SET x = (SELECT 1); SET x = (SELECT 1)", "SET x = (SELECT 1)"),
    ({"lookups": 1}, "SELECT COUNT(*) INTO i FROM Staff, Agency", "SELECT COUNT(*) INTO i FROM Staff"),
    ({"pattern_chars": 2}, "IF n LIKE STRING('a', 'bc') THEN END IF",
     "IF n LIKE STRING('a', 'b') THEN END IF"),
]  # fmt: skip


@pytest.mark.parametrize(("lowered", "too_much", "enough"), SETTABLE)
def test_limit_of_a_call_can_be_set(lowered: dict[str, int], too_much: str, enough: str) -> None:
    limits = replace(Limits(), **lowered)
    call(enough, limits=limits)
    with pytest.raises(LimitReachedError):
        call(too_much, limits=limits)


COMPILED: list[tuple[dict[str, int], str, str]] = [
    ({"source_bytes": 200}, "SET x = '" + "é" * 60 + "'", "SET x = '" + "é" * 20 + "'"),
    ({"tokens": 60}, "SET x = '1'" + "||'1'" * 20, "SET x = '1'" + "||'1'" * 5),
    ({"nesting": 5}, "SET x = ((((('1')))))", "SET x = (((('1'))))"),
    ({"tables_per_query": 2}, "SELECT 1 INTO i FROM Staff a, Staff b, Staff c",
     "SELECT 1 INTO i FROM Staff a, Staff b"),
    ({"tables_per_query": 2}, "SELECT 1 INTO i FROM Staff a JOIN Staff b ON 1=1 JOIN Staff c ON 1=1",
     "SELECT 1 INTO i FROM Staff a JOIN Staff b ON 1=1"),
    ({"patterns": 1}, "IF n REGEXP 'a' OR n REGEXP 'b' THEN END IF", "IF n REGEXP 'a' THEN END IF"),
    ({"pattern_chars": 2}, "IF n LIKE 'abc' THEN END IF", "IF n LIKE 'ab' THEN END IF"),
]  # fmt: skip


@pytest.mark.parametrize(("lowered", "too_much", "enough"), COMPILED)
def test_limit_of_a_source_can_be_set(lowered: dict[str, int], too_much: str, enough: str) -> None:
    limits = replace(Limits(), **lowered)
    compile_function(function_of(enough), schema=SCHEMA, limits=limits)
    with pytest.raises(LimitReachedError) as caught:
        compile_function(function_of(too_much), schema=SCHEMA, limits=limits)
    assert len(caught.value.faults) == 1


def test_no_more_faults_are_told_than_the_limit() -> None:
    source = function_of("SET x = ;" * 100)
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA, limits=Limits(faults=7))
    assert len(caught.value.faults) == 7


def test_stopped_call_tells_the_statement_it_was_at() -> None:
    with pytest.raises(LimitReachedError) as caught:
        call("SET i = 1;\nLOOP\n  SET x = 'here';\nEND LOOP")
    error = caught.value
    assert error.source[error.first.start : error.first.end] == "SET x = 'here'"
    assert error.line == 4


# Depth. Each makes a source nested so many levels deep.
DEEP: dict[str, Callable[[int], str]] = {
    "brackets": lambda depth: f"SET i = {'(' * depth}1{')' * depth}",
    "calls": lambda depth: f"SET x = {'UPPER(' * depth}n{')' * depth}",
    "sums in brackets": lambda depth: f"SET x = {'1+2*(' * depth}0{')' * depth}",
    "everything in brackets": lambda depth: (
        f"IF {'n=n OR n=n AND NOT n=1+2*-(' * depth}1{')' * depth} THEN END IF"
    ),
    "conditions in brackets": lambda depth: (
        f"IF {'(n=n OR n=n AND NOT ' * depth}n=n{')' * depth} THEN END IF"
    ),
    "minus signs": lambda depth: f"SET i = {'- ' * depth}1",
    "nots": lambda depth: f"IF {'NOT ' * depth}n = n THEN END IF",
    "blocks": lambda depth: f"{'BEGIN ' * depth}SET i = 1;{' END;' * depth}",
    "ifs": lambda depth: f"{'IF n = n THEN ' * depth}SET i = 1;{' END IF;' * depth}",
    "loops": lambda depth: f"{'LOOP ' * depth}RETURN n;{' END LOOP;' * depth}",
    "cases": lambda depth: f"{'CASE WHEN n = n THEN ' * depth}SET i = 1{' END CASE' * depth}",
    "case expressions": lambda depth: f"SET i = {'CASE WHEN n=n THEN ' * depth}1{' END' * depth}",
    "if expressions": lambda depth: f"SET i = {'IF n=n THEN ' * depth}1{' ENDIF' * depth}",
    "subqueries": lambda depth: f"SET i = {'(SELECT ' * depth}1{')' * depth}",
    "exists": lambda depth: f"IF {'EXISTS(SELECT 1 FROM Staff WHERE ' * depth}n=n{')' * depth} THEN END IF",
    "brackets in from": lambda depth: f"SELECT FIRST 1 INTO i FROM {'(' * depth}Staff{')' * depth}",
    "casts": lambda depth: f"SET x = {'CAST(' * depth}n{' AS CHAR(9))' * depth}",
    "aliases": lambda depth: (
        "FOR l AS c CURSOR FOR SELECT n AS a0"
        + "".join(f", a{level} || a{level} AS a{level + 1}" for level in range(depth))
        + " DO END FOR"
    ),
}  # fmt: skip


@pytest.mark.parametrize("depth", [40, 60, 70, 400, 3000])
@pytest.mark.parametrize("name", DEEP)
def test_deep_source_is_run_or_refused_and_nothing_else(name: str, depth: int) -> None:
    try:
        call(DEEP[name](depth))
    except LimitReachedError as error:
        assert depth > 12
        assert error.message.startswith(("The function", "More than", "Aliases"))


@pytest.mark.parametrize("name", ["brackets", "calls", "ifs", "blocks", "case expressions"])
def test_sixty_levels_are_allowed(name: str) -> None:
    call(DEEP[name](60))


def test_little_stack_left_is_a_limit_and_no_crash() -> None:
    source = function_of(DEEP["everything in brackets"](20))

    def compiled_at(depth: int) -> str:
        if depth:
            return compiled_at(depth - 1)
        try:
            compile_function(source, schema=SCHEMA)
        except LimitReachedError as error:
            return error.message
        return "compiled"

    left = sys.getrecursionlimit() - len(list(_frames())) - 60
    assert compiled_at(left) == "The function is nested too deeply for the place it is called from."


def _frames() -> Iterator[object]:
    frame = sys._getframe()
    while frame.f_back is not None:
        yield frame
        frame = frame.f_back


# Length, which is no depth.
LONG = {
    "bars": ("RETURN LENGTH(n" + "||n" * 2_000 + ")", str(4 * 2_001)),
    "pluses": ("RETURN 0" + "+1" * 2_000, "2000"),
    "plus signs between texts": ("RETURN LENGTH('a'" + "+'b'" * 2_000 + ")", "2001"),
    "products": ("RETURN 1" + "*1" * 2_000, "1"),
    "ands": ("RETURN IF n=n" + " AND n=n" * 1_500 + " THEN 'y' ENDIF", "y"),
    "ors": ("RETURN IF n='x'" + " OR n='x'" * 1_500 + " OR n=n THEN 'y' ENDIF", "y"),
    "items of in": ("RETURN IF n IN ('x'" + ",'y'" * 2_000 + ",n) THEN 'y' ENDIF", "y"),
    "arguments": ("RETURN LENGTH(STRING('a'" + ",'b'" * 2_000 + "))", "2001"),
    "elseifs": ("IF n='x' THEN RETURN 'x' " + "ELSEIF n='x' THEN RETURN 'x' " * 700 + "ELSE RETURN 'y' END IF", "y"),
    "whens": ("CASE n " + "WHEN 'x' THEN RETURN 'x' " * 1_000 + "ELSE RETURN 'y' END CASE", "y"),
    "statements": ("SET i = 1; " * 1_800 + "RETURN i", "1"),
    "unions": ("RETURN IF 'x' IN (SELECT 'y'" + " UNION ALL SELECT 'y'" * 1_000 + ") THEN 1 ELSE 0 ENDIF", "0"),
    "conditions of a query": ("RETURN (SELECT Name FROM Staff WHERE StaffID='JW'" + " AND StaffID='JW'" * 1_000 + ")", "Justin"),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_chain_runs(name: str) -> None:
    body, value = LONG[name]
    assert call(body).value == value


def test_hostile_functions_leave_other_calls_unharmed() -> None:
    started = threading.Barrier(3)
    stopped: list[str] = []

    def run_hostile(body: str) -> None:
        started.wait()
        with pytest.raises(LimitReachedError) as caught:
            call(body, limits=Limits(wall_s=0.3, statements=10**9))
        stopped.append(caught.value.message)

    bodies = ["LOOP SET i = 1 END LOOP", "LOOP SET x = REPEAT('a', 4000) || NOW(*) END LOOP"]
    threads = [threading.Thread(target=run_hostile, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    started.wait()
    limits = Limits(wall_s=60)
    body = "SELECT Extension INTO x FROM Staff WHERE StaffID = UserStaffID; RETURN x || n"
    values = {call(body, number=str(i), limits=limits).value for i in range(50)}
    for thread in threads:
        thread.join()
    assert values == {f"201{i}" for i in range(50)}
    assert stopped == ["The function ran longer than 0.3 s."] * 2
