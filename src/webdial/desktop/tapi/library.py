"""tapi32.dll with the types of its functions, so that nobody hands over the wrong ones."""

import ctypes
import sys
from collections.abc import Callable
from ctypes import POINTER, c_void_p, c_wchar_p
from functools import cache
from typing import Any, Final

from webdial.desktop.tapi.failures import TapiError, line_failure
from webdial.desktop.tapi.structures import (
    DWORD,
    DWORD_PTR,
    LINEEXTENSIONID,
    LINEINITIALIZEEXPARAMS,
    LINEMESSAGE,
    LONG,
)

FUNCTIONS: Final[dict[str, list[Any]]] = {
    "tapiRequestMakeCallW": [c_wchar_p] * 4,
    "lineInitializeExW": [
        POINTER(DWORD), c_void_p, c_void_p, c_wchar_p, POINTER(DWORD), POINTER(DWORD),
        POINTER(LINEINITIALIZEEXPARAMS),
    ],
    "lineNegotiateAPIVersion": [
        DWORD, DWORD, DWORD, DWORD, POINTER(DWORD), POINTER(LINEEXTENSIONID),
    ],
    "lineGetDevCapsW": [DWORD, DWORD, DWORD, DWORD, c_void_p],
    "lineOpenW": [
        DWORD, DWORD, POINTER(DWORD), DWORD, DWORD, DWORD_PTR, DWORD, DWORD, c_void_p,
    ],
    "lineMakeCallW": [DWORD, POINTER(DWORD), c_wchar_p, DWORD, c_void_p],
    "lineGetMessage": [DWORD, POINTER(LINEMESSAGE), DWORD],
    "lineDrop": [DWORD, c_void_p, DWORD],
    "lineDeallocateCall": [DWORD],
    "lineClose": [DWORD],
    "lineShutdown": [DWORD],
}  # fmt: skip
"""What each is given; each answers a LONG, below zero for a failure."""


def call(name: str, *arguments: Any) -> int:
    """What the function answers, zero or more. Raises TapiError."""
    answer: int = function(name)(*arguments)
    if answer < 0:
        raise line_failure(answer)
    return answer


@cache
def function(name: str) -> Callable[..., int]:
    """Raises TapiError when this Windows does not have it."""
    try:
        found = getattr(_library(), name)
    except AttributeError:
        raise TapiError(f"This Windows has no {name}.") from None
    found.argtypes, found.restype = FUNCTIONS[name], LONG
    return found  # type: ignore[no-any-return]


@cache
def _library() -> Any:
    if sys.platform != "win32":
        raise TapiError("TAPI is there on Windows alone.")
    try:
        return ctypes.WinDLL("tapi32.dll")
    except OSError as error:
        raise TapiError("This Windows has no TAPI.") from error
