"""Files of conformance cases are read or told what is wrong with them, and failures are told."""

import pytest

from webdial.watcom.conformance import CaseFileError, read_cases, run_cases

HEAD = "format = 1\n"
CASE = '[[case]]\nname = "a"\nnumber = "1"\n'


def failures_of(text: str) -> list[str]:
    return [outcome.failure for outcome in run_cases(HEAD + text)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[case", "The file is no TOML"),
        ("", "The file is not of format 1."),
        ("format = 2", "The file is not of format 1."),
        (HEAD + "[[case]]\nnumber = '1'", "A case has no name."),
        (HEAD + CASE + "expression = '1'", "exactly one of expect, expect_null, expect_error"),
        (HEAD + CASE + "expression = '1'\nexpect = '1'\nexpect_null = true", "exactly one of"),
        (HEAD + CASE + "expression = '1'\nexpect_null = false", "expect_null can only be true"),
        (HEAD + CASE + "expect = '1'", "exactly one of function, function_ref, expression"),
        (HEAD + CASE + "function_ref = 'x'\nexpect = '1'", "x is missing"),
        (HEAD + CASE + "expression = '1'\nexpect_error = 'odd'", "odd is no kind of error"),
        (HEAD + "case = 5", "case is no list"),
        (HEAD + "case = ['a']", "A case is no table"),
        (HEAD + "functions = 'a'", "functions is no table"),
        (HEAD + CASE + "function = 5\nexpect = '1'", "the function is no text"),
        (HEAD + CASE + "expression = '1'\nexpect = '1'\nstaff = 5", "staff is no list"),
        (
            HEAD + CASE + "expression = '1'\nexpect = '1'\nstaff = ['JW']",
            "A row of staff is no table",
        ),
        (HEAD + CASE + "expression = '1'\nexpect = '1'\ntables = 'x'", "tables is no table"),
        (
            HEAD + CASE + "expression = '1'\nexpect = '1'\ncolumns = { Staff = 'Name' }",
            "columns.Staff is no list",
        ),
        (
            HEAD + CASE + "expression = '1'\nexpect = '1'\nclock = 'noon'",
            "clock is no date and time",
        ),
        (
            HEAD
            + CASE
            + "expression = '1'\nexpect = '1'\nsettings = [{ name = 'A', value = 'b' }]",
            "agency is missing",
        ),
        (HEAD + CASE + "expression = '1'\nexpect = '1'\ncolour = 'red'", "colour is not known"),
        (HEAD + "[[case]]\nname = 'a'\nexpression = '1'\nexpect = '1'", "number is missing"),
        (HEAD + (CASE + "expression = '1'\nexpect = '1'\n") * 2, "Two cases are named a."),
    ],
)
def test_file_that_is_none_is_told(text: str, message: str) -> None:
    with pytest.raises(CaseFileError) as caught:
        read_cases(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        # A date alone is its midnight.
        "expression = 'CURRENT TIMESTAMP'\nclock = 2024-03-05\nexpect = '2024-03-05 00:00:00.000'",
        # Columns that nobody lists are those of the rows; names in any letter case.
        "expression = \"(SELECT t.B FROM pears.THINGS t WHERE t.a = 'X')\"\nexpect = 'y'\n[[case.tables.Things]]\nA = 'x'\nB = 'y'\n[[case.tables.Things]]\na = 'z'",
        # What is no text in the file is text all the same.
        "expression = 'UserStaffID || 1'\nuser = 7\nexpect = 71",
    ],
)
def test_case_in_a_looser_form_is_read(text: str) -> None:
    assert failures_of(CASE + text) == [""]


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("expression = \"'x'\"\nexpect = 'x'", ""),
        ("expression = \"'x'\"\nexpect = 'X'", "expected 'X', got 'x'"),
        ("expression = \"'x'\"\nexpect_null = true", "expected NULL, got 'x'"),
        ("expression = 'null'\nexpect = 'x'", "expected 'x', got NULL"),
        ("expression = '1/0'\nexpect_error = 'division_by_zero'", ""),
        ("expression = '1'\nexpect_error = 'parse'", "expected the error parse, got '1'"),
        (
            "expression = '1/0'\nexpect = 'x'",
            "expected 'x', got the error division_by_zero in line 4: Division by zero.",
        ),
        (
            "expression = 'nope'\nexpect_error = 'refused'",
            "expected the error refused, got the error unknown_name in line 4: There is no variable nope here.",
        ),
    ],
)
def test_case_that_fails_says_why(text: str, failure: str) -> None:
    assert failures_of(CASE + text) == [failure]


def test_tables_settings_clock_and_user_reach_the_function() -> None:
    text = """
[functions]
f = '''
create function f(n char(20)) returns char(90) begin
  return string(n, '|', (select list(r.a) from Route r), '|', (select Name from Agency), '|',
    (select Extension from Staff where StaffID = UserStaffID), '|',
    WPKMaintainGetSwitchValue('s', 'lon', 'L'), '|', WPKMaintainGetSwitchValue('t', 'LON', 'L'), '|',
    hour(now(*)))
end
'''

[[case]]
name = "all"
number = "7"
user = "JW"
clock = 2024-03-05T16:59:59
staff = [{ StaffID = "JW", Extension = "201" }, { StaffID = "AA" }]
settings = [{ name = "S", agency = "LON", value = "v" }, { name = "t", agency = "LON" }]
columns = { Route = ["a"] }
tables = { Route = [{ a = "x" }, {}, { a = "y" }], agency = [{ AgencyID = "LON", Name = "London" }] }
function_ref = "f"
expect = "7|x,y|London|201|v||16"
"""
    assert failures_of(text) == [""]
