"""`value_class`: a dataclass that is not changed once it is made, held to that by the type checker alone.

With `frozen=True` of the standard library each field is set by a call of object.__setattr__. A call makes some twenty
such values, and that was a twentieth of all the time that it takes of the processor. The type checker sees the
standard decorator and refuses to have a field set; when the program runs, fields are set as in any class. Equality and
hash are those of a frozen dataclass. This is for what every call makes; elsewhere `frozen=True` serves.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

__all__ = ["value_class"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value_class
else:

    def value_class(*, frozen, slots=False):
        """As `dataclass` is called."""
        assert frozen
        return dataclass(slots=slots, unsafe_hash=True)
