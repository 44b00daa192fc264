"""The telephone lines of the machine, as the drivers of phone systems (TAPI service providers) set them up."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import byref, sizeof
from dataclasses import dataclass
from typing import Final

from webdial.desktop.tapi.failures import TapiError
from webdial.desktop.tapi.library import call
from webdial.desktop.tapi.structures import (
    API_HIGH,
    API_LOW,
    DWORD,
    INTERACTIVE_VOICE,
    LINEDEVCAPS,
    LINEEXTENSIONID,
    LINEINITIALIZEEXPARAMS,
    UNICODE_STRINGS,
    USE_EVENT,
)

_PROGRAM: Final = "Webdial"

_ROOM: Final = 4096
"""For a line's name and what its driver adds; more is asked for when it does not suffice."""

_MOST_ROOM: Final = 1 << 20


@dataclass(frozen=True)
class Line:
    """`id` is the line's own for good; `device` is its place among the lines, as long as TAPI runs."""

    id: str
    name: str
    is_for_voice: bool
    device: int
    version: int


@dataclass(frozen=True)
class Application:
    """This program's use of TAPI: its handle, and how many devices there are."""

    handle: int
    devices: int


def voice_lines() -> list[Line]:
    """The lines that a person talks on. Raises TapiError."""
    return [line for line in all_lines() if line.is_for_voice]


def all_lines() -> list[Line]:
    """Every line; one whose driver does not answer is left out. Raises TapiError."""
    with application() as used:
        return list(lines_of(used))


@contextmanager
def application() -> Iterator[Application]:
    """Begin to use TAPI, and end it. Raises TapiError."""
    used = begin()
    try:
        yield used
    finally:
        with suppress(TapiError):
            call("lineShutdown", used.handle)


def begin() -> Application:
    """Begin to use TAPI; `lineShutdown` ends it. Raises TapiError."""
    # A library that is none answers 0 and writes nothing: then there are no devices.
    handle, devices, version = DWORD(0), DWORD(0), DWORD(API_HIGH)
    how = LINEINITIALIZEEXPARAMS(dwTotalSize=sizeof(LINEINITIALIZEEXPARAMS), dwOptions=USE_EVENT)
    call(
        "lineInitializeExW",
        byref(handle),
        None,
        None,
        _PROGRAM,
        byref(devices),
        byref(version),
        byref(how),
    )
    return Application(handle.value, devices.value)


def lines_of(used: Application) -> Iterator[Line]:
    for device in range(used.devices):
        with suppress(TapiError):
            yield _line(used.handle, device)


def _line(application_handle: int, device: int) -> Line:
    version = DWORD(0)
    call(
        "lineNegotiateAPIVersion",
        application_handle,
        device,
        API_LOW,
        API_HIGH,
        byref(version),
        byref(LINEEXTENSIONID()),
    )
    described = _described(application_handle, device, version.value)
    told = LINEDEVCAPS.from_buffer(described)
    name = _text(described, told.dwLineNameOffset, told.dwLineNameSize, told.dwStringFormat)
    return Line(
        f"{told.dwPermanentLineID:08x}",
        name or f"Line {device + 1}",
        bool(told.dwMediaModes & INTERACTIVE_VOICE),
        device,
        version.value,
    )


def _described(application_handle: int, device: int, version: int) -> ctypes.Array[ctypes.c_char]:
    """LINEDEVCAPS and what follows it."""
    room = _ROOM
    while True:
        described = ctypes.create_string_buffer(room)
        told = LINEDEVCAPS.from_buffer(described)
        told.dwTotalSize = room
        call("lineGetDevCapsW", application_handle, device, version, 0, described)
        if not room < told.dwNeededSize <= _MOST_ROOM:
            return described
        room = told.dwNeededSize


def _text(described: ctypes.Array[ctypes.c_char], offset: int, size: int, form: int) -> str:
    """The W functions speak Unicode; drivers that do not are read as what Windows' own code page is."""
    written = described.raw[offset : offset + size]
    encoding = "utf-16-le" if form in {0, UNICODE_STRINGS} else "mbcs"
    return written.decode(encoding, "replace").partition("\0")[0].strip()
