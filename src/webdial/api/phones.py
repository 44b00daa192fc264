"""The phones of a token's user, for programs that let them choose one."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from webdial.api.calls import caller_of, exchange_of
from webdial.exchange import Caller

PHONES_PATH: Final = "/api/v1/phones"

_token = HTTPBearer(auto_error=False, description="A user's token; calls are placed for that user.")


class PhoneAnswer(BaseModel):
    """A phone that can ring for the user."""

    name: str | None = Field(
        description="The name that POST /api/v1/calls takes as `phone`; null for the first phone."
    )
    extension: str | None = Field(description="Its extension.")
    phone_system: str | None = Field(
        description="The phone system that it rings through; null when that is as set for the branch."
    )


class PhonesAnswer(BaseModel):
    """The user's phones, the first one first."""

    phones: list[PhoneAnswer]


async def list_phones(caller: Annotated[Caller, Depends(caller_of)], request: Request) -> Response:
    """The phones of the token's user, the first one first."""
    configuration = exchange_of(request).configuration
    phones: list[dict[str, Any]] = [
        {"name": None, "extension": caller.extension, "phone_system": None}
    ]
    for phone in configuration.phones.get(caller.user_id, ()):
        setup = None if phone.setup_id is None else configuration.setup_by_id(phone.setup_id)
        phones.append(
            {
                "name": phone.label,
                "extension": phone.extension,
                "phone_system": None if setup is None else setup.name,
            }
        )
    return Response(orjson.dumps({"phones": phones}), media_type="application/json")


def phones_routes() -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["Phones"])
    router.add_api_route(
        PHONES_PATH,
        list_phones,
        methods=["GET"],
        response_model=PhonesAnswer,
        responses={401: {"description": "Problem"}},
        dependencies=[Depends(_token)],
    )
    return router
