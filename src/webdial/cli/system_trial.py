"""`webdial system try`: what a phone system's file sends for a number, shown or sent for real."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import orjson

from webdial.cli.errors import EXIT_FAULT, EXIT_STOPPED, tells_errors
from webdial.cli.preview import print_error
from webdial.cli.system_files import STANDARD_INPUT, system_of
from webdial.cli.trial_text import (
    planned_content,
    planned_text,
    sent_content,
    sent_text,
)
from webdial.cli.trial_values import (
    ask_for,
    certificate_of,
    check_filled_in,
    checked_values,
    given_fields,
    given_secrets,
)
from webdial.dialstring import HttpRequest
from webdial.errors import InvalidValueError, WebdialError
from webdial.exchange import Caller, Configuration, HttpSender, TimeLimits
from webdial.exchange.general_settings import (
    CONNECT_TIME_LIMIT,
    INTERNAL_NUMBERS,
    NUMBER_COUNTRY,
    OUTSIDE_LINE,
    TOTAL_TIME_LIMIT,
    key_of,
    seconds,
)
from webdial.exchange.named_hosts import policy_for_values
from webdial.exchange.resolving import Resolver, open_nothing
from webdial.exchange.sign_ins import SignedIn
from webdial.exchange.systems import StoredValue, SystemCall, SystemSetup
from webdial.exchange.trials import SentTrial, ShownStep, dry_run, send_trial
from webdial.numbers import clean_number
from webdial.phonesystems import PhoneSystem

_ID: Final = 1
"""Of the set-up, the user and the branch that are made up for a trial."""

ASKED: Final = "-"
"""In place of a refresh token: it is asked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was given on the command line."""

    file: str
    number: str
    extension: str
    fields: tuple[str, ...] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    secret_files: tuple[str, ...]
    country: str
    internal: str
    outside_line: str
    ca_file: Path | None
    fingerprint: str
    refresh_token: str = field(repr=False)
    is_sent: bool
    as_json: bool


@click.command("try")
@click.argument("file")
@click.option("--number", required=True, help="The number to dial.")
@click.option("--extension", default="", help="The caller's extension.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field of the file.")
@click.option(
    "--secret", "secrets", multiple=True, metavar="NAME[=VALUE]",
    help="A secret of the file; NAME alone asks for it, or reads a line of standard input.",
)  # fmt: skip
@click.option(
    "--secret-file", "secret_files", multiple=True, metavar="NAME=PATH",
    help="A secret that stands in a file.",
)  # fmt: skip
@click.option("--country", default="", help="Two letters: where numbers without + are at home.")
@click.option("--internal", default="", help="Internal numbers, such as 3-4 for 3 to 4 digits.")
@click.option("--outside-line", default="", help="Prefix of the outside line.")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust the authorities in this PEM file, and no others.",
)  # fmt: skip
@click.option("--fingerprint", default="", help="Trust the certificate with this SHA-256 alone.")
@click.option(
    "--refresh-token", default="", metavar="TOKEN",
    help="For a file with a sign-in in the browser; - asks for it.",
)  # fmt: skip
@click.option("--send", "is_sent", is_flag=True, help="Send it: a phone may ring.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@tells_errors
def try_system(as_json: bool, **given: Any) -> None:
    """Show the requests that FILE makes for a number, in order; with --send, send them.

    FILE is a path, - or an id of the catalogue. Secrets are masked, and what an earlier answer will
    give stands as its name in braces. With --send the exit status is 0 when the call succeeded.
    """
    options = Options(as_json=as_json, **given)
    try:
        system, call = _decided(options)
        if not options.is_sent or call.request.is_link:
            steps = _allowed_steps(call)
            _print(
                planned_content(system, steps), planned_text(system, steps), as_json=options.as_json
            )
            return
        signed_in = _signed_in(system, options)
        _ = _allowed_steps(call)  # whatever does not fit is told before anything leaves
    except WebdialError as error:
        print_error(error, as_json=as_json)
        raise SystemExit(EXIT_FAULT) from error
    sent = asyncio.run(_send(call, signed_in))
    has_new = signed_in.is_replaced
    _print(sent_content(system, sent), sent_text(system, sent, has_new=has_new), as_json=as_json)
    if not sent.verdict.outcome.is_success:
        raise SystemExit(EXIT_STOPPED)


def _allowed_steps(call: SystemCall) -> tuple[ShownStep, ...]:
    """The requests in order. Raises WebdialError for one that does not fit, or may never be sent."""
    steps = dry_run(call)
    policy = policy_for_values(call.system, call.values.more)
    for step in steps:
        if isinstance(step.plan, HttpRequest):
            policy.check_url(step.plan.url)
    return steps


class LentSignIn:
    """A SignInStore with one sign-in, whose access token has lapsed; keeps nothing for later."""

    def __init__(self, refresh_token: str) -> None:
        self._refresh_token = refresh_token
        self._signed_in: SignedIn | None = None
        if refresh_token:
            self._signed_in = SignedIn("", datetime.fromtimestamp(0, UTC), refresh_token)

    @property
    def is_replaced(self) -> bool:
        """Whether the phone system has given another refresh token in the place of the one lent."""
        return self._signed_in is not None and self._signed_in.refresh_token != self._refresh_token

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None:
        return self._signed_in

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None:
        self._signed_in = signed_in


def _decided(options: Options) -> tuple[PhoneSystem, SystemCall]:
    """Everything of a call decided, by the resolver that decides real ones."""
    asks = [*(each for each in options.secrets if "=" not in each), options.refresh_token]
    if options.file == STANDARD_INPUT and any(
        each == "-" or "=" not in each for each in asks if each
    ):
        raise InvalidValueError("The file comes on standard input, so a secret cannot.")
    system, _ = system_of(options.file)
    fields = given_fields(options.fields, system)
    secrets = given_secrets(options.secrets, options.secret_files, system)
    values = checked_values(system, fields, secrets)
    configuration, caller = _picture(options, fields)
    number = clean_number(options.number)
    setup = SystemSetup(
        _ID,
        system.title,
        system,
        values={name: StoredValue(text) for name, text in values.items()},
        certificate=certificate_of(options.ca_file, options.fingerprint),
    )
    call = Resolver(configuration, caller, number, open_nothing).for_system(setup)
    names = frozenset().union(call.request.names, _admission_names(system))
    check_filled_in(system, names, call.values.more, with_secrets=options.is_sent)
    return system, call


def _admission_names(system: PhoneSystem) -> frozenset[str]:
    """What log-in and renewal take; the sign-in itself is made in a browser and not tried here."""
    requests = [] if system.log_in is None else [step.request for step in system.log_in.steps]
    if system.sign_in is not None and system.sign_in.refresh is not None:
        requests.append(system.sign_in.refresh)
    return frozenset().union(*(request.names for request in requests))


def _picture(options: Options, fields: dict[str, str]) -> tuple[Configuration, Caller]:
    given = (
        (NUMBER_COUNTRY, options.country),
        (INTERNAL_NUMBERS, options.internal),
        (OUTSIDE_LINE, options.outside_line),
    )
    for setting, value in given:
        setting.check(value)
    caller = Caller(
        user_id=_ID,
        login=fields.get("user.login", ""),
        staff_id=fields.get("user.staff_id", ""),
        name=fields.get("user.name", ""),
        extension=options.extension.strip() or None,
        branch_id=_ID,
        branch_name=fields.get("branch.name", ""),
    )
    configuration = Configuration(
        revision=1,
        callers={_ID: caller},
        token_users={},
        branches={_ID: caller.branch_name},
        values={(key_of(setting.name), None): value for setting, value in given},
        agency_ids={_ID: fields.get("branch.agency_id", "")},
    )
    return configuration, caller


def _signed_in(system: PhoneSystem, options: Options) -> LentSignIn:
    if system.sign_in is None:
        if options.refresh_token:
            raise InvalidValueError("The file has no sign-in in the browser to renew.")
        return LentSignIn("")
    if system.sign_in.refresh is None:
        raise InvalidValueError(
            "The file's sign-in cannot be renewed, so it can be tried on the page alone.",
            hint="Sign in under My phones, and try it in Maintenance | Phone Systems.",
        )
    if not options.refresh_token:
        raise InvalidValueError(
            "Callers sign in to this phone system in their browser, and a trial wants what that gave.",
            hint="Give it as --refresh-token",
        )
    is_asked_for = options.refresh_token == ASKED
    return LentSignIn(ask_for("refresh token") if is_asked_for else options.refresh_token)


async def _send(call: SystemCall, signed_in: LentSignIn) -> SentTrial:
    limit_s = call.system.dial.time_limit_s or seconds(TOTAL_TIME_LIMIT.default)
    limits = TimeLimits(seconds(CONNECT_TIME_LIMIT.default), limit_s)
    policy = policy_for_values(call.system, call.values.more)
    sender = HttpSender(policy=lambda: policy)
    try:
        return await send_trial(call, sender, limits, sign_ins=signed_in)
    finally:
        await sender.close()


def _print(content: dict[str, Any], text: str, *, as_json: bool) -> None:
    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2) if as_json else text)
