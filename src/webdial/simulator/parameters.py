"""The parameters of a request: from the URL, from a form, from JSON, each at most once.

Starlette's own form reader wants another library; forms of this kind are one call of the standard
library, and its limits are ours.
"""

import json
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from webdial.errors import InvalidValueError

MAX_BODY_BYTES = 64 * 1024
_MAX_FIELDS = 50

Pairs = Iterable[tuple[str, str]]


async def read_parameters(request: Request) -> Mapping[str, str]:
    """Every parameter of the request by name.

    Raises InvalidValueError for a parameter given twice, a body that cannot be read as what it
    says it is, or more than 50 parameters; HTTPException 413 or 415 for a body too large or of an
    unknown kind.
    """
    body = await read_body(request)
    query: bytes = request.scope["query_string"]
    parameters: dict[str, str] = {}
    for name, value in (*_form_pairs(query.decode("latin-1")), *_body_pairs(request, body)):
        if name in parameters:
            raise InvalidValueError(f"The parameter “{name[:24]}” is given twice.", field=name)
        parameters[name] = value
    return parameters


async def read_body(request: Request) -> bytes:
    """The request's body. Raises HTTPException 413 beyond 64 KiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, "The request's body is larger than 64 KiB.")
    return bytes(body)


def required(parameters: Mapping[str, str], name: str) -> str:
    """The parameter's value. Raises InvalidValueError when it is missing or empty."""
    if value := parameters.get(name):
        return value
    state = "empty" if name in parameters else "missing"
    raise InvalidValueError(f"The parameter “{name}” is {state}.", field=name)


def _body_pairs(request: Request, body: bytes) -> Pairs:
    if not body:
        return ()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    match media_type:
        case "" | "application/x-www-form-urlencoded":
            return _form_pairs(body.decode("utf-8", errors="replace"))
        case "application/json":
            return _json_pairs(body)
        case _:
            raise HTTPException(415, "This phone system reads form variables and JSON only.")


def _form_pairs(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidValueError(f"More than {_MAX_FIELDS} parameters.") from None


def _json_pairs(body: bytes) -> Pairs:
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidValueError("The body is no JSON.") from None
    if not isinstance(members, dict):
        raise InvalidValueError("The body's JSON is no object.")
    return [(name, str(value)) for name, value in members.items() if type(value) in {str, int}]
