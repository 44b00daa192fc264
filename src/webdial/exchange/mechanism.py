"""How calls are placed, read from the setting's value: a dial string, a function, or standard dialling."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.dialstring import DialString, DialStringError, Plan, Values, parse_dial_string
from webdial.errors import CallNotPlacedError, SourceError
from webdial.exchange.general_settings import is_function

STANDARD_DIALLING: Final = "tel:#"
"""Used when nothing is set: the program that the user's machine has for telephone links."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A value that has been read. With a `fault` it cannot place calls."""

    string: DialString | None
    fault: SourceError | None = None

    @property
    def is_link(self) -> bool:
        return self.string is not None and self.string.is_link

    def plan(self, values: Values) -> Plan:
        """Raises CallNotPlacedError when there is no dial string, DialStringError as that does."""
        if self.string is None:
            raise CallNotPlacedError(
                "The database function gave no dial string for this number.",
                hint="The function Generate Web Dial URL returns null until it is written.",
                code="function_gave_nothing",
            )
        return self.string.plan(values)


@lru_cache(maxsize=20_000)
def read_mechanism(value: str) -> Mechanism:
    """Read a setting's value; each text is parsed once. Room for twice 10,000 branches' own."""
    if is_function(value):
        return Mechanism(string=None)
    try:
        return Mechanism(parse_dial_string(value if value.strip() else STANDARD_DIALLING))
    except DialStringError as fault:
        return Mechanism(string=None, fault=fault)
