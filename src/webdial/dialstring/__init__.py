"""The dial-string language: from the text of a setting to one request or one link.

`parse_dial_string` reads a text once and reports every fault of it at once; `DialString.plan`
puts an extension and a number into it. Both are pure: what the plan asks for is done elsewhere
(webdial.exchange), and which dial string holds for whom is decided elsewhere too.

The grammar stands in docs/reference/dial-strings.md and, rule by rule, in `parser`.
"""

from webdial.dialstring.model import FAULTS_OF_VALUES, DialString, DialStringError, Method
from webdial.dialstring.parser import MAX_LENGTH, parse_dial_string
from webdial.dialstring.plan import MASK, DigestLogin, HttpRequest, Link, Plan
from webdial.dialstring.values import CALL_NAMES, EXTENSION, NUMBER, Declared, Values

__all__ = [
    "CALL_NAMES",
    "EXTENSION",
    "FAULTS_OF_VALUES",
    "MASK",
    "MAX_LENGTH",
    "NUMBER",
    "Declared",
    "DialString",
    "DialStringError",
    "DigestLogin",
    "HttpRequest",
    "Link",
    "Method",
    "Plan",
    "Values",
    "parse_dial_string",
]
