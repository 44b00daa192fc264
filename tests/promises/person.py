"""What is told of each of the people."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "plum tractor seven"
"""Of the auditor and the function author; the others' are those of the demo."""


@dataclass(frozen=True, slots=True)
class Person:
    user_id: int
    session: str
    token: str
