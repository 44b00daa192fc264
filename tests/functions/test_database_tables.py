"""What a function reads, from real databases: the conformance cases, indexes, and no way to write."""

import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.cases import FOLDER
from tests.server import Installation
from webdial.environment import Environment
from webdial.errors import CallNotPlacedError
from webdial.exchange import Caller, Configuration
from webdial.site.databases import Database, PostgresDatabase, SqliteDatabase, chosen_database
from webdial.site.function_runner import LIMITS, DatabaseFunction, compiled
from webdial.site.function_tables import (
    MAX_STATEMENTS,
    SCHEMA,
    VIEWS,
    Column,
    Connection,
    DatabaseTables,
    View,
    open_reader,
)
from webdial.watcom import FunctionError, Value
from webdial.watcom.conformance import Case, read_cases, run_case


def has_text_alone(case: Case) -> bool:
    """Whether its rows fit tables whose columns are all text."""
    values = (value for rows in case.rows.values() for row in rows for value in row.values())
    return all(isinstance(value, str) for value in values)


CASES = [
    pytest.param(case, id=f"{name}/{case.name}")
    for name in ("conformance", "habits", "queries")
    for case in read_cases((FOLDER / "watcom" / f"{name}.toml").read_text(encoding="utf-8"))
    if has_text_alone(case)
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield SqliteDatabase(tmp_path_factory.mktemp("cases") / "cases.sqlite3")
        else:
            url = stack.enter_context(request.getfixturevalue("postgres").fresh_database())
            yield chosen_database(Environment({"WEBDIAL_DATABASE_URL": url}))


def execute(database: Database, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
    """Run statements by a connection that may write; `?` stands for values."""
    match database:
        case SqliteDatabase(file):
            with sqlite3.connect(file) as connection:
                for sql, values in statements:
                    connection.execute(sql, values)
            connection.close()
        case PostgresDatabase():
            with psycopg.connect(
                host=database.host, port=database.port, dbname=database.name, user=database.user
            ) as writer:
                for sql, values in statements:
                    writer.execute(sql.replace("?", "%s"), values)


def lay_out(case: Case, database: Database) -> tuple[View, ...]:
    """The case's tables in the database, all columns text, and the views on them."""
    views: list[View] = []
    statements: list[tuple[str, Sequence[object]]] = []
    for number, table in enumerate(case.schema.tables):
        name = f"case_{number}"
        names = [f"c{index}" for index in range(len(table.columns))]
        views.append(
            View(
                table.name,
                name,
                tuple(Column(c, n) for c, n in zip(table.columns, names, strict=True)),
            )
        )
        statements.append((f"DROP TABLE IF EXISTS {name}", ()))
        statements.append((f"CREATE TABLE {name} ({', '.join(f'{n} text' for n in names)})", ()))
        for row in case.rows.get(table.name, ()):
            folded = {column.casefold(): value for column, value in row.items()}
            values = [folded.get(column.casefold()) for column in table.columns]
            marks = ", ".join("?" for _ in names)
            statements.append((f"INSERT INTO {name} VALUES ({marks})", values))
    execute(database, statements)
    return tuple(views)


@pytest.mark.parametrize("case", CASES)
def test_case_over_a_real_database(case: Case, empty_database: Database) -> None:
    views = lay_out(case, empty_database)
    reader = open_reader(empty_database, limit_s=5)
    try:
        assert run_case(case, DatabaseTables(reader, views)).failure == ""
    finally:
        reader.close()


@pytest.fixture(scope="module")
def database(installation: Installation) -> Database:
    """A real installation's database, with 5,000 further users and people."""
    installation.execute(MANY_ROWS)
    return chosen_database(Environment(installation.environment))


MANY_ROWS = """
from webdial.site.models import Branch, Company, Person, Phone, User
from django.db import connection
branch = Branch.objects.get()
User.objects.bulk_create(User(login=f"u{i}", staff_id=f"S{i}", name=f"Name {i}", branch=branch, extension=str(3000 + i), password="secret-hash") for i in range(5000))
company = Company.objects.create(name="Penrose & Vale")
people = Person.objects.bulk_create(Person(name=f"Person {i}", company=company) for i in range(5000))
Phone.objects.bulk_create(Phone(person=person, label="work", number=f"020 7946 {i:04}") for i, person in enumerate(people))
connection.cursor().execute("ANALYZE")
"""

LOOK_UPS = [
    ("Staff", ("Extension", "AgencyID"), {"StaffID": "s4711"}, [("7711", "LON")]),
    ("Staff", ("StaffID",), {"Extension": "3017"}, [("S17",)]),
    ("Staff", ("StaffID",), {"Name": "name 42"}, [("S42",)]),
    ("Staff", ("Active",), {"StaffID": "S1"}, [("Y",)]),
    ("Agency", ("Name",), {"AgencyID": "lon"}, [("London",)]),
    ("Company", ("Name",), {"Name": "PENROSE & VALE"}, [("Penrose & Vale",)]),
    ("Person", ("Name",), {"Name": "person 99"}, [("Person 99",)]),
    ("Phone", ("Description", "Who"), {"Number": "020 7946 0099"}, [("work", "CP")]),
    ("Staff", ("StaffID",), {"StaffID": "nobody"}, []),
]


@pytest.mark.parametrize(("table", "columns", "equals", "expected"), LOOK_UPS)
def test_look_up_finds_its_row_by_an_index(
    database: Database,
    table: str,
    columns: tuple[str, ...],
    equals: dict[str, str],
    expected: list[tuple[Value, ...]],
) -> None:
    reader = open_reader(database, limit_s=5)
    try:
        rows = DatabaseTables(reader).rows(table, columns, equals)
        assert [tuple(row) for row in rows] == expected
        if table not in {"Agency", "Company"}:  # too small for a planner to care
            assert not scanned_tables(database, reader, table, columns, equals)
    finally:
        reader.close()


class Watched:
    """A Connection that only tells what it was asked."""

    def __init__(self, placeholder: str = "?") -> None:
        self.placeholder = placeholder
        self.asked: tuple[str, Sequence[object]] = ("", ())

    def rows(self, sql: str, values: Sequence[object]) -> list[Sequence[Value]]:
        self.asked = (sql, values)
        return []

    def close(self) -> None: ...


def scanned_tables(
    database: Database,
    reader: Connection,
    table: str,
    columns: tuple[str, ...],
    equals: dict[str, str],
) -> list[str]:
    """Tables of many rows that the database would read whole."""
    watched = Watched(reader.placeholder)
    list(DatabaseTables(watched).rows(table, columns, equals))
    sql, values = watched.asked
    explain = "EXPLAIN QUERY PLAN " if isinstance(database, SqliteDatabase) else "EXPLAIN "
    plan = [" ".join(map(str, row)) for row in reader.rows(explain + sql, values)]
    return [
        line
        for line in plan
        if ("SCAN" in line or "Seq Scan" in line) and "branch" not in line and " b" not in line
    ]


def test_look_up_goes_by_what_can_be_compared_this_time() -> None:
    """The SELECTs of a connection are kept: each look-up still gets that of its own conditions."""
    watched = Watched()
    tables = DatabaseTables(watched)
    asked = []
    for equals in (
        {"StaffID": "S1", "Name": "Zoe"},
        {"StaffID": "S2", "Name": "Zoë"},  # the letter is left to the interpreter
        {"StaffID": "S3"},
        {},
        {"StaffID": "S4", "Name": "Ada"},
    ):
        list(tables.rows("Staff", ("StaffID",), equals))
        asked.append((watched.asked[0].count("?"), watched.asked[1]))
    assert asked == [(2, ["S1", "Zoe"]), (1, ["S2"]), (1, ["S3"]), (0, []), (2, ["S4", "Ada"])]


def test_look_ups_of_many_kinds_are_all_answered() -> None:
    watched = Watched()
    tables = DatabaseTables(watched)
    shown = {"StaffID": "u.staff_id", "Name": "u.name", "AgencyID": "b.agency_id"}
    kinds = [
        (columns, dict.fromkeys(compared, "x"))
        for length in (1, 2, 3)
        for columns in itertools.permutations(shown, length)
        for compared in itertools.chain.from_iterable(
            itertools.permutations(shown, count) for count in range(4)
        )
    ]
    kinds += [(("Active", *columns), equals) for columns, equals in kinds]
    assert len(kinds) > MAX_STATEMENTS
    for columns, equals in kinds:
        list(tables.rows("Staff", columns, equals))
        sql, values = watched.asked
        selected = sql.removeprefix("SELECT ").partition(" FROM ")[0]
        wanted = [shown[name] for name in columns if name in shown]
        assert [part for part in selected.split(", ") if part in shown.values()] == wanted
        assert [sql.count(f"lower({shown[name]})") for name in equals] == [1] * len(equals)
        assert len(values) == len(equals)


def test_numbers_are_looked_up_as_text_that_sql_would_read(database: Database) -> None:
    reader = open_reader(database, limit_s=5)
    try:
        tables = DatabaseTables(reader)
        (phone,) = tables.rows("Phone", ("WhoID", "PhoneID"), {"Number": "020 7946 0007"})
        person_id = str(phone[0])
        assert [row[0] for row in tables.rows("Person", ("Name",), {"PersonID": person_id})] == [
            "Person 7"
        ]
        for odd in ("007", " 7", "7.0", "x", "٧", "9" * 30):
            # Not an exact number: every row is given and the interpreter compares.
            assert len(list(tables.rows("Company", ("Name",), {"CompanyID": odd}))) == 1
    finally:
        reader.close()


def test_reader_cannot_write(database: Database) -> None:
    reader = open_reader(database, limit_s=5)
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction)):
        list(reader.rows("UPDATE webdial_user SET extension = '1'", ()))
    reader.close()


