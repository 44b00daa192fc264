"""`webdial dial`: place one call, through a server or from this machine's own database."""

import asyncio
import os
from typing import Any
from urllib.parse import urljoin

import click

from webdial.cli.errors import EXIT_STOPPED, tells_errors
from webdial.cli.standard_input import read_all
from webdial.environment import Environment
from webdial.errors import Fault, InvalidValueError, WebdialError
from webdial.numbers import NumberError


@click.command()
@click.argument("number", required=False)
@click.option("--user", "login", help="Sign-in name of the caller, when no server is named.")
@click.option(
    "--phone", help="Name of one of the caller's further phones; it rings instead of the first."
)
@tells_errors
def dial(number: str | None, login: str | None, phone: str | None) -> None:
    """Ring NUMBER (or the number on standard input).

    With WEBDIAL_SERVER and WEBDIAL_TOKEN set, the call is placed by that server for the token's
    user. Otherwise it is placed from this machine's own database for --user.
    """
    number = number if number is not None else read_all().strip()
    environment = Environment.of(os.environ)
    if environment.server and login is None:
        answer = asyncio.run(_dial_by_server(environment, number, phone))
    elif login is not None:
        answer = _dial_here(number, login, phone)
    else:
        raise InvalidValueError(
            "Who calls? Name the user with --user.",
            hint="Or set WEBDIAL_SERVER and WEBDIAL_TOKEN to call through a server.",
        )
    click.echo(answer["sentence"])
    if answer.get("link"):
        click.echo(answer["link"])
    if not answer["is_success"]:
        raise SystemExit(EXIT_STOPPED)


async def _dial_by_server(
    environment: Environment, number: str, phone: str | None
) -> dict[str, Any]:
    import aiohttp  # noqa: PLC0415

    from webdial.exchange.outcome import Outcome  # noqa: PLC0415

    headers = {"Authorization": f"Bearer {environment.token}"}
    url = urljoin(environment.server + "/", "api/v1/calls")
    asked = {"number": number} if phone is None else {"number": number, "phone": phone}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            # Followed by hand or not at all: a redirect could place the call a second time.
            session.post(url, json=asked, allow_redirects=False) as response,
        ):
            content = await response.json(content_type=None)
        if response.status == 201:
            return {**content, "is_success": Outcome(content["outcome"]).is_success}
    except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        raise WebdialError(
            f"The server {environment.server} could not be reached, so nothing was dialled.",
            hint="Look at WEBDIAL_SERVER; it begins with http:// or https://.",
            code="server_unreachable",
        ) from error
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise WebdialError(
            f"The server {environment.server} gave no answer that is understood.",
            hint="Whether the call was placed is not known; look at Calls before you dial again.",
            code="server_not_understood",
        ) from error
    raise _refusal(response.status, content, number)


def _refusal(status: int, problem: object, number: str) -> WebdialError:
    """The error that the server told as problem JSON; a fault of the number keeps its place."""
    match problem:
        case {"faults": [_, *_] as faults}:
            told = ("code", "message", "start", "end")
            return NumberError(
                number, [Fault(**{name: fault[name] for name in told}) for fault in faults]
            )
        case {"detail": str(detail)} if detail:
            return WebdialError(detail)
        case _:
            return WebdialError(f"The server answered {status}.")


def _dial_here(number: str, login: str, phone: str | None) -> dict[str, Any]:
    from webdial.cli.database import open_database  # noqa: PLC0415

    open_database()
    from webdial.site.domain.users import user_by_login  # noqa: PLC0415

    return asyncio.run(_place_here(number, user_by_login(login).pk, phone))


async def _place_here(number: str, user_id: int, phone: str | None) -> dict[str, Any]:
    from webdial.exchange import Channel, Exchange  # noqa: PLC0415
    from webdial.runtime import running_exchange  # noqa: PLC0415

    async with running_exchange() as state:
        exchange = state["exchange"]
        assert isinstance(exchange, Exchange)
        phone_id = None if phone is None else exchange.configuration.phone_named(user_id, phone).id
        call = await exchange.place_call(
            number, user_id=user_id, channel=Channel.CLI, phone_id=phone_id
        )
    return {
        "sentence": call.sentence,
        "link": call.link,
        "is_success": call.outcome.is_success,
    }
