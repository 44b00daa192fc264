"""Every built-in function, entered in the registry."""

from webdial.watcom import (
    builtins_bytes,
    builtins_characters,
    builtins_dates,
    builtins_encoding,
    builtins_mathematics,
    builtins_numbers,
    builtins_text,
    builtins_values,
)
from webdial.watcom.builtins import BUILTINS

MODULES = (
    builtins_bytes,
    builtins_characters,
    builtins_dates,
    builtins_encoding,
    builtins_mathematics,
    builtins_numbers,
    builtins_text,
    builtins_values,
)
"""The modules whose functions there are; importing one enters its functions."""

__all__ = ["BUILTINS", "MODULES"]
