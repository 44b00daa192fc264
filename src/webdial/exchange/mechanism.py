"""How calls are placed, read from the setting's value: a dial string, a function, or standard dialling."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from webdial.dialstring import DialString, DialStringError, parse_dial_string
from webdial.errors import CallNotPlacedError, SourceError
from webdial.exchange.function_results import without_secrets
from webdial.exchange.general_settings import is_function, key_of, may_name_a_system
from webdial.exchange.systems import SystemSetup
from webdial.language import translatable, translate

STANDARD_DIALLING: Final = "tel:#"
"""Used when nothing is set: the program that the user's machine has for telephone links."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A value that has been read: a dial string, or a `fault` of one, or neither for FUNCTION.

    `may_name_a_system` says that by its looks it is the name of a phone system.
    """

    string: DialString | None
    fault: SourceError | None = None
    may_name_a_system: bool = False

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
                translate(
                    "The dial string that is set for you has a fault, so nothing was dialled."
                ),
                hint=translate("An administrator can mend it in Maintenance | General Settings."),
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
        return Mechanism(None, fault, may_name_a_system(value))


def mechanism_of(
    value: str, setups: Mapping[str, SystemSetup]
) -> tuple[DialString | None, SystemSetup | None]:
    """The dial string or the set-up phone system that a setting's value names; not for FUNCTION.

    Raises CallNotPlacedError when it is at fault.
    """
    if setups and (setup := setups.get(key_of(value))) is not None:
        return None, _usable(setup)
    mechanism = read_mechanism(value)
    if mechanism.may_name_a_system:
        raise CallNotPlacedError(
            translate(
                "There is no phone system “{strip}”, so nothing was dialled.", strip=value.strip()
            ),
            hint=translate("An administrator can mend it in Maintenance | General Settings."),
            code="phone_system_unknown",
        )
    return mechanism.dial_string(), None


def _usable(setup: SystemSetup) -> SystemSetup:
    if not setup.is_active or setup.system is None:
        told = (
            translatable("The phone system “{name}” is switched off.")
            if setup.system is not None
            else translatable("The phone system “{name}” has a fault: {fault}.")
        )
        raise CallNotPlacedError(
            translate(told, name=setup.name, fault=setup.fault),
            hint=translate("An administrator can mend it in Maintenance | Phone Systems."),
            code="phone_system_unusable",
        )
    return setup


def function_result(
    text: str | None, setups: Mapping[str, SystemSetup]
) -> tuple[DialString | None, SystemSetup | None]:
    """What a database function returned: a dial string, or the name of a set-up phone system.

    `^` and `#` in it are plain characters. Raises CallNotPlacedError when it returned nothing, or
    something that is neither; its cause then shows the faults at their places, secrets masked.
    """
    if text is None or not text.strip():
        raise CallNotPlacedError(
            translate("The database function gave no dial string for this number."),
            hint=translate("The function Generate Web Dial URL returns null until it is written."),
            code="function_gave_nothing",
        )
    if setups and (setup := setups.get(key_of(text))) is not None:
        return None, _usable(setup)
    try:
        return parse_dial_string(text, with_values=False), None
    except DialStringError as error:
        fault = without_secrets(error)
    raise CallNotPlacedError(
        translate("What the database function returned is no dial string: {fault}", fault=fault),
        hint=translate("The function's author can mend it in Maintenance | Database Functions."),
        code="function_result_faulty",
    ) from fault
