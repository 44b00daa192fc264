"""The general settings that placing a call reads: names, defaults, what a value must be.

A value is text, kept for all branches or for one. docs/reference/general-settings.md is checked
against `SETTINGS`.
"""

import re
from functools import lru_cache
from typing import Final

from webdial.dialstring import parse_dial_string
from webdial.errors import InvalidValueError
from webdial.exchange.allowed_hosts import read_allowed_hosts
from webdial.exchange.allowed_origins import read_allowed_origins
from webdial.exchange.ringing_settings import RINGING_SETTINGS
from webdial.exchange.setting_definition import (
    SettingDefinition as SettingDefinition,  # noqa: PLC0414 - told again, for everybody who reads settings
)
from webdial.language import translatable, translate
from webdial.numbers import read_rules
from webdial.numbers.forms import check_country, check_internal, countries, form_of

FUNCTION: Final = "FUNCTION"
"""The value that hands the making of the dial string to the database function."""

_PREFIX = re.compile(r"([0-9*][0-9*,]{0,5})?", re.ASCII)
_SECONDS = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)


def key_of(name: str) -> str:
    """Names are told apart without regard to case and blanks around them."""
    return name.strip().casefold()


def seconds(value: str) -> float:
    """A time limit in seconds, 0.1 to 3600. Raises InvalidValueError."""
    if not _SECONDS.fullmatch(value.strip()) or not 0.1 <= float(value) <= 3600:
        raise InvalidValueError(
            translate("A time limit is a number of seconds from 0.1 to 3600."), field="value"
        )
    return float(value)


def _check_mechanism(value: str) -> None:
    if value.strip() and not is_function(value) and not may_name_a_system(value):
        parse_dial_string(value)


def may_name_a_system(value: str) -> bool:
    """Whether the value is no dial string by its looks: those have a colon, or begin with a brace."""
    return bool(value.strip()) and not is_function(value) and not set(value) & set(":{}#^<>/")


def is_function(value: str) -> bool:
    return value.strip().upper() == FUNCTION


MECHANISM: Final = SettingDefinition(
    name="Use Web Phone Dialling Mechanism",
    default="",
    help=(
        translatable(
            "The URL that makes your phone system place a call, with ^ for the caller's extension and "
            "# for the number. Your supplier can tell you the format. Begin with {POST} to send what "
            "follows each <&> as a post variable. A link such as tel://# is opened on the caller's "
            "own machine. FUNCTION has the database function make the URL. Empty means standard "
            "dialling: the program that the caller's machine uses for telephone links. The name of a "
            "phone system that is set up has calls placed through it."
        )
    ),
    check=_check_mechanism,
    example="http://192.168.7.231:5000/ivr/PbxAPI.aspx?func=make_call&from=^&to=#",
    is_long=True,
)

CONNECT_TIME_LIMIT: Final = SettingDefinition(
    name="Web Phone Dialling Connect Time Limit",
    default="5",
    help=translatable("How long to wait for the phone system to take the connection."),
    check=seconds,
    unit=translatable("seconds"),
)

TOTAL_TIME_LIMIT: Final = SettingDefinition(
    name="Web Phone Dialling Total Time Limit",
    default="30",
    help=(
        translatable(
            "How long to wait for the phone system's whole answer. Some answer only when the caller "
            "has picked up, so a short limit gives up on calls that work."
        )
    ),
    check=seconds,
    unit=translatable("seconds"),
)


def _check_prefix(value: str) -> None:
    if not _PREFIX.fullmatch(value.strip()):
        raise InvalidValueError(
            translate("A prefix is made of up to 6 digits, * and commas (pauses), no comma first."),
            field="value",
        )


NUMBER_COUNTRY: Final = SettingDefinition(
    name="Number Country",
    default="",
    help=(
        translatable(
            "The country in which numbers without + are at home, as two letters. Where a number is wanted "
            "in another form, 020 7946 0123 is then known to be +442079460123. Empty: only numbers with + "
            "have other forms."
        )
    ),
    check=check_country,
    example="GB",
    suggestions=countries,
)

