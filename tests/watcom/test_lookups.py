"""Which rows a query asks for: few, by columns that are equal to something known, and each once."""

import pytest

from tests.watcom.examples import ROWS, RecordingTables, call
from webdial.watcom import MemoryTables, Value

Asked = list[tuple[str, tuple[str, ...], dict[str, str]]]
STAFF, AGENCY = "Staff", "Agency"


def asked_by(body: str, number: str = "0123") -> Asked:
    tables = RecordingTables()
    call(body, tables=tables, number=number)
    return tables.asked


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("SELECT Extension INTO x FROM Staff WHERE StaffID = UserStaffID",
         [(STAFF, ("StaffID", "Extension"), {"StaffID": "JW"})]),
        ("SELECT Extension INTO x FROM Staff WHERE 'jw' = StaffID",
         [(STAFF, ("StaffID", "Extension"), {"StaffID": "jw"})]),
        ("SELECT s.Name INTO x FROM pears.Staff s WHERE s.StaffID = LEFT('JWx', 2) AND s.Name LIKE 'J%'",
         [(STAFF, ("StaffID", "Name"), {"StaffID": "JW"})]),
        ("SELECT Name INTO x FROM Staff WHERE StaffID = 'JW' AND AgencyID = 'LON' AND StaffID = 'AA'",
         [(STAFF, ("StaffID", "AgencyID", "Name"), {"StaffID": "JW", "AgencyID": "LON"})]),
        ("SELECT COUNT(*) INTO i FROM Staff", [(STAFF, (), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE StaffID = 'JW' OR StaffID = 'AA'",
         [(STAFF, ("StaffID",), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE NOT StaffID = 'JW'", [(STAFF, ("StaffID",), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE StaffID <> 'JW'", [(STAFF, ("StaffID",), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE StaffID = AgencyID",
         [(STAFF, ("StaffID", "AgencyID"), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE Extension = 201", [(STAFF, ("Extension",), {})]),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE StaffID = x", []),
        ("SELECT COUNT(*) INTO i FROM Staff WHERE StaffID = (SELECT 'JW')",
         [(STAFF, ("StaffID",), {"StaffID": "JW"})]),
        ("SELECT UPPER(StaffID) AS u INTO x FROM Staff WHERE u = 'JW'", [(STAFF, ("StaffID",), {})]),
        ("SELECT StaffID AS u INTO x FROM Staff WHERE u = 'JW'",
         [(STAFF, ("StaffID",), {"StaffID": "JW"})]),
        ("IF EXISTS(SELECT * FROM Staff WHERE StaffID = 'JW') THEN SET i = 1 END IF",
         [(STAFF, ("StaffID",), {"StaffID": "JW"})]),
    ],
)  # fmt: skip
def test_query_asks_for_what_it_needs(body: str, asked: Asked) -> None:
    assert asked_by(body) == asked


def test_join_on_an_equal_column_is_a_look_up() -> None:
    body = """SELECT a.Name INTO x FROM Staff s JOIN Agency a ON a.AgencyID = s.AgencyID
              WHERE s.StaffID = UserStaffID"""
    assert asked_by(body) == [
        (STAFF, ("AgencyID", "StaffID"), {"StaffID": "JW"}),
        (AGENCY, ("AgencyID", "Name"), {"AgencyID": "LON"}),
    ]


def test_tables_are_read_in_the_order_that_narrows_them() -> None:
    body = """SELECT a.Name INTO x FROM Agency a, Staff s
              WHERE a.AgencyID = s.AgencyID AND s.StaffID = UserStaffID"""
    assert [(table, equals) for table, _, equals in asked_by(body)] == [
        (STAFF, {"StaffID": "JW"}),
        (AGENCY, {"AgencyID": "LON"}),
    ]


def test_left_join_looks_up_its_right_side_only() -> None:
    body = """SELECT COUNT(*) INTO i FROM Staff s LEFT JOIN Agency a
              ON a.AgencyID = s.AgencyID AND s.StaffID = 'JW'"""
    asked = asked_by(body)
    assert asked[0] == (STAFF, ("AgencyID", "StaffID"), {})
    assert {equals["AgencyID"] for table, _, equals in asked[1:]} == {"LON", "MAN"}


def test_right_join_looks_up_its_left_side_only() -> None:
    body = "SELECT COUNT(*) INTO i FROM Staff s RIGHT JOIN Agency a ON s.AgencyID = a.AgencyID"
    asked = asked_by(body)
    assert asked[0][0] == AGENCY
    assert asked[0][2] == {}
    assert [equals for _, _, equals in asked[1:]] == [{"AgencyID": "LON"}, {"AgencyID": "MAN"}]


def test_full_join_reads_each_side_once() -> None:
    body = "SELECT COUNT(*) INTO i FROM Staff s FULL JOIN Agency a ON s.AgencyID = a.AgencyID"
    assert [(table, equals) for table, _, equals in asked_by(body)] == [(AGENCY, {}), (STAFF, {})]


def test_correlated_subquery_is_a_look_up_asked_once_for_each_value() -> None:
    body = """SELECT COUNT(*) INTO i FROM Staff s
              WHERE EXISTS(SELECT * FROM Agency a WHERE a.AgencyID = s.AgencyID)"""
    asked = asked_by(body)
    assert asked == [
        (STAFF, ("AgencyID",), {}),
        (AGENCY, ("AgencyID",), {"AgencyID": "LON"}),
        (AGENCY, ("AgencyID",), {"AgencyID": "MAN"}),
    ]


def test_every_query_asks_anew() -> None:
    asked = asked_by("SET x = (SELECT Name FROM Staff WHERE StaffID = 'JW'); "
                     "SET x = (SELECT Name FROM Staff WHERE StaffID = 'JW')")  # fmt: skip
    assert len(asked) == 2


class _TooMany:
    """Tables that leave every filter out, as they may."""

    def rows(self, table: str, columns: tuple[str, ...], equals: object) -> list[list[Value]]:
        return [[row.get(column) for column in columns] for row in ROWS[table]]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT Extension FROM Staff WHERE StaffID = 'aa'", "150"),
        ("SELECT LIST(s.StaffID ORDER BY 1) FROM Staff s JOIN Agency a ON a.AgencyID = s.AgencyID WHERE a.Name = 'LONDON'", "JW,AA"),
        ("SELECT COUNT(*) FROM Staff s LEFT JOIN Agency a ON a.AgencyID = s.AgencyID AND a.Name = 'x'", "3"),
    ],
)  # fmt: skip
def test_rows_too_many_do_no_harm(query: str, value: str) -> None:
    assert call(f"RETURN ({query})", tables=_TooMany()).value == value
    assert call(f"RETURN ({query})").value == value


def test_letters_beyond_ascii_compare_alike_in_memory_and_here() -> None:
    tables = MemoryTables({"Staff": [{"StaffID": "ÉVA", "Extension": "7"}]})
    body = "SELECT Extension INTO x FROM Staff WHERE StaffID = 'éva'; RETURN x"
    assert call(body, tables=tables).value == "7"


def test_values_from_outside_become_values_of_the_language() -> None:
    tables = MemoryTables({"Staff": [{"StaffID": True, "Name": 7, "AgencyID": 1.5}]})
    body = "SELECT STRING(StaffID, '|', Name + 1, '|', AgencyID) INTO x FROM Staff; RETURN x"
    assert call(body, tables=tables).value == "1|8|1.5"
