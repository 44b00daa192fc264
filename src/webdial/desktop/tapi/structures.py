"""The structures of tapi.h as ctypes sees them.

Everything there is packed, and the handles HLINEAPP, HLINE and HCALL have 32 bits also in 64-bit Windows.
A test has the C compiler check each size, each field's place and each constant.
"""

import ctypes
from ctypes import c_int32, c_size_t, c_uint32, c_void_p
from typing import Final

LONG = c_int32
DWORD = c_uint32
DWORD_PTR = c_size_t
HANDLE = c_void_p

API_LOW: Final = 0x00010004
API_HIGH: Final = 0x00020000
"""TAPI 1.4 to 2.0: all that is needed here, and LINEDEVCAPS ends where it does below."""


class LINEINITIALIZEEXPARAMS(ctypes.Structure):
    _pack_ = 1
    _fields_ = [
        ("dwTotalSize", DWORD),
        ("dwNeededSize", DWORD),
        ("dwUsedSize", DWORD),
        ("dwOptions", DWORD),
        ("Handles", HANDLE),
        ("dwCompletionKey", DWORD),
    ]


class LINEMESSAGE(ctypes.Structure):
    _pack_ = 1
    _fields_ = [
        ("hDevice", DWORD),
        ("dwMessageID", DWORD),
        ("dwCallbackInstance", DWORD_PTR),
        ("dwParam1", DWORD_PTR),
        ("dwParam2", DWORD_PTR),
        ("dwParam3", DWORD_PTR),
    ]


class LINEEXTENSIONID(ctypes.Structure):
    _pack_ = 1
    _fields_ = [(f"dwExtensionID{index}", DWORD) for index in range(4)]


class LINEDIALPARAMS(ctypes.Structure):
    _pack_ = 1
    _fields_ = [
        (name, DWORD)
        for name in ("dwDialPause", "dwDialSpeed", "dwDigitDuration", "dwWaitForDialtone")
    ]


_BEFORE_DIALPARAMS: Final = [
    "dwTotalSize", "dwNeededSize", "dwUsedSize", "dwProviderInfoSize", "dwProviderInfoOffset",
    "dwSwitchInfoSize", "dwSwitchInfoOffset", "dwPermanentLineID", "dwLineNameSize",
    "dwLineNameOffset", "dwStringFormat", "dwAddressModes", "dwNumAddresses", "dwBearerModes",
    "dwMaxRate", "dwMediaModes", "dwGenerateToneModes", "dwGenerateToneMaxNumFreq",
    "dwGenerateDigitModes", "dwMonitorToneMaxNumFreq", "dwMonitorToneMaxNumEntries",
    "dwMonitorDigitModes", "dwGatherDigitsMinTimeout", "dwGatherDigitsMaxTimeout",
    "dwMedCtlDigitMaxListSize", "dwMedCtlMediaMaxListSize", "dwMedCtlToneMaxListSize",
    "dwMedCtlCallStateMaxListSize", "dwDevCapFlags", "dwMaxNumActiveCalls", "dwAnswerMode",
    "dwRingModes", "dwLineStates", "dwUUIAcceptSize", "dwUUIAnswerSize", "dwUUIMakeCallSize",
    "dwUUIDropSize", "dwUUISendUserUserInfoSize", "dwUUICallInfoSize",
]  # fmt: skip

_AFTER_DIALPARAMS: Final = [
    "dwNumTerminals", "dwTerminalCapsSize", "dwTerminalCapsOffset", "dwTerminalTextEntrySize",
    "dwTerminalTextSize", "dwTerminalTextOffset", "dwDevSpecificSize", "dwDevSpecificOffset",
    "dwLineFeatures", "dwSettableDevStatus", "dwDeviceClassesSize", "dwDeviceClassesOffset",
]  # fmt: skip


class LINEDEVCAPS(ctypes.Structure):
    """As of TAPI 2.0. What its sizes and offsets speak of follows behind it."""

    _pack_ = 1
    _fields_ = [
        *((name, DWORD) for name in _BEFORE_DIALPARAMS),
        ("MinDialParams", LINEDIALPARAMS),
        ("MaxDialParams", LINEDIALPARAMS),
        ("DefaultDialParams", LINEDIALPARAMS),
        *((name, DWORD) for name in _AFTER_DIALPARAMS),
    ]


MESSAGES: Final = {"CALLSTATE": 2, "CLOSE": 3, "REPLY": 12}
"""LINE_...: the messages that are looked at."""

CALL_STATES: Final = {
    "IDLE": 0x1, "DIALTONE": 0x8, "DIALING": 0x10, "RINGBACK": 0x20, "BUSY": 0x40,
    "SPECIALINFO": 0x80, "CONNECTED": 0x100, "PROCEEDING": 0x200, "DISCONNECTED": 0x4000,
}  # fmt: skip
"""LINECALLSTATE_...: those of a call that is made; a call that comes in has others."""

DISCONNECT_MODES: Final = {
    "NORMAL": 0x1, "UNKNOWN": 0x2, "REJECT": 0x4, "PICKUP": 0x8, "FORWARDED": 0x10, "BUSY": 0x20,
    "NOANSWER": 0x40, "BADADDRESS": 0x80, "UNREACHABLE": 0x100, "CONGESTION": 0x200,
    "INCOMPATIBLE": 0x400, "UNAVAIL": 0x800, "NODIALTONE": 0x1000, "NUMBERCHANGED": 0x2000,
    "OUTOFORDER": 0x4000, "TEMPFAILURE": 0x8000, "QOSUNAVAIL": 0x10000, "BLOCKED": 0x20000,
    "DONOTDISTURB": 0x40000, "CANCELLED": 0x80000,
}  # fmt: skip
"""LINEDISCONNECTMODE_...: why a call ended."""

USE_EVENT: Final = 2
"""LINEINITIALIZEEXOPTION_USEEVENT: messages are fetched, so that no window is needed."""

MAKE_CALLS_ONLY: Final = 1
"""LINECALLPRIVILEGE_NONE: calls that come in stay with the person's own program."""

INTERACTIVE_VOICE: Final = 4
"""LINEMEDIAMODE_INTERACTIVEVOICE: a person talks. Windows' own lines for data do not have it."""

UNICODE_STRINGS: Final = 3
"""STRINGFORMAT_UNICODE"""

MAX_NUMBER: Final = 80
"""TAPIMAXDESTADDRESSSIZE: characters of a number, with the zero at the end."""