NUMBER_FORMAT: Final = SettingDefinition(
    name="Number Format",
    default="",
    help=(
        translatable(
            "How numbers outside are written: e164 (+442079460123), digits (442079460123), 00 "
            "(00442079460123), national (02079460123, and 00 before numbers abroad). Empty, or as typed: as "
            "they were typed. A phone system whose file wants a form gets that one."
        )
    ),
    check=form_of,
    example="e164",
    choices=(
        ("", translatable("As typed")),
        ("e164", "e164: +442079460123"),
        ("digits", "digits: 442079460123"),
        ("00", "00: 00442079460123"),
        ("national", translatable("national: 02079460123, and 00 before numbers abroad")),
    ),
)

INTERNAL_NUMBERS: Final = SettingDefinition(
    name="Internal Numbers",
    default="",
    help=(
        translatable(
            "Which numbers are colleagues' extensions and go out unchanged: how many digits they have, such "
            "as 3-4, or how they begin, such as 8... for 8 and three more digits. Several are parted by commas."
        )
    ),
    check=check_internal,
    example="3-4, 8...",
)

NUMBER_RULES: Final = SettingDefinition(
    name="Number Rules",
    default="",
    help=(
        translatable(
            "How numbers outside are rewritten once they have their format. One rule a line: a regular "
            "expression that fits the whole number, => and what it becomes, with \\1 for what the first "
            "brackets hold. Each rule is applied to what the one before has made. Lines that begin with -- "
            "are remarks."
        )
    ),
    check=read_rules,
    example=r"9(0\d+) => \1",
    is_long=True,
)

OUTSIDE_LINE: Final = SettingDefinition(
    name="Outside Line Prefix",
    default="",
    help=(
        translatable(
            "What is dialled before numbers outside to get a line, such as 9. It is put last, after the "
            "rules; not where a phone system's file wants a form of its own, and not where a dial string "
            "writes {outside_line} itself."
        )
    ),
    check=_check_prefix,
    example="9",
)

_SHORT_TIME = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)


@lru_cache(maxsize=256)
def same_call_s(value: str) -> float:
    """For how many seconds a second click is the same call, 0 to 600; 0 is never. Raises InvalidValueError."""
    if not value.strip():
        return 0.0
    if not _SHORT_TIME.fullmatch(value.strip()) or float(value) > 600:
        raise InvalidValueError(
            translate("This is a number of seconds from 0 to 600."),
            field="value",
            hint=translate("With 0, or empty, every click is a call of its own."),
        )
    return float(value)


SAME_CALL_WITHIN: Final = SettingDefinition(
    name="Same Call Within",
    default="2",
    help=(
        translatable(
            "For how long a second click on the same number is taken for a double click: the same user is then "
            "shown the first call, and nothing is dialled again. It holds for pages, other programs and the "
            "command line alike. A call that cannot have rung anybody may be tried again at once. 0, or empty: "
            "every click is a call of its own."
        )
    ),
    check=same_call_s,
    example="5",
    unit=translatable("seconds"),
)

_DAYS = re.compile(r"[1-9]\d{0,4}", re.ASCII)


def days_kept(value: str) -> int | None:
    """How many days calls are kept, 1 to 99999; None is for ever. Raises InvalidValueError."""
    if not value.strip():
        return None
    if not _DAYS.fullmatch(value.strip()):
        raise InvalidValueError(
            translate("A number of days is a whole number from 1 to 99999."),
            field="value",
            hint=translate("Leave it empty to keep calls for ever."),
        )
    return int(value)