def test_reader_gives_up_after_its_time(database: Database) -> None:
    reader = open_reader(database, limit_s=0.2)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.QueryCanceled)):
        list(reader.rows(endless, ()))
    reader.close()


def test_no_view_shows_a_secret() -> None:
    shown = " ".join(column.sql for view in VIEWS for column in view.columns).lower()
    sources = " ".join(view.source for view in VIEWS).lower()
    for word in ("password", "token", "digest", "session", "login"):
        assert word not in shown
        assert word not in sources


def names_in(database: Database, reader: Connection) -> dict[str, list[str]]:
    """Every table of the database with its columns, whatever it is for."""
    if isinstance(database, SqliteDatabase):
        tables = [str(row[0]) for row in reader.rows("SELECT name FROM sqlite_master", ())]
        return {
            table: [str(row[1]) for row in reader.rows(f"PRAGMA table_info({table})", ())]
            for table in tables
        }
    listed = "SELECT table_name, column_name FROM information_schema.columns"
    found: dict[str, list[str]] = {}
    for table, column in reader.rows(listed, ()):
        found.setdefault(str(table), []).append(str(column))
    return found


def test_no_table_of_the_database_can_be_read_by_its_own_name(database: Database) -> None:
    """Nor can one that is added later: what functions see are the views and nothing else."""
    reader = open_reader(database, limit_s=5)
    tables = names_in(database, reader)
    reader.close()
    for secret in ("webdial_credential", "webdial_phonesystemvalue", "webdial_apitoken"):
        assert secret in tables
    for table in tables:
        for named in (table, f"pears.{table}", f'"{table}"', f"public.{table}"):
            body = f"begin declare n int; select count(*) into n from {named}; return n end"
            with pytest.raises(FunctionError) as caught:
                compiled(FUNCTION + body)
            assert caught.value.kinds <= {"refused", "parse"}, named


