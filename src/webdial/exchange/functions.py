"""The database function as the exchange sees it: asked for a dial string, it gives one or none."""

from typing import Protocol

from webdial.exchange.configuration import Caller, Configuration


class DialFunction(Protocol):
    """Makes the dial string of a call when the setting's value is FUNCTION."""

    async def dial_string(
        self, number: str, caller: Caller, configuration: Configuration
    ) -> str | None:
        """What the function returns for a cleaned number; None for its NULL.

        Raises WebdialError when the function cannot be used or its call failed.
        """
        ...


class NoFunction:
    """The function as it is delivered: it returns null."""

    async def dial_string(
        self,
        number: str,
        caller: Caller,
        configuration: Configuration,
    ) -> str | None:
        return None
