"""The general settings that placing a call reads: names, defaults, what a value must be.

A value is text, kept for all branches or for one. docs/reference/general-settings.md is checked
against `SETTINGS`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from webdial.dialstring import parse_dial_string
from webdial.errors import InvalidValueError

FUNCTION: Final = "FUNCTION"
"""The value that hands the making of the dial string to the database function."""

_SECONDS = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SettingDefinition:
    """A general setting that the program itself reads.

    `check` raises WebdialError for a value that cannot be kept. `is_long` values are written in
    a wide field.
    """

    name: str
    default: str
    help: str
    check: Callable[[str], object]
    example: str = ""
    unit: str = ""
    is_long: bool = False


def key_of(name: str) -> str:
    """Names are told apart without regard to case and blanks around them."""
    return name.strip().casefold()


def seconds(value: str) -> float:
    """A time limit in seconds, 0.1 to 3600. Raises InvalidValueError."""
    if not _SECONDS.fullmatch(value.strip()) or not 0.1 <= float(value) <= 3600:
        raise InvalidValueError(
            "A time limit is a number of seconds from 0.1 to 3600.", field="value"
        )
    return float(value)


def _check_mechanism(value: str) -> None:
    if value.strip() and not is_function(value):
        parse_dial_string(value)


def is_function(value: str) -> bool:
    return value.strip().upper() == FUNCTION


MECHANISM: Final = SettingDefinition(
    name="Use Web Phone Dialling Mechanism",
    default="",
    help=(
        "The URL that makes your phone system place a call, with ^ for the caller's extension and "
        "# for the number. Your supplier can tell you the format. Begin with {POST} to send what "
        "follows each <&> as a post variable. A link such as tel://# is opened on the caller's "
        "own machine. FUNCTION has the database function make the URL. Empty means standard "
        "dialling: the program that the caller's machine uses for telephone links."
    ),
    check=_check_mechanism,
    example="http://192.168.7.231:5000/ivr/PbxAPI.aspx?func=make_call&from=^&to=#",
    is_long=True,
)

CONNECT_TIME_LIMIT: Final = SettingDefinition(
    name="Web Phone Dialling Connect Time Limit",
    default="5",
    help="How long to wait for the phone system to take the connection.",
    check=seconds,
    unit="seconds",
)

TOTAL_TIME_LIMIT: Final = SettingDefinition(
    name="Web Phone Dialling Total Time Limit",
    default="30",
    help=(
        "How long to wait for the phone system's whole answer. Some answer only when the caller "
        "has picked up, so a short limit gives up on calls that work."
    ),
    check=seconds,
    unit="seconds",
)

SETTINGS: Final = (MECHANISM, CONNECT_TIME_LIMIT, TOTAL_TIME_LIMIT)
_BY_KEY: Final = {key_of(setting.name): setting for setting in SETTINGS}


def definition_of(name: str) -> SettingDefinition | None:
    """The definition of a setting that the program reads; None for one of the administrator's own."""
    return _BY_KEY.get(key_of(name))
