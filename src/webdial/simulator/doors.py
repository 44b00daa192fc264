"""The addresses that dial strings call, in the manners of phone systems that are really about.

Each takes an extension and a number, rings the extension, and answers at once with one sentence
in plain text, as most do: what becomes of the call is not told here.
"""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from webdial.errors import InvalidValueError
from webdial.simulator.lines import parse_line, parse_number, shorten
from webdial.simulator.parameters import read_parameters, required
from webdial.simulator.switchboard import Switchboard

_METHODS = ["GET", "POST", "PUT"]

PBX_API_PATH = "/ivr/PbxAPI.aspx"
"""The path of the manual's first example."""


def doors_of(switchboard: Switchboard) -> list[Route]:
    """The routes. GET, POST and PUT do the same everywhere; HEAD never rings a phone."""

    async def take_parameters(request: Request) -> Response:
        parameters = await _parameters(request)
        function = required(parameters, "func")
        if function != "make_call":
            raise InvalidValueError(f"The function {shorten(function)} is unknown.", field="func")
        line = parameters.get("line", "")
        return _place(
            switchboard, required(parameters, "from"), required(parameters, "to"), line=line
        )

    async def take_path(request: Request) -> Response:
        await _parameters(request)
        path = request.path_params
        return _place(
            switchboard,
            path["extension"],
            path["number"],
            line=path.get("line", ""),
            field="number",
        )

    async def take_originator(request: Request) -> Response:
        parameters = await _parameters(request)
        return _place(
            switchboard,
            required(parameters, "originatorExtension"),
            required(parameters, "destinationPhoneNumber"),
            line=parameters.get("openLineCharacter", ""),
            field="destinationPhoneNumber",
        )

    def door(path: str, endpoint: Callable[[Request], object]) -> Route:
        return Route(path, endpoint, methods=_METHODS)

    return [
        door(PBX_API_PATH, take_parameters),
        door("/api/call/makecall/{extension}/{number}", take_path),
        door("/api/call/makecall/{extension}/{number}/{line}", take_path),
        # The sample function of the manual writes two of its URLs without this slash.
        door("/api/call/makecall{extension}/{number}", take_path),
        door("/phone.asmx/MakeCall", take_originator),
    ]


async def _parameters(request: Request) -> dict[str, str]:
    """The request's parameters; also turns HEAD away, which Starlette lets in with GET."""
    if request.method == "HEAD":
        raise HTTPException(405, "A HEAD request places no call.")
    return dict(await read_parameters(request))


def _place(
    switchboard: Switchboard, extension: str, number: str, *, line: str, field: str = "to"
) -> Response:
    call = switchboard.place(extension, parse_number(number, field=field), line=parse_line(line))
    return PlainTextResponse(f"OK call {call.call_id}")
