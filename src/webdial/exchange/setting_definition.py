"""What a general setting is to the program; which there are stands in general_settings."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingDefinition:
    """A general setting that the program itself reads.

    `check` raises WebdialError for a value that cannot be kept. `is_long` values are written in
    a wide field. One that `is_for_all` branches can have no other value for one of them. `choices` are
    values with what a person calls them, where there are no others; `suggestions` some of the values.
    """

    name: str
    default: str
    help: str
    check: Callable[[str], object]
    example: str = ""
    unit: str = ""
    is_long: bool = False
    is_for_all: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    suggestions: Callable[[], tuple[str, ...]] = tuple
