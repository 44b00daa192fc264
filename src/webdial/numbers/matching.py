"""Finding a number again that somebody else has written in another way.

`significant_digits` is a key to look numbers up by: it may be the same for numbers of two countries, so
that what is found is compared by `are_same` before it is believed.
"""

from functools import lru_cache

import phonenumbers

from webdial.numbers.cleaning import NumberError, clean_number
from webdial.numbers.forms import dialled_number, forms_of


def significant_digits(typed: str) -> str:
    """The digits without country code and trunk zero: `2079460123` for `+44 20 7946 0123`.

    Empty for what cannot be dialled.
    """
    main = _main_of(typed)
    plus = f"+{main[2:]}" if main.startswith("00") else main
    if plus.startswith("+"):
        code, rest = split_country_code(plus[1:])
        return (rest if code else plus[1:]).lstrip("0")
    return main.lstrip("0") or main


def are_same(one: str, other: str, *, country: str = "") -> bool:
    """Whether both are the same number for somebody who dials in `country`."""
    first, second = _main_of(one), _main_of(other)
    return bool(first) and (first == second or _e164(first, country) == _e164(second, country))


@lru_cache(maxsize=1024)
def split_country_code(digits: str) -> tuple[str, str]:
    """Digits that begin with a country code, parted behind it; the code is empty where none is."""
    for length in (1, 2, 3):
        if digits[:length] and int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length], digits[length:]
    return "", digits


def _main_of(typed: str) -> str:
    """What is dialled first, without digits for after the answer; empty when nothing can be."""
    try:
        return dialled_number(clean_number(typed), country="", internal="").main
    except NumberError:
        return ""


def _e164(main: str, country: str) -> str:
    forms = forms_of(f"+{main[2:]}" if main.startswith("00") else main, country)
    return forms.e164 if forms else main