def test_no_column_behind_a_view_can_be_read_but_those_it_shows(database: Database) -> None:
    reader = open_reader(database, limit_s=5)
    columns = {column for names in names_in(database, reader).values() for column in names}
    reader.close()
    assert {"password", "extension", "is_active", "digest"} <= columns
    for view in VIEWS:
        shown = {column.name.lower() for column in view.columns}
        for column in columns - shown:
            body = f'begin declare x char(9); select t."{column}" into x from {view.name} t; return x end'
            with pytest.raises(FunctionError) as caught:
                compiled(FUNCTION + body)
            assert caught.value.kinds == {"unknown_name"}, f"{view.name}.{column}"


def test_views_stand_on_these_tables_alone() -> None:
    """A further table behind a view is a decision: nothing secret may come with it."""
    text = " ".join(view.source + " ".join(c.sql for c in view.columns) for view in VIEWS)
    assert set(re.findall(r"webdial_\w+", text)) == {
        "webdial_branch", "webdial_company", "webdial_person", "webdial_phone", "webdial_user",
    }  # fmt: skip


FUNCTION = 'ALTER FUNCTION GenerateWEBDialURL(in "Number" char(100)) returns long varchar\n'


@pytest.fixture
def call(database: Database) -> Iterator[Callable[[str], str | None]]:
    runner = DatabaseFunction(database)
    caller = Caller(1, "s17", "S17", "Name 17", "3017", 1, "London")
    configuration = Configuration(
        1, {1: caller}, {}, {1: "London"}, {("synety", 1): "main"}, {"lon": 1}, ""
    )
    yield lambda body: runner.call(FUNCTION + body, "0123", caller, configuration).value
    runner.close()


