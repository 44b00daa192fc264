"""The dial strings that the page offers for copying, with this phone system's own address in them."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from webdial.simulator.doors import PBX_API_PATH
from webdial.simulator.fault_scripts import FAULTS, FAULTS_PATH

_CALL = "func=make_call&from=^&to=#"

_WORKING = (
    ("", f"{PBX_API_PATH}?{_CALL}", "GET with everything in the URL."),
    ("{POST}", f"{PBX_API_PATH}?func=make_call<&>from=^<&>to=#", "POST with form variables."),
    ("{PUT}", f"{PBX_API_PATH}?func=make_call<&>from=^<&>to=#", "The same as PUT."),
    ("", "/api/call/makecall/^/#", "Extension and number in the path."),
    ("", "/api/call/makecall/^/#/9", "The same through outside line 9."),
    (
        "",
        "/phone.asmx/MakeCall?originatorExtension=^&destinationPhoneNumber=#&openLineCharacter=9",
        "Other names for the same parameters.",
    ),
)


def addresses_route() -> Route:
    """GET /api/addresses: the lists `working` and `faulty` of dial strings, each with a sentence."""

    async def list_addresses(request: Request) -> Response:
        origin = str(request.base_url).rstrip("/")
        working = [
            {"dial_string": f"{directive}{origin}{target}", "sentence": sentence}
            for directive, target, sentence in _WORKING
        ]
        return JSONResponse({"working": working, "faulty": list(_faulty(origin))})

    return Route("/api/addresses", list_addresses)


def _faulty(origin: str) -> Iterator[dict[str, str]]:
    for script in FAULTS.values():
        if not script.is_raw:
            wait = "&seconds=5" if script.name == "slow" else ""
            target = f"{FAULTS_PATH}{script.name}/?{_CALL}{wait}"
            yield {"dial_string": f"{origin}{target}", "sentence": script.sentence}
