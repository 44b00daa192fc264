"""How calls are placed, read from the setting's value: a dial string, a function, or standard dialling."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.dialstring import DialString, DialStringError, parse_dial_string
from webdial.errors import CallNotPlacedError, SourceError
from webdial.exchange.general_settings import is_function

STANDARD_DIALLING: Final = "tel:#"
"""Used when nothing is set: the program that the user's machine has for telephone links."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A value that has been read: a dial string, or a `fault` of one, or neither for FUNCTION."""

    string: DialString | None
    fault: SourceError | None = None

    @property
    def is_function(self) -> bool:
        return self.string is None and self.fault is None

    @property
    def is_link(self) -> bool:
        return self.string is not None and self.string.is_link

    def dial_string(self) -> DialString:
        """The dial string, for a mechanism that is no function.

        Raises CallNotPlacedError when it has a fault.
        """
        if self.fault is not None:
            raise CallNotPlacedError(
                "The dial string that is set for you has a fault, so nothing was dialled.",
                hint="An administrator can mend it in Maintenance | General Settings.",
                code="dial_string_faulty",
            ) from self.fault
        assert self.string is not None
        return self.string


@lru_cache(maxsize=20_000)
def read_mechanism(value: str) -> Mechanism:
    """Read a setting's value; each text is parsed once. Room for twice 10,000 branches' own."""
    if is_function(value):
        return Mechanism(string=None)
    try:
        return Mechanism(parse_dial_string(value if value.strip() else STANDARD_DIALLING))
    except DialStringError as fault:
        return Mechanism(string=None, fault=fault)


def function_result(text: str | None) -> DialString:
    """The dial string that a database function returned; `^` and `#` in it are plain characters.

    Raises CallNotPlacedError when it returned none, or something that is no dial string.
    """
    if text is None or not text.strip():
        raise CallNotPlacedError(
            "The database function gave no dial string for this number.",
            hint="The function Generate Web Dial URL returns null until it is written.",
            code="function_gave_nothing",
        )
    try:
        return parse_dial_string(text, with_values=False)
    except DialStringError as fault:
        raise CallNotPlacedError(
            f"What the database function returned is no dial string: {fault}",
            hint="The function's author can mend it in Maintenance | Database Functions.",
            code="function_result_faulty",
        ) from fault
