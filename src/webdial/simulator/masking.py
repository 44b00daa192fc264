"""Hides what may be a secret before a received request is kept.

The page shows a request as it came, so that an administrator learns what was sent; a password or
token in it is nobody's to read, on a projector least of all.
"""

import re

MASK = "•••"

_TELLING_NAME = re.compile(r"pass|pwd|secret|token|key|auth|sign", re.IGNORECASE)

# Neither can be made slow: no two repeats beside each other match the same characters.
_PARAMETER = re.compile(r"(?P<lead>(?:^|[?&])(?P<name>[^=&?\s]*)=)(?P<value>[^&\s]+)")
_JSON_MEMBER = re.compile(
    r"""(?P<lead>"(?P<name>[^"]*)"\s*:\s*)(?P<value>"(?:[^"\\]|\\.)*"?|[^\s",{}\[\]]+)"""
)

_HARMLESS_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)
"""Headers whose value is shown. Of any other only the name is: it may well be the credential."""


def mask_parameters(text: str) -> str:
    """`text`, a URL's target or a form or JSON body, with the values of secret-sounding names hidden."""
    return _JSON_MEMBER.sub(_mask_value, _PARAMETER.sub(_mask_value, text))


def _mask_value(found: re.Match[str]) -> str:
    if not _TELLING_NAME.search(found["name"]):
        return found[0]
    quote = '"' if found["value"].startswith('"') else ""
    return f"{found['lead']}{quote}{MASK}{quote}"


def mask_header(name: str, value: str) -> str:
    """A header's value for showing; of Authorization the scheme stays."""
    if name.lower() in _HARMLESS_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    if name.lower() == "authorization" and space:
        return f"{scheme} {MASK}"
    return MASK
