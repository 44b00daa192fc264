"""A number in the forms that phone systems want: E.164, digits alone, 00, national.

Which number of which country it is, the phonenumbers library knows (ITU-T E.164, libphonenumber). A text
that it does not take for a possible number of the country has no other form, and is dialled as it is. So
is a number without its area code: which area is meant would be a guess.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import shortnumberinfo

from webdial.errors import Fault, InvalidValueError, SourceError
from webdial.language import translate
from webdial.numbers.cleaning import CleanNumber

_PLAIN = re.compile(r"\+?[0-9]+")
_LENGTHS = re.compile(r"([1-9]\d?)(?:\s*-\s*([1-9]\d?))?", re.ASCII)
_PAUSES = re.compile(",+")
_PREFIX = re.compile(r"([0-9]{1,4})([.…]*)", re.ASCII)

MAX_INTERNAL: Final = 12
"""Digits of the longest internal number."""

MAX_PREFIX_DIGITS: Final = 2
"""Digits before a pause that are taken for the prefix of an outside line."""


class NumberForm(Enum):
    """How a number is written. The words are those of phone systems' files."""

    AS_DIALLED = "as dialled"
    E164 = "e164"
    DIGITS = "digits"
    INTERNATIONAL = "international"
    NATIONAL = "national"


FORM_WORDS: Final = {
    "": NumberForm.AS_DIALLED,
    "as typed": NumberForm.AS_DIALLED,
    "e164": NumberForm.E164,
    "digits": NumberForm.DIGITS,
    "00": NumberForm.INTERNATIONAL,
    "national": NumberForm.NATIONAL,
}
"""The values of the setting Number Format."""


@dataclass(frozen=True, slots=True)
class NumberForms:
    """One number in every form. `national` keeps the zero that is dialled inside the country.

    `at_home` is how the country in question dials it: national, but a number abroad with the code to
    dial abroad, since its national form is somebody else's number here.
    """

    e164: str
    digits: str
    international: str
    national: str
    at_home: str

    def written(self, form: NumberForm) -> str:
        """The number in one of the forms, ready to be dialled; not for AS_DIALLED."""
        return self.at_home if form is NumberForm.NATIONAL else str(getattr(self, form.value))


@dataclass(frozen=True, slots=True)
class DialledNumber:
    """A number taken apart: `main` is dialled, `after_answer` when somebody answers.

    `pauses` are the commas that were typed between the two. `country` is that of the branch.
    """

    main: str
    after_answer: str
    is_internal: bool
    country: str = ""
    pauses: str = ""

    @property
    def forms(self) -> NumberForms | None:
        """None for an internal number, and for what is no whole number of the country."""
        return None if self.is_internal else forms_of(self.main, self.country)


def dialled_number(number: CleanNumber, *, country: str, internal: str) -> DialledNumber:
    """What is known of a cleaned number in `country` (ISO 3166, empty: unknown)."""
    main, pauses, after = _taken_apart(number.dialled, internal)
    is_internal = is_internal_number(main, internal)
    return DialledNumber(main, after or number.extension or "", is_internal, country, pauses)


def _taken_apart(dialled: str, internal: str) -> tuple[str, str, str]:
    """The number, the pauses and what is dialled after them.

    A pause behind one or two digits, as in `9,02079460123`, waits for an outside line: what follows it is
    the number itself.
    """
    for match in _PAUSES.finditer(dialled):
        main = dialled[: match.start()]
        if len(re.sub(r"\D", "", main)) > MAX_PREFIX_DIGITS or is_internal_number(main, internal):
            return main, match[0], dialled[match.end() :]
    return dialled, "", ""


@lru_cache(maxsize=4096)
def forms_of(number: str, country: str) -> NumberForms | None:
    """The forms of a number as it is dialled in `country`; None when it is none, or a short code.

    Without a country only a number that begins with + has other forms.
    """
    if not _PLAIN.fullmatch(number) or (not country and not number.startswith("+")):
        return None
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not _is_whole(parsed, country):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return NumberForms(
        e164=e164,
        digits=e164[1:],
        international=f"00{e164[1:]}",
        national=phonenumbers.normalize_digits_only(national),
        at_home=_dialled_in(parsed, country, phonenumbers.normalize_digits_only(national)),
    )


def _is_whole(parsed: phonenumbers.PhoneNumber, country: str) -> bool:
    """Whether it is a possible number with its area code, and no short code such as 999."""
    if (
        phonenumbers.is_possible_number_with_reason(parsed)
        != phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        return False
    is_short = country and shortnumberinfo.is_possible_short_number_for_region(parsed, country)
    return not is_short or phonenumbers.is_valid_number(parsed)


def _dialled_in(parsed: phonenumbers.PhoneNumber, country: str, national: str) -> str:
    if country and parsed.country_code == phonenumbers.country_code_for_region(country):
        return national
    # The library writes + where a country has no one code to dial abroad, or none is known.
    abroad = phonenumbers.format_out_of_country_calling_number(parsed, country)
    digits = phonenumbers.normalize_digits_only(abroad)
    return f"00{digits}" if abroad.startswith("+") else digits


def is_internal_number(number: str, internal: str) -> bool:
    """Whether the setting Internal Numbers names it: by its length or by how it begins."""
    return number.isdigit() and any(
        len(number) in lengths and number.startswith(prefix)
        for lengths, prefix in _internal(internal)
    )


def check_internal(value: str) -> None:
    """Raises SourceError for a value of Internal Numbers that is none."""
    _internal(value)


@lru_cache(maxsize=1024)
def _internal(value: str) -> tuple[tuple[range, str], ...]:
    """`3-4, 8...` as lengths and beginnings: 3 to 4 digits, or 8 and three more."""
    found: list[tuple[range, str]] = []
    position = 0
    for part in value.split(","):
        word = part.strip()
        start = position + len(part) - len(part.lstrip())
        position += len(part) + 1
        if not word:
            continue
        lengths, prefix = _LENGTHS.fullmatch(word), _PREFIX.fullmatch(word)
        if prefix is not None and prefix[2]:
            length = len(prefix[1]) + len(prefix[2])
            found.append((range(length, length + 1), prefix[1]))
        elif lengths is not None and int(lengths[2] or lengths[1]) <= MAX_INTERNAL:
            found.append((range(int(lengths[1]), int(lengths[2] or lengths[1]) + 1), ""))
        else:
            message = translate(
                "Internal numbers are told by lengths such as 3-4, or as 8... for 8 and three digits."
            )
            fault = Fault("internal_numbers", message, start, start + len(word))
            raise SourceError(value, [fault])
    return tuple(found)


def form_of(value: str) -> NumberForm:
    """What a value of Number Format means. Raises InvalidValueError."""
    form = FORM_WORDS.get(value.strip().casefold().replace("e.164", "e164"))
    if form is None:
        words = ", ".join(word for word in FORM_WORDS if word)
        raise InvalidValueError(
            translate("A number format is one of: {words}.", words=words), field="value"
        )
    return form


def countries() -> tuple[str, ...]:
    """The codes of all countries that have telephone numbers."""
    return tuple(sorted(phonenumbers.SUPPORTED_REGIONS))


def check_country(value: str) -> None:
    """Raises InvalidValueError for what is no country that has telephone numbers."""
    if value.strip() and value.strip().upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidValueError(
            translate("This is no country's code of two letters, such as GB, DE or US."),
            field="value",
        )
