"""Tells a number from two numbers, and from a number run together with something else.

It knows no country's numbers. It goes by how people write: what stands between groups of digits,
how long a group may be, and where a group begins with the zero of a number of its own.
"""

import re
from ipaddress import IPv4Address
from typing import Final

LEAST_DIGITS: Final = 6
"""Digits from which a group is taken for a whole number and not for a part of one."""

_WHOLE = 8
"""Significant digits that nothing follows but a range or a remark: `030 123456` has eight."""

_WHOLE_AND_LONG = 10
"""Significant digits behind which even a hyphen makes a range: `020 7946 0123-5`. A direct
extension, as in `0711 123456-78`, seldom stands behind so many."""

_LEAST_AFTER_ZERO = 9
"""Digits of a number of its own with its zero. `139 0123 4567` has a group with a zero, too."""

_DASH = "[-\u2010-\u2015\u2212]"
# At most 15 digits (ITU-T E.164), with a digit for the outside line and a prefix to dial abroad.
_LENGTH = re.compile(r"\+?\d{1,15}|\d?(?:00|011)\d{1,15}")
_BETWEEN = re.compile(rf"/| {_DASH} | {{2,}}")
_COMMA = re.compile(r"(?<!,) *,(?!,)")
_SPACED_RANGE = re.compile(rf" {_DASH} *\d{{1,3}} *$")
_TIGHT_RANGE = re.compile(rf"(?<=\d{{4}}){_DASH}(\d{{1,3}}) *$")
_BRACKET = re.compile(r"\((?=[^)]*\d)")
_ZERO_IN_BRACKETS = re.compile(r"\d *\( *0 *\)")
_GROUP_BEFORE_ZERO = re.compile(r"[1-9]\d*(?:[-./]\d+)*(?=[^\d*#+]*[ (])[^\d*#+]+(?=0)")
_GROUP_BEFORE_WORD = re.compile(r"[ ,]\d{1,2} +$")
_DATE = re.compile(
    rf"(?:19|20)\d\d{_DASH}(?:0[1-9]|1[0-2]){_DASH}[0-3]\d"
    rf"|[0-3]?\d([./]|{_DASH})[01]?\d\1(?:19|20)\d\d"
)
# Danes and Spaniards group like this; an address of a machine seldom looks like it.
_DOTTED_NUMBER = re.compile(r"\d\d\.\d{2,3}\.\d\d\.\d\d")


def is_doubtful(number: str, *, before: str, after: str) -> bool:
    """Whether `number`, between the texts `before` and `after`, may be more than one number."""
    written = number.strip(" .,-/()")
    return (
        _is_too_long(number)
        or _holds_two_numbers(number)
        or _holds_range(number)
        or _is_date(written)
        or _is_address(written)
        or _has_brackets_behind(number)
        or _begins_with_something_else(number, before)
        or _ends_with_something_else(number, after)
        or _is_amount(before, after)
    )


def count_digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _count_significant(text: str) -> int:
    """Digits without the country code or the zero before an area code."""
    digits = re.sub(r"\D", "", text)
    if text.lstrip(" (").startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        # Only two country codes have one digit (ITU-T E.164 annex: zones 1 and 7).
        return max(len(digits) - (1 if digits[:1] in {"1", "7"} else 2), 0)
    return len(digits.removeprefix("0"))


def _is_too_long(number: str) -> bool:
    """More digits than a number has. Digits for a menu, behind the pause, are not counted."""
    dialled = re.sub(r"[^\d+*#,]", "", number).lstrip(",").partition(",")[0]
    return any(not _LENGTH.fullmatch(run) for run in re.split(r"[*#]", dialled) if run)


def _holds_two_numbers(number: str) -> bool:
    """`020 7946 0001 / 020 7946 0002` and `020 7946 0000 / 12` are, `030/123456` is one."""
    if sum(bool(count_digits(part)) for part in number.split("/")) > 2:
        return True
    return any(
        _are_two_numbers(number[: match.start()], number[match.end() :])
        for match in _BETWEEN.finditer(number)
    ) or any(
        _is_list(number[: match.start()], number[match.end() :])
        for match in _COMMA.finditer(number)
    )


def _are_two_numbers(left: str, right: str) -> bool:
    if not count_digits(right):
        return False
    if _count_significant(left) >= _WHOLE:
        return True
    # Of a number with its country code, `+49 6221/123456`, so many may be no more than the area.
    is_local = not re.match(r"[ (]*(?:\+|00)", left)
    return is_local and min(count_digits(left), count_digits(right)) >= LEAST_DIGITS


def _is_list(left: str, right: str) -> bool:
    """Whether a single comma parts two numbers. Before a menu's digits it is a pause."""
    first = right.partition(",")[0]
    if right.startswith(" "):
        return count_digits(left) > 0 and count_digits(first) >= LEAST_DIGITS
    return (
        first.startswith("0")
        and count_digits(first) >= _LEAST_AFTER_ZERO
        and _count_significant(left) >= _WHOLE
    )


def _holds_range(number: str) -> bool:
    """`020 7946 0001 - 24` and `020 7946 0123-5` do, `0711 123456-78` has a direct extension."""
    if match := _SPACED_RANGE.search(number):
        return count_digits(number[: match.start()]) > LEAST_DIGITS
    if match := _TIGHT_RANGE.search(number):
        first, last = number[: match.start()], match[1]
        return _count_significant(first) >= _WHOLE_AND_LONG and last > first[-len(last) :]
    return False


def _is_date(number: str) -> bool:
    return _DATE.fullmatch(number) is not None


def _is_address(number: str) -> bool:
    try:
        IPv4Address(number)
    except ValueError:
        return False
    return _DOTTED_NUMBER.fullmatch(number) is None


def _has_brackets_behind(number: str) -> bool:
    """`020 7946 0123 (24 hours)` has, and `44 (0)20` has a zero that may or may not be dialled."""
    return _ZERO_IN_BRACKETS.search(number) is not None or any(
        count_digits(number[: match.start()]) >= LEAST_DIGITS for match in _BRACKET.finditer(number)
    )


def _begins_with_something_else(number: str, before: str) -> bool:
    """`Room 12 020 7946 0123`, `24/7 020 7946 0123`, `W1 7946 0123`; not `9 020 7946 0123`."""
    if match := _GROUP_BEFORE_ZERO.match(number.lstrip(" .,-/()")):
        is_group_alone = match[0].rstrip(" (,-").isdigit()
        if count_digits(number) - count_digits(match[0]) >= _LEAST_AFTER_ZERO:
            return not is_group_alone or any(character.isalpha() for character in before)
    return before[-1:].isalpha() and re.match(r"[1-9]\d? ", number) is not None


def _ends_with_something_else(number: str, after: str) -> bool:
    """`020 7946 0123 24 hours` does, `020 7946 0000 home` does not."""
    match = _GROUP_BEFORE_WORD.search(number)
    return (
        match is not None
        and after[:1].isalpha()
        and _count_significant(number[: match.start()]) >= _WHOLE_AND_LONG
    )


def _is_amount(before: str, after: str) -> bool:
    """`£12.50` and `12,50 €` are."""
    return re.search(r"[$\u00a2-\u00a5\u20a0-\u20cf]$", before) is not None or (
        re.match(r"[$\u00a2-\u00a5\u20a0-\u20cf]", after) is not None
    )
