"""Where the database function is in use: the branches whose setting's value is FUNCTION."""

from dataclasses import dataclass
from typing import Final

from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, is_function, key_of
from webdial.language import translate

MOST_NAMED: Final = 5
"""Branches named in a sentence; the rest are counted."""


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """`branches` by name: those that use it, or, when it is used `for_all`, those that do not."""

    for_all: bool
    branches: tuple[str, ...]

    @property
    def is_used(self) -> bool:
        return self.for_all or bool(self.branches)

    @property
    def sentence(self) -> str:
        if not self.is_used:
            return translate("No branch’s setting is FUNCTION.")
        if not self.for_all:
            return translate("The setting is FUNCTION for {listed}.", listed=_listed(self.branches))
        if not self.branches:
            return translate("The setting is FUNCTION for all branches.")
        return translate(
            "The setting is FUNCTION for all branches but {listed}.", listed=_listed(self.branches)
        )


def function_use(configuration: Configuration) -> FunctionUse:
    """Where it is in use by what is set now."""
    for_all = is_function(configuration.effective(MECHANISM, None).value)
    key = key_of(MECHANISM.name)
    others = [
        configuration.branches.get(branch_id, "")
        for (name, branch_id), value in configuration.values.items()
        if name == key and branch_id is not None and is_function(value) is not for_all
    ]
    return FunctionUse(for_all, tuple(sorted(others, key=str.casefold)))


def _listed(names: tuple[str, ...]) -> str:
    """`London, Leeds and York`, or the first few and how many more."""
    shown = list(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown.append(f"{len(names) - MOST_NAMED} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
