"""How log lines look: text for people, or JSON for programs that collect them.

A line that belongs to a call bears its id in both. Formatters alone: what is logged is decided where
it happens.
"""

import json
import logging
import re
import traceback
from copy import copy
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

from webdial.exchange.watching import current_call

MAX_TRACEBACK: Final = 20_000
"""Characters of a traceback in one line: collectors cut longer lines in the middle."""


_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters but the tab, and those that end lines or turn their direction (Unicode categories Zl, Zp, Cf)."""


class CallIdFilter(logging.Filter):
    """Puts the id of the call that is being worked on into each record, where none is named."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "call_id", None) is None:
            record.call_id = current_call.get()
        return True


class TextLines(logging.Formatter):
    """`2026-11-25 09:12:01,004 WARNING webdial.journal: the message (call 0199…)`

    Further lines of a message or a traceback are indented, and signs for a terminal are spelt out: what came from
    outside neither begins a line of its own nor moves the cursor (CWE-117).
    """

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(_spelt, super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        line = super().formatMessage(record)
        call_id = getattr(record, "call_id", None)
        return line if call_id is None or str(call_id) in line else f"{line} (call {call_id})"


def _spelt(control: re.Match[str]) -> str:
    return "\n    " if control[0] == "\n" else control[0].encode("unicode_escape").decode()


class JsonLines(logging.Formatter):
    """One JSON object a line. What is given as `extra={"fields": {...}}` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        call_id: UUID | None = getattr(record, "call_id", None)
        if call_id is not None:
            line["call"] = str(call_id)
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            text = "".join(traceback.format_exception(*record.exc_info))
            line["exception"] = text[-MAX_TRACEBACK:].rstrip()
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half of a surrogate pair, which UTF-8 has not, must not cost the line
            return json.dumps(line, default=str)


class WithoutTraceback(logging.Formatter):
    """A line for a record as `lines` makes it, even if an exception made it.

    What is logged with the security loggers is a request that was refused as it should be: where in
    the program it was refused helps nobody, and whoever sends such requests fills the log.
    """

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        shown = copy(record)
        shown.exc_info = shown.exc_text = None
        return self._lines.format(shown)


def logging_settings(log_format: str) -> dict[str, object]:
    """Django's LOGGING. As text, a call that went as it should is no line; as JSON each is some."""
    lines = JsonLines if log_format == "json" else TextLines
    handler = {"class": "logging.StreamHandler", "filters": ["call"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"call": {"()": CallIdFilter}},
        "formatters": {
            "line": {"()": lines},
            "without_traceback": {"()": WithoutTraceback, "lines": lines()},
        },
        "handlers": {
            "stderr": {**handler, "formatter": "line"},
            "refusals": {**handler, "formatter": "without_traceback"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "webdial": {"level": "INFO"},
            "webdial.calls": {"level": "INFO" if log_format == "json" else "WARNING"},
            # A number that cannot be dialled is told to who typed it; that is no news for a log.
            "django.request": {"level": "ERROR"},
            "django.security": {"handlers": ["refusals"], "propagate": False},
        },
    }
