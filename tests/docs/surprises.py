"""One file for each thing that `webdial system check` warns of."""

from typing import Final

_HEAD = 'title = "Example"\nvendor = "Example Ltd"\n'
_KEY = '\n[secrets.key]\nlabel = "Key"\n'
_LOG_IN = "\n[log_in]\nlasts_s = 600\n\n[[log_in.steps]]\nrequest = 'http://pbx.example/in'\n"
_TAKE = 'take = { token = "json token" }\n'
_EXPIRED = _LOG_IN.replace("lasts_s = 600", 'lasts_s = 600\nexpired = "status = 401"')
_SUCCESS = 'success = "json ok = true"\n'


def _dial(request: str, more: str = _SUCCESS) -> str:
    return f"\n[dial]\nrequest = '{request}'\n{more}"


EXAMPLES: Final = {
    "no_success_rule": _HEAD + _dial("http://pbx.example/dial?to=#", ""),
    "no_number": _HEAD + _dial("http://pbx.example/dial?from=^"),
    "no_expired_rule": _HEAD
    + _LOG_IN
    + _TAKE
    + _dial("{BEARER {token}}http://pbx.example/dial?to=#"),
    "link_with_rules": _HEAD + _dial("tel:#"),
    "link_with_log_in": _HEAD + _EXPIRED + _dial("tel:#", ""),
    "unused_field": _HEAD + '\n[fields.host]\nlabel = "Host"\n' + _dial("http://pbx.example/?to=#"),
    "unused_secret": _HEAD + _KEY + _dial("http://pbx.example/dial?to=#"),
    "unused_take": _HEAD + _EXPIRED + _TAKE + _dial("http://pbx.example/dial?to=#"),
    "secret_in_url": _HEAD + _KEY + _dial("http://pbx.example/dial?to=#&key={key}"),
}
"""By the code of the warning; none has another one."""
