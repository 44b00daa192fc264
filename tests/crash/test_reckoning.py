"""The reckoning of the crash test finds what it is there to find."""

from uuid import UUID

import pytest

from tests.crash.load import Wish
from tests.crash.reckoning import Figures, Log, LoggedCall, told_otherwise, unaccounted
from tests.crash.report import table

FIRST, SECOND = UUID(int=1), UUID(int=2)
CALL = LoggedCall(FIRST, "01632960001", "sent", 130)
OTHER = LoggedCall(SECOND, "01632960002", "interrupted", 190)
TALLIES = {"60/120/user 1": 1, "60/180/user 1": 1, "86400/0/user 1": 2}


def log(*calls: LoggedCall, claims_of_nothing: int = 0, tallies: dict[str, int] = TALLIES) -> Log:
    return Log(calls, claims_of_nothing, tallies)


def test_books_that_agree_have_nothing_to_tell() -> None:
    assert list(unaccounted({"01632960001": 1}, log(CALL, OTHER))) == []
    assert list(unaccounted({"01632960001": 1, "01632960002": 1}, log(CALL, OTHER))) == []


@pytest.mark.parametrize(
    ("reached", "found", "sentence"),
    [
        (
            {"01632960001": 1, "01632960003": 1},
            log(CALL, OTHER),
            "01632960003 was called and is not in the log: lost",
        ),
        ({"01632960001": 2}, log(CALL, OTHER), "01632960001 was called 2 times: twice"),
        (
            {"01632960001": 1},
            log(CALL, LoggedCall(SECOND, "01632960001", "interrupted", 190)),
            "01632960001 is in the log 2 times: twice",
        ),
        ({}, log(CALL, OTHER), "01632960001 is in the log as sent and reached nobody"),
        (
            {"01632960001": 1},
            log(CALL, OTHER, claims_of_nothing=3),
            "3 keys belong to calls that are not in the log",
        ),
        (
            {"01632960001": 1},
            log(CALL, OTHER, tallies={"60/120/user 1": 2}),
            "2 calls are counted under 60/120/user 1, 1 are in the log",
        ),
    ],
)
def test_each_fault_is_told(reached: dict[str, int], found: Log, sentence: str) -> None:
    assert list(unaccounted(reached, found)) == [sentence]


def test_client_is_told_what_the_log_says() -> None:
    def told(call_id: str, outcome: str) -> list[str]:
        wish = Wish("01632960001", status=201, call_id=call_id, outcome=outcome)
        return list(told_otherwise([wish], log(CALL, OTHER)))

    assert told(str(FIRST), "sent") == told(str(FIRST), "placing") == []
    assert told(str(FIRST), "failed") == ["01632960001 was told failed, the log has sent"]
    of_nothing = ["01632960001 was told of a call that is not in the log"]
    assert told(str(SECOND), "interrupted") == told(str(UUID(int=3)), "sent") == of_nothing


def test_table_counts_what_was_found() -> None:
    faults = ["1 was called and is not in the log: lost", "1 was called 2 times: twice", "x"]
    figures = Figures("SQLite", "the server", 1_200, 9, 8, 2, 4, faults)
    row = table([figures]).splitlines()[-1]
    assert row == "| SQLite | the server | 1,200 | 9 | 8 | 2 | 4 | 1 | 1 | 1 |"
