"""Log lines, as text and as JSON."""

import json
import logging
from collections.abc import Callable
from uuid import UUID

import pytest

from webdial.exchange.watching import current_call
from webdial.site.log_lines import (
    MAX_TRACEBACK,
    CallIdFilter,
    JsonLines,
    TextLines,
    WithoutTraceback,
    logging_settings,
)

CALL = UUID("01995fd0-0000-7000-8000-000000000001")


def record(message: str = "it went", **extra: object) -> logging.LogRecord:
    made = logging.getLogger("webdial.test").makeRecord(
        "webdial.test", logging.WARNING, __file__, 1, message, (), None, extra=extra
    )
    CallIdFilter().filter(made)
    return made


def failed(message: str) -> logging.LogRecord:
    """A record with the traceback of an exception."""
    made, error = record(), ValueError(message)
    made.exc_info = (ValueError, error, None)
    return made


def test_json_is_one_object_with_fields_beside_the_message() -> None:
    text = JsonLines().format(record("two\nlines", fields={"outcome": "sent", "duration_s": 0.25}))
    assert "\n" not in text
    line = json.loads(text)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "warning", "logger": "webdial.test", "message": "two\nlines",
        "outcome": "sent", "duration_s": 0.25,
    }  # fmt: skip


def test_line_bears_the_call_that_is_worked_on() -> None:
    entered = current_call.set(CALL)
    try:
        made = record()
    finally:
        current_call.reset(entered)
    assert json.loads(JsonLines().format(made))["call"] == str(CALL)
    assert TextLines().format(made).endswith(f"WARNING webdial.test: it went (call {CALL})")


def test_call_that_is_named_comes_before_the_one_that_is_worked_on() -> None:
    other = UUID(int=7)
    entered = current_call.set(CALL)
    try:
        made = record(call_id=other)
    finally:
        current_call.reset(entered)
    assert json.loads(JsonLines().format(made))["call"] == str(other)


def test_text_tells_an_id_once() -> None:
    made = record(f"call {CALL}: not written yet", call_id=CALL)
    assert TextLines().format(made).count(str(CALL)) == 1


def test_line_without_a_call_tells_none() -> None:
    assert "call" not in json.loads(JsonLines().format(record()))
    assert TextLines().format(record()).endswith("webdial.test: it went")


def test_traceback_is_a_field_and_cut_at_its_beginning() -> None:
    line = json.loads(JsonLines().format(failed("x" * (MAX_TRACEBACK + 1_000) + " the end")))
    assert line["exception"].endswith("the end")
    assert len(line["exception"]) <= MAX_TRACEBACK


def test_half_of_a_surrogate_pair_does_not_cost_the_line() -> None:
    assert json.loads(JsonLines().format(record("odd \ud800")))["message"] == "odd \ud800"


FORGED = "2026-11-26 09:00:00,000 ERROR webdial.audit: all is well"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x0c", "\x1e"])
@pytest.mark.parametrize("make", [record, failed])
def test_nothing_that_is_told_begins_a_line_of_the_log(
    make: Callable[[str], logging.LogRecord], end: str
) -> None:
    text = TextLines().format(make(f"odd{end}{FORGED}"))
    assert FORGED in text
    assert [line for line in text.splitlines() if line.startswith("2026-11-26 09:00")] == []


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b2J", "\x00", "\x07", "\x08", "\x7f", "\u202e"])
@pytest.mark.parametrize("make", [record, failed])
def test_nothing_that_is_told_moves_a_terminal(
    make: Callable[[str], logging.LogRecord], sign: str
) -> None:
    text = TextLines().format(make(f"a{sign}b"))
    assert sign[0] not in text
    assert f"a{sign.encode('unicode_escape').decode()}b" in text


def test_letters_of_all_languages_are_told_as_they_are() -> None:
    assert TextLines().format(record("Zoë\tŁ 漢 😀")).endswith("Zoë\tŁ 漢 😀")


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_refused_request_is_a_line_without_a_traceback(lines: logging.Formatter) -> None:
    text = WithoutTraceback(lines).format(failed("inside"))
    assert "inside" not in text
    assert "it went" in text


def test_calls_are_lines_in_json_alone() -> None:
    levels = {
        kind: logging_settings(kind)["loggers"]["webdial.calls"]["level"]  # type: ignore[index]
        for kind in ("text", "json")
    }
    assert levels == {"text": "WARNING", "json": "INFO"}
