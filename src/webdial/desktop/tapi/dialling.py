"""Which way a number is dialled: on a line whose call is followed, or by the machine's program for calls."""

from contextlib import suppress
from typing import Final

from webdial.desktop.marking import translatable
from webdial.desktop.tapi.failures import NO_RECIPIENT, TapiError, request_failure
from webdial.desktop.tapi.library import call, function
from webdial.desktop.tapi.line_call import LineCall, Result
from webdial.desktop.tapi.lines import Application, Line, begin, lines_of, voice_lines
from webdial.desktop.tapi.structures import MAX_NUMBER

PROGRAM: Final = "program"
"""Stands for the machine's program for calls where a line's id could."""

TOO_LONG: Final = translatable("The number is too long for TAPI.")
NO_SUCH_LINE: Final = translatable("The line that was chosen for this computer is not there.")
CHOOSE_A_LINE: Final = translatable("Choose a line under My account | Computers.")

_NAME: Final = "Webdial"

_MARGIN_S: Final = 2.0
"""Before the server's time is over, so that the report still comes in it."""

_SHORTEST_S: Final = 1.0


def dial(number: str, line_id: str, total_s: float) -> Result:
    """Dial once; what became of it within `total_s`.

    Without `line_id` the only line for voice is taken. Where there are several, or none, the machine's
    program for calls decides.
    """
    if len(number) >= MAX_NUMBER:
        return Result("rejected", TOO_LONG)
    try:
        line_id = line_id or _only_line()
        if line_id == PROGRAM:
            return _hand_to_program(number)
        return _dial_on(line_id, number, max(total_s - _MARGIN_S, _SHORTEST_S))
    except TapiError as error:
        return Result("rejected", str(error))


def _only_line() -> str:
    lines = voice_lines()
    return lines[0].id if len(lines) == 1 else PROGRAM


def _hand_to_program(number: str) -> Result:
    """Ask the program that registered for it (assisted telephony). What it does then is not known."""
    answer = function("tapiRequestMakeCallW")(number, _NAME, None, None)
    if answer == NO_RECIPIENT:
        raise TapiError(f"{request_failure(answer)} {CHOOSE_A_LINE}", answer)
    if answer < 0:
        raise request_failure(answer)
    return Result("handed_over", "The program for telephone calls has taken the number.")


def _dial_on(line_id: str, number: str, limit_s: float) -> Result:
    used = begin()
    placed = None
    try:
        placed = LineCall(used, _chosen(used, line_id))
        placed.make(number)
    except BaseException:
        if placed is not None:
            placed.end()
        else:
            with suppress(TapiError):
                call("lineShutdown", used.handle)
        raise
    return placed.result(limit_s)


def _chosen(used: Application, line_id: str) -> Line:
    for line in lines_of(used):
        if line.id == line_id:
            return line
    raise TapiError(NO_SUCH_LINE)
