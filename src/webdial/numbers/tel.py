"""The `tel:` URI of a number, for links that programs, screen readers and copying understand.

RFC 3966: a number whose country is known is written with + and the country code; any other one is local,
and says within which context it can be dialled (section 5.1.5).
"""

import re
from typing import Final
from urllib.parse import quote

import phonenumbers

from webdial.numbers.cleaning import NumberError, clean_number
from webdial.numbers.forms import dialled_number

_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?", re.ASCII
)


def tel_uri(typed: str, *, country: str = "", internal: str = "", context: str = "") -> str:
    """The link for a number as people write it; empty when it cannot be dialled.

    `country` and `internal` are the branch's settings. `context` is a host name: within it numbers
    are dialled that mean something here alone, such as extensions. Digits for after the answer are
    left out, as RFC 3966 has no place for them; an extension behind the number goes along.
    """
    try:
        number = clean_number(typed)
    except NumberError:
        return ""
    known = dialled_number(number, country=country, internal=internal)
    forms = known.forms
    if forms is not None:
        return f"tel:{forms.e164}" + (f";ext={number.extension}" if number.extension else "")
    code = phonenumbers.country_code_for_region(country) if country else 0
    if code and not known.is_internal:
        return f"tel:{quote(known.main, safe='+*')};phone-context=+{code}"
    return f"tel:{quote(known.main, safe='+*')};phone-context={_domain(context)}"


def _domain(host: str) -> str:
    """The host where RFC 3966 takes it: a name, and no address of a machine."""
    name = host.lower()
    return name if _DOMAIN.fullmatch(name) else "localhost"
