"""What kind of number it is that would ring: an emergency number, premium rate, abroad, a satellite.

Which range is which, the phonenumbers library knows (libphonenumber, short numbers included). A number is
looked at in every way in which a phone system may read it: whole, behind the digit for an outside line,
behind a service code such as *67, with its pauses left out, with more digits than it has. Who asks has
to be safe from all of them.

Without a country less is known: emergency numbers that are the same nearly everywhere, and what a number
with a plus, 00 or 011 tells by itself. What is abroad is then not known, but for networks of no country.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo

from webdial.numbers.forms import MAX_PREFIX_DIGITS, forms_of
from webdial.values import value_class


class NumberKind(Enum):
    """What a number is besides an ordinary one. The values are the words of settings."""

    __hash__ = object.__hash__  # looked up for each call; Enum's own is slow

    EMERGENCY = "emergency"
    PREMIUM = "premium"
    SHARED_COST = "shared cost"
    PERSONAL = "personal"
    SATELLITE = "satellite"
    ABROAD = "abroad"


@value_class(frozen=True, slots=True)
class NumberFacts:
    """`written` is every way of writing the number that beginnings are compared with.

    `is_emergency_alone`: an emergency number is what is dialled first, and it can be nothing else.
    """

    kinds: frozenset[NumberKind] = frozenset()
    written: tuple[str, ...] = ()
    is_emergency_alone: bool = False


EMERGENCY_ANYWHERE: Final = frozenset({"112", "911", "999", "000"})
"""Where no country is set. 3GPP TS 22.101 section 10.1 has further ones, which are extensions here."""

MAX_SKIPPED: Final = 6
"""Digits that may stand before a number and are none of it: outside line, carrier, service code."""

_SEPARATORS: Final = re.compile(r"[,*#]+")
_SHORTEST_WHOLE: Final = 7
"""Digits from which a text is rather a whole number than a short code or an extension."""

_WHOLE_AT_HOME: Final = re.compile(r"(?!00|011)[0-9]{7,}", re.ASCII)
"""Where no country is set: a number of which nothing more is known. Most calls there are to such ones."""

_GLOBAL_NETWORKS: Final = frozenset({870, 878, 881, 882, 883, 888})
"""Inmarsat, universal numbers, satellites, networks of no country, disaster relief (ITU-T E.164 list)."""

_SHARED_CODES: Final = frozenset({1, 7})
"""Country codes of several countries that ring each other at the price of abroad."""

_MAY_BE_LEFT_OUT: Final = "1"
"""The national prefix of North America, which calls inside the country may go without."""

_UNITED_STATES: Final = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_FREE_EVERYWHERE: Final = 800
_KIND_OF_TYPE: Final = {
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.PERSONAL,
}


def look_at(dialled: str, country: str = "", prefix: str = "") -> NumberFacts:
    """What `dialled` is for somebody in `country` (ISO 3166; empty: unknown).

    `prefix` is that of the outside line, if a setting names it: it may stand in front.
    """
    if not (country or prefix) and _WHOLE_AT_HOME.fullmatch(dialled):
        return NumberFacts(written=(dialled,))
    return _look_closely(dialled, country, prefix)


@lru_cache(maxsize=8192)
def _look_closely(dialled: str, country: str, prefix: str) -> NumberFacts:
    kinds: set[NumberKind] = set()
    written: dict[str, None] = {}
    alone = False
    for text, is_first in _stretches(dialled):
        for reading in _without_prefix(text, prefix):
            if _is_emergency(reading, country, has_prefix=bool(prefix)):
                kinds.add(NumberKind.EMERGENCY)
                alone = alone or (is_first and len(reading) < _SHORTEST_WHOLE)
            kinds |= _kinds_of_reading(reading, country, written)
    alone = alone and kinds == {NumberKind.EMERGENCY}
    return NumberFacts(frozenset(kinds), tuple(written), alone)


def _stretches(dialled: str) -> Iterator[tuple[str, bool]]:
    """The digits as they may be dialled in one go: pauses, stars and hashes left out, and what stands
    before them as well where that is a few digits. With each, whether it is dialled first, but for the
    digits of an outside line.
    """
    parts = [part for part in _SEPARATORS.split(dialled) if part]
    before = 0
    for place, part in enumerate(parts):
        if before <= MAX_SKIPPED:
            is_first = before <= MAX_PREFIX_DIGITS
            yield "".join(parts[place:]), is_first
            if place + 1 < len(parts):
                yield part, is_first
        before += len(part)


def _without_prefix(text: str, prefix: str) -> Iterator[str]:
    yield text
    digits = _SEPARATORS.sub("", prefix)
    if digits and text.startswith(digits) and len(text) > len(digits):
        yield text[len(digits) :]


def _is_emergency(text: str, country: str, *, has_prefix: bool) -> bool:
    """Alone, or behind one digit for an outside line that no setting names."""
    if _rings_emergency(text, country):
        return True
    is_behind_digit = len(text) > 3 and text[0] in "09" and not has_prefix
    return is_behind_digit and _rings_emergency(text[1:], country)


def _rings_emergency(text: str, country: str) -> bool:
    if text.startswith("+") or not text:
        return False
    if not country:
        return text in EMERGENCY_ANYWHERE
    if len(text) < _SHORTEST_WHOLE:
        return bool(shortnumberinfo.is_emergency_number(text, country))
    # An exchange that hears 112 may connect without waiting for what follows.
    return bool(shortnumberinfo.connects_to_emergency_number(text, country)) and (
        _valid(text, country) is None
    )


def _kinds_of_reading(text: str, country: str, written: dict[str, None]) -> set[NumberKind]:
    kinds: set[NumberKind] = set()
    for candidate, is_whole in _candidates(text, country):
        parsed = _read(candidate, country) if is_whole else _found(candidate, country)
        if parsed is not None:
            kinds |= _kinds_of(parsed, country)
        elif is_whole and country and _begins_abroad(candidate, country):
            kinds.add(NumberKind.ABROAD)  # of a country that the library does not know
        if is_whole or parsed is not None or (text[0] in "09" and candidate == text[1:]):
            written |= dict.fromkeys(_ways_of_writing(candidate, parsed, country))
    return kinds


def _candidates(text: str, country: str) -> Iterator[tuple[str, bool]]:
    """The text itself, and what may be the number behind digits that are none of it.

    A number that is well formed as it stands is taken as it stands.
    """
    yield text, True
    if text.startswith("+"):
        return
    if not country:
        for code in ("00", "011"):
            if text.startswith(code) and len(text) > len(code) + 3:
                yield f"+{text[len(code) :]}", True
        return
    is_access = _begins_with_access(text, country)
    if is_access and _valid(text, country) is not None:
        return
    wants_access = is_access or _is_possible(text, country)
    for skipped in range(1, MAX_SKIPPED + 1):
        rest = text[skipped:]
        if len(rest) > 3 and (not wants_access or _begins_with_access(rest, country)):
            yield rest, False


def _begins_with_access(text: str, country: str) -> bool:
    """Whether it begins with the zero (or the like) of the country, or with the code to dial abroad."""
    trunk = _metadata(country).national_prefix
    return bool(trunk and text.startswith(trunk)) or _begins_abroad(text, country)


def _begins_abroad(text: str, country: str) -> bool:
    if text.startswith("+"):
        return True
    pattern = _metadata(country).international_prefix
    return bool(pattern and re.match(pattern, text))


def _metadata(country: str) -> phonenumbers.PhoneMetadata:
    found = phonenumbers.PhoneMetadata.metadata_for_region(country)
    assert found is not None  # the setting takes no other country
    return found


def _parsed(text: str, country: str) -> PhoneNumber | None:
    """The number that the text begins with, also where more digits follow than it has."""
    if not country and not text.startswith("+"):
        return None
    while len(text) > 2:
        try:
            return phonenumbers.parse(text, country or None)
        except phonenumbers.NumberParseException as error:
            if error.error_type != phonenumbers.NumberParseException.TOO_LONG:
                return None
        text = text[:-1]
    return None


def _read(text: str, country: str) -> PhoneNumber | None:
    """The number that is rung when the text is dialled as it stands."""
    parsed = _parsed(text, country)
    if parsed is None or not country or _begins_with_access(text, country):
        return parsed
    if _metadata(country).national_prefix in {None, "", _MAY_BE_LEFT_OUT}:
        too_short = phonenumbers.ValidationResult.TOO_SHORT
        return parsed if _length(parsed) != too_short and len(text) >= _SHORTEST_WHOLE else None
    return parsed if _length(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _found(text: str, country: str) -> PhoneNumber | None:
    """The number that stands behind digits that are none of it; more digits may follow it."""
    parsed = _parsed(text, country)
    if parsed is None or phonenumbers.is_valid_number(parsed):
        return parsed
    if not _begins_with_access(text, country) and _metadata(country).national_prefix:
        return None
    return parsed if phonenumbers.truncate_too_long_number(parsed) else None


def _length(parsed: PhoneNumber) -> int:
    return int(phonenumbers.is_possible_number_with_reason(parsed))


def _valid(text: str, country: str) -> PhoneNumber | None:
    parsed = _parsed(text, country)
    return parsed if parsed is not None and phonenumbers.is_valid_number(parsed) else None


def _is_possible(text: str, country: str) -> bool:
    parsed = _parsed(text, country)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _kinds_of(parsed: PhoneNumber, country: str) -> set[NumberKind]:
    # What is dialled beyond a number's end is ignored by exchanges.
    phonenumbers.truncate_too_long_number(parsed)
    kinds: set[NumberKind] = set()
    kind = _KIND_OF_TYPE.get(phonenumbers.number_type(parsed))
    if kind is not None:
        kinds.add(kind)
    if parsed.country_code in _GLOBAL_NETWORKS:
        kinds.add(NumberKind.SATELLITE)
    if _is_abroad(parsed, country):
        kinds.add(NumberKind.ABROAD)
    return kinds


def _is_abroad(parsed: PhoneNumber, country: str) -> bool:
    code = parsed.country_code
    if code is None or code == _FREE_EVERYWHERE:
        return False
    if not country:
        nowhere = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
        return bool(phonenumbers.region_code_for_country_code(code) == nowhere)
    if code != phonenumbers.country_code_for_region(country):
        return True
    if code not in _SHARED_CODES:
        return False
    region = phonenumbers.region_code_for_number(parsed)
    return region not in {None, country} and not {region, country} <= _UNITED_STATES


def _ways_of_writing(text: str, parsed: PhoneNumber | None, country: str) -> Iterator[str]:
    yield text
    if parsed is None:
        return
    e164 = f"+{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"
    yield from (e164, f"00{e164[1:]}")
    if country and parsed.country_code == phonenumbers.country_code_for_region(country):
        forms = forms_of(e164, country)
        trunk = _metadata(country).national_prefix or ""
        yield forms.national if forms else f"{trunk}{e164[len(str(parsed.country_code)) + 1 :]}"
