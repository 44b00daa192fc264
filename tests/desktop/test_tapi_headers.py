"""Our structures, constants and failure codes are those of Windows' own header, as the C compiler sees it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.presence import program, require
from webdial.desktop.tapi import structures
from webdial.desktop.tapi.failures import LINE_FAILURES, REQUEST_FAILURES
from webdial.desktop.tapi.line_call import ENDED
from webdial.desktop.tapi.structures import (
    CALL_STATES,
    DISCONNECT_MODES,
    LINEDEVCAPS,
    LINEDIALPARAMS,
    LINEEXTENSIONID,
    LINEINITIALIZEEXPARAMS,
    LINEMESSAGE,
    MESSAGES,
)

STRUCTURES = (
    LINEINITIALIZEEXPARAMS,
    LINEMESSAGE,
    LINEEXTENSIONID,
    LINEDIALPARAMS,
    LINEDEVCAPS,
)
HEADER = "#include <windows.h>\n#include <stddef.h>\n#include <tapi.h>\n"

LATER = {"PermanentLineGuid": 16, "dwAddressTypes": 4, "ProtocolGuid": 16, "dwAvailableTracking": 4}
"""Fields of LINEDEVCAPS that came after TAPI 2.0, which the header has whatever version is asked for."""


@pytest.fixture(scope="module", autouse=True)
def compiler() -> None:
    require("mingw")


def assertions() -> Iterator[str]:
    for structure in STRUCTURES:
        name = structure.__name__
        for field in structure._fields_:
            place = getattr(structure, field[0])
            yield f"offsetof({name}, {field[0]}) == {place.offset}"
            yield f"sizeof((({name} *)0)->{field[0]}) == {place.size}"
    for structure in STRUCTURES[:-1]:
        yield f"sizeof({structure.__name__}) == {structures.ctypes.sizeof(structure)}"
    later = sum(LATER.values())
    yield f"sizeof(LINEDEVCAPS) == {structures.ctypes.sizeof(LINEDEVCAPS) + later}"
    for handle in ("HLINEAPP", "HLINE", "HCALL", "LONG"):
        yield f"sizeof({handle}) == {structures.ctypes.sizeof(structures.DWORD)}"
    for prefix, values in (
        ("LINE_", MESSAGES),
        ("LINECALLSTATE_", CALL_STATES),
        ("LINEDISCONNECTMODE_", DISCONNECT_MODES),
    ):
        yield from (f"{prefix}{name} == {value}" for name, value in values.items())
    yield f"LINEINITIALIZEEXOPTION_USEEVENT == {structures.USE_EVENT}"
    yield f"LINECALLPRIVILEGE_NONE == {structures.MAKE_CALLS_ONLY}"
    yield f"LINEMEDIAMODE_INTERACTIVEVOICE == {structures.INTERACTIVE_VOICE}"
    yield f"STRINGFORMAT_UNICODE == {structures.UNICODE_STRINGS}"
    yield f"TAPIMAXDESTADDRESSSIZE == {structures.MAX_NUMBER}"


def compiled(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "check.c"
    file.write_text(source, encoding="ascii")
    return subprocess.run(
        [program("mingw"), "-fsyntax-only", str(file)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_structures_and_constants_are_the_compilers(tmp_path: Path) -> None:
    lines = [f'_Static_assert({each}, "{each}");' for each in assertions()]
    done = compiled(HEADER + "\n".join(lines), tmp_path)
    assert done.returncode == 0, done.stderr
    wrong = compiled(HEADER + '_Static_assert(sizeof(LINEMESSAGE) == 48, "unpacked");', tmp_path)
    assert "unpacked" in wrong.stderr


def failures_of_header(prefix: str) -> dict[str, int]:
    source = f"{HEADER}"
    done = subprocess.run(
        [program("mingw"), "-E", "-dM", "-"],
        input=source, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = re.findall(rf"#define {prefix}_(\w+) (?:__MSABI_LONG\()?(0[xX]\w+|-?\d+)", done.stdout)
    return {name: int(value, 0) for name, value in found}


def test_every_failure_of_a_line_has_its_sentence() -> None:
    ours = {name: code for code, (name, _) in LINE_FAILURES.items()}
    assert ours == failures_of_header("LINEERR")


def test_every_failure_of_a_request_has_its_sentence() -> None:
    ours = {name: code for code, (name, _) in REQUEST_FAILURES.items()}
    header = failures_of_header("TAPIERR")
    assert header.pop("CONNECTED") == 0  # which is none
    assert ours == header


def test_every_end_of_a_call_has_its_sentence() -> None:
    assert set(ENDED) == set(DISCONNECT_MODES)
    assert all(result.detail.endswith(".") for result in ENDED.values())
