"""Telephone numbers: from what was clicked to what is dialled. Pure.

`clean_number` is the one way in: what it returns is all that ever goes into a dial string, a
database function or a link. `follow` then takes it the way that a branch wants it to go: its form, the
branch's rules, the prefix of an outside line; and tells each step.
"""

from webdial.numbers.cleaning import (
    MAX_DIALLED,
    MAX_TYPED,
    CleanNumber,
    NumberError,
    clean_number,
    number_in,
    without_marks,
)
from webdial.numbers.path import (
    PLAIN,
    WHYS,
    BranchRules,
    Destination,
    NumberPath,
    NumberStep,
    StepKind,
    branch_rules,
    follow,
)
from webdial.numbers.rules import NumberRuleError, read_rules

__all__ = [
    "MAX_DIALLED", "MAX_TYPED", "PLAIN", "WHYS", "BranchRules", "CleanNumber", "Destination", "NumberError",
    "NumberPath", "NumberRuleError", "NumberStep", "StepKind", "branch_rules", "clean_number", "follow",
    "number_in", "read_rules", "without_marks",
]  # fmt: skip
