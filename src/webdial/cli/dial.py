"""`webdial dial`: place one call, through a server or from this machine's own database."""

import asyncio
import os
import shlex
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import click

from webdial.cli.errors import EXIT_STOPPED, tells_errors
from webdial.cli.standard_input import read_all
from webdial.environment import Environment
from webdial.errors import Fault, InvalidValueError, WebdialError
from webdial.exchange.ringing import UnconfirmedError
from webdial.numbers import NumberError, number_in


@click.command()
@click.argument("number", required=False)
@click.option("--user", "login", help="Sign-in name of the caller, when no server is named.")
@click.option(
    "--phone", help="Name of one of the caller's further phones; it rings instead of the first."
)
@click.option(
    "--key",
    help="Any text of one's own: repeated with the same key within 24 hours, the command gives the call "
    "that it has placed, and dials nothing.",
)
@click.option("--confirm", "is_confirmed", is_flag=True, help="Ring an emergency number.")
@click.option(
    "--selection",
    "is_selected",
    is_flag=True,
    help="Ring the number that is selected on the screen: for a key of the desktop.",
)
@tells_errors
def dial(
    *,
    number: str | None,
    login: str | None,
    phone: str | None,
    key: str | None,
    is_confirmed: bool,
    is_selected: bool,
) -> None:
    """Ring NUMBER (or the number on standard input, for - or none).

    With WEBDIAL_SERVER and WEBDIAL_TOKEN set, the call is placed by that server for the token's
    user. Otherwise it is placed from this machine's own database for --user.
    """
    number = _number_of(number, is_selected=is_selected)
    try:
        answer = _dial(_Asked(number, phone, is_confirmed), login, key)
    except WebdialError as error:
        if error.error_code == UnconfirmedError.code:
            error.hint = "Nothing was dialled. To ring it, give the same command with --confirm"
        raise
    if answer.get("same_call"):
        click.echo(
            "This number was dialled just now: this is that call. Nothing was dialled again."
        )
    click.echo(answer["sentence"])
    if answer.get("link"):
        click.echo(answer["link"])
    if not answer["is_success"]:
        raise SystemExit(EXIT_STOPPED)


def _number_of(given: str | None, *, is_selected: bool) -> str:
    """What is to be rung: as given, selected or on standard input. Raises InvalidValueError."""
    if is_selected:
        if given is not None:
            raise click.UsageError("Give a number or --selection, not both.")
        return _selected()
    if given is None and sys.stdin.isatty():
        raise click.UsageError("Which number? Give it, or --selection, or pipe it in.")
    return read_all().strip() if given in {None, "-"} else str(given)


def _selected() -> str:
    from webdial.desktop.selection import NothingSelectedError, selected_text  # noqa: PLC0415

    try:
        return number_in(selected_text())
    except NothingSelectedError as error:
        raise InvalidValueError(str(error), field="number") from error


def _dial(asked: "_Asked", login: str | None, key: str | None) -> dict[str, Any]:
    environment = Environment.of(os.environ)
    if environment.server and login is None:
        return asyncio.run(_dial_by_server(environment, asked, key or str(uuid4())))
    if login is not None:
        return _dial_here(asked, login, key)
    raise InvalidValueError(
        "Who calls? Name the user with --user.",
        hint="Or set WEBDIAL_SERVER and WEBDIAL_TOKEN to call through a server.",
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be rung, and at which phone; `is_confirmed` for an emergency number."""

    number: str
    phone: str | None = None
    is_confirmed: bool = False

    def content(self) -> dict[str, Any]:
        """For a server: only what is said."""
        found: dict[str, Any] = {"number": self.number}
        if self.phone is not None:
            found["phone"] = self.phone
        if self.is_confirmed:
            found["confirmed"] = True
        return found


async def _dial_by_server(environment: Environment, asked: _Asked, key: str) -> dict[str, Any]:
    import aiohttp  # noqa: PLC0415

    from webdial.exchange.outcome import Outcome  # noqa: PLC0415

    headers = {"Authorization": f"Bearer {environment.token}", "Idempotency-Key": _quoted(key)}
    url = urljoin(environment.server + "/", "api/v1/calls")
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            # Followed by hand or not at all: a redirect could place the call a second time.
            session.post(url, json=asked.content(), allow_redirects=False) as response,
        ):
            content = await response.json(content_type=None)
        if response.status in {200, 201}:
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
            hint="Whether the call was placed is not known. To ask again without dialling twice, "
            f"give the same command with --key {shlex.quote(key)}",
            code="server_not_understood",
        ) from error
    raise _refusal(response.status, content, asked.number)


def _quoted(key: str) -> str:
    """A string as headers hold it (RFC 9651, section 3.3.3). Raises InvalidValueError."""
    if not key.isascii() or not key.isprintable():
        raise InvalidValueError("A key is made of printable ASCII characters.", field="key")
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refusal(status: int, problem: object, number: str) -> WebdialError:
    """The error that the server told as problem JSON; a fault of the number keeps its place."""
    match problem:
        case {"faults": [_, *_] as faults}:
            told = ("code", "message", "start", "end")
            return NumberError(
                number, [Fault(**{name: fault[name] for name in told}) for fault in faults]
            )
        case {"detail": str(detail), "code": UnconfirmedError.code}:
            return UnconfirmedError(detail)
        case {"detail": str(detail)} if detail:
            return WebdialError(detail)
        case _:
            return WebdialError(f"The server answered {status}.")


def _dial_here(asked: _Asked, login: str, key: str | None) -> dict[str, Any]:
    from webdial.cli.database import open_database  # noqa: PLC0415

    open_database()
    from webdial.site.domain.users import user_by_login  # noqa: PLC0415

    return asyncio.run(_place_here(asked, user_by_login(login).pk, key))


async def _place_here(asked: _Asked, user_id: int, key: str | None) -> dict[str, Any]:
    from webdial.exchange import Channel, Exchange  # noqa: PLC0415
    from webdial.exchange.calls import Repeat  # noqa: PLC0415
    from webdial.exchange.duplicates import once_by_key  # noqa: PLC0415
    from webdial.runtime import running_exchange  # noqa: PLC0415

    async with running_exchange() as state:
        exchange = state["exchange"]
        assert isinstance(exchange, Exchange)
        number, phone = asked.number, asked.phone
        phone_id = None if phone is None else exchange.configuration.phone_named(user_id, phone).id
        call = await exchange.place_call(
            number,
            user_id=user_id,
            channel=Channel.CLI,
            phone_id=phone_id,
            once=None if key is None else once_by_key(user_id, key, (number, phone, None)),
            is_confirmed=asked.is_confirmed,
        )
    is_second_click = call.repeats is Repeat.CLICK
    return {
        "sentence": call.sentence,
        "link": None if is_second_click else call.link,
        "same_call": is_second_click,
        "is_success": call.outcome.is_success,
    }