def test_function_reads_staff_and_settings(call: Callable[[str], str | None]) -> None:
    body = """begin declare e char(20); declare s char(20);
    select Extension, WPKMaintainGetSwitchValue('Synety', AgencyID, 'L') into e, s
    from pears.staff where StaffID = UserStaffID; return string(e, '/', s, '/', "Number") end"""
    assert call(body) == "3017/main/0123"


@pytest.mark.parametrize(
    "table", ["webdial_user", "auth_user", "sqlite_master", "SYS.SYSUSER", "User"]
)
def test_function_sees_no_other_table(call: Callable[[str], str | None], table: str) -> None:
    with pytest.raises(FunctionError):
        call(f"begin declare n int; select count(*) into n from {table}; return n end")


@pytest.mark.parametrize("column", ["password", "login", "last_login", "is_active"])
def test_function_sees_no_other_column(call: Callable[[str], str | None], column: str) -> None:
    with pytest.raises(FunctionError):
        call(f"begin declare x char(99); select {column} into x from Staff; return x end")


def test_all_rows_of_5000_staff_can_be_counted(call: Callable[[str], str | None]) -> None:
    assert call("begin declare n int; select count(*) into n from Staff; return n end") == "5001"


def test_no_more_rows_are_asked_for_than_a_query_may_read(database: Database) -> None:
    """PostgreSQL gives a result whole: a million rows would be in memory before a limit is looked at."""
    reader = open_reader(database, limit_s=5)
    try:
        assert len(list(DatabaseTables(reader, most_rows=17).rows("Person", ("Name",), {}))) == 17
    finally:
        reader.close()
    watched = Watched()
    list(DatabaseTables(watched).rows("Staff", ("Name",), {"StaffID": "S1"}))
    assert watched.asked[0].endswith(f" LIMIT {LIMITS.rows_per_query + 1}")


def test_database_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = DatabaseFunction(SqliteDatabase(tmp_path / "none.sqlite3"))
    caller = Caller(1, "x", "X", "X", None, None, "")
    body = "begin declare n int; select count(*) into n from Staff; return n end"
    with pytest.raises(CallNotPlacedError) as caught:
        gone.call(FUNCTION + body, "0", caller, Configuration(1, {}, {}, {}, {}))
    assert caught.value.error_code == "function_failed"
    gone.close()


def test_schema_is_that_of_the_views() -> None:
    assert [table.name for table in SCHEMA.tables] == [view.name for view in VIEWS]
