"""When it is worth while to ask again, by the clock that is given."""

import pytest

from webdial.api.problems import problem_of
from webdial.errors import InvalidValueError, WebdialError
from webdial.exchange.ringing import BlockedTooOftenError
from webdial.site.domain.computers import TooManyCodesError
from webdial.site.domain.waits import retry_after_s

A_MINUTE_BEGINS = 1_800_000_000.0 - 1_800_000_000 % 60


@pytest.mark.parametrize(
    ("into_the_minute_s", "told_s"), [(0, 60), (0.9, 60), (1, 59), (59, 1), (59.999, 1), (60, 60)]
)
def test_blocks_are_counted_by_the_minute(into_the_minute_s: float, told_s: int) -> None:
    now = A_MINUTE_BEGINS + into_the_minute_s
    assert retry_after_s(BlockedTooOftenError("No."), now=now) == told_s


@pytest.mark.parametrize(
    ("error", "told"), [(TooManyCodesError("No."), "300"), (InvalidValueError("No."), None)]
)
def test_answer_tells_it_where_the_clock_decides(error: WebdialError, told: str | None) -> None:
    assert problem_of(error).headers.get("Retry-After") == told


def test_told_seconds_are_never_none_nor_more_than_a_minute() -> None:
    answer = problem_of(BlockedTooOftenError("No."))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