CALL_RETENTION: Final = SettingDefinition(
    name="Keep Calls For",
    default="",
    help=(
        translatable(
            "How long calls stay in the call log. Older ones are removed for good, within an hour. Empty: "
            "they are kept for ever. It has one value for all branches."
        )
    ),
    check=days_kept,
    example="365",
    unit=translatable("days"),
    is_for_all=True,
)

ALLOWED_HOSTS: Final = SettingDefinition(
    name="Allowed Hosts",
    default="",
    help=(
        translatable(
            "Further hosts that requests may go to. Those in dial strings, and in the phone systems that are set "
            "up, are allowed anyway. List what a database function returns and the phones that users fill in: "
            "names (pbx.example), all names below one (*.pbx.example), addresses and networks (192.168.7.0/24), "
            "each with a :port if you like. localhost is Webdial's own machine."
        )
    ),
    check=read_allowed_hosts,
    example="pbx.example, 192.168.7.0/24",
    is_long=True,
    is_for_all=True,
)

ALLOWED_ORIGINS: Final = SettingDefinition(
    name="Allowed Origins",
    default="",
    help=(
        translatable(
            "Sites whose pages may place calls through the API with a user's token: origins such as "
            "https://crm.example, parted by commas. Pages of other sites cannot use the API. A link, a tel: link and "
            "the <webdial-number> element need nothing here: they open a page of Webdial, where a person dials."
        )
    ),
    check=read_allowed_origins,
    example="https://crm.example, https://desk.example:8443",
    is_long=True,
    is_for_all=True,
)

_COUNT = re.compile(r"[1-9]\d{0,5}", re.ASCII)


def count_or_none(value: str) -> int | None:
    """A number from 1 to 999999; None when it is empty. Raises InvalidValueError."""
    if not value.strip():
        return None
    if not _COUNT.fullmatch(value.strip()):
        raise InvalidValueError(
            translate("This is a whole number from 1 to 999999, or empty."), field="value"
        )
    return int(value)


MOST_IN_FLIGHT: Final = SettingDefinition(
    name="Phone System Calls in Progress",
    default="1000",
    help=(
        translatable(
            "How many calls one phone system may have in progress: sent, and not answered yet. Further calls are "
            "held back at once, so that a phone system that has become slow takes nothing from the others. A "
            "phone system can have a number of its own, in Maintenance | Phone Systems. Empty: no limit."
        )
    ),
    check=count_or_none,
    unit=translatable("calls"),
    is_for_all=True,
)

MOST_FAILURES: Final = SettingDefinition(
    name="Phone System Failures",
    default="5",
    help=(
        translatable(
            "After how many calls in a row that a phone system did not answer further calls are held back "
            "at once, with a sentence that says so. It is tried again by itself, first after 5 seconds. A "
            "refusal is an answer. Empty: every call is tried."
        )
    ),
    check=count_or_none,
    unit=translatable("calls"),
    is_for_all=True,
)

LONGEST_PAUSE: Final = SettingDefinition(
    name="Phone System Longest Pause",
    default="120",
    help=(
        translatable(
            "How long a phone system that does not answer is left alone at most. Each pause is twice as long "
            "as the one before. After it one call goes through on trial, and its answer ends the pause."
        )
    ),
    check=seconds,
    unit=translatable("seconds"),
    is_for_all=True,
)

SETTINGS: Final = (
    MECHANISM,
    CONNECT_TIME_LIMIT,
    TOTAL_TIME_LIMIT,
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    INTERNAL_NUMBERS,
    NUMBER_RULES,
    OUTSIDE_LINE,
    SAME_CALL_WITHIN,
    CALL_RETENTION,
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    MOST_IN_FLIGHT,
    MOST_FAILURES,
    LONGEST_PAUSE,
    *RINGING_SETTINGS,
)
_BY_KEY: Final = {key_of(setting.name): setting for setting in SETTINGS}


def definition_of(name: str) -> SettingDefinition | None:
    """The definition of a setting that the program reads; None for one of the administrator's own."""
    return _BY_KEY.get(key_of(name))
