"""Phone systems as data: what to fill in, what to send, and what the answers mean.

A phone system is a file (TOML) whose requests are dial strings. The catalogue holds those that are
known; whoever has another one writes its file. Sending is done elsewhere (webdial.exchange).
"""

from webdial.numbers.forms import NumberForm
from webdial.phonesystems.answers import Answer
from webdial.phonesystems.catalogue import (
    catalogue,
    catalogue_ids,
    catalogue_source,
    catalogue_system,
)
from webdial.phonesystems.file import PhoneSystemError, read_phone_system
from webdial.phonesystems.model import (
    Dial,
    Field,
    FieldKind,
    Kind,
    LogIn,
    Owner,
    PhoneSystem,
    RingsFirst,
    SentFrom,
    SignIn,
    Step,
)
from webdial.phonesystems.rules import Reading, Rule, RuleError, read_reading, read_rule

__all__ = [
    "Answer", "Dial", "Field", "FieldKind", "Kind", "LogIn", "NumberForm", "Owner", "PhoneSystem",
    "PhoneSystemError", "Reading", "RingsFirst", "Rule", "RuleError", "SentFrom", "SignIn", "Step",
    "catalogue", "catalogue_ids", "catalogue_source", "catalogue_system", "read_phone_system",
    "read_reading", "read_rule",
]  # fmt: skip
