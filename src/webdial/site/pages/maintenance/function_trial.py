"""Trying the database function: called for a user and a number, everything shown, nothing sent."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings

from webdial.errors import SourceError, WebdialError
from webdial.exchange.configuration import Configuration
from webdial.language import measured, translate
from webdial.numbers import NumberError
from webdial.site.domain.functions import FunctionTrial, try_function
from webdial.site.function_runner import DatabaseFunction
from webdial.site.pages.maintenance.function_source import (
    PlacedFault,
    check_source,
    placed_faults,
)
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER, ShownPlan, shown_plan
from webdial.site.pages.maintenance.user_choice import UserChoice, chosen_user
from webdial.site.pages.shown_errors import ShownError, show_error
from webdial.watcom import FunctionError, Value
from webdial.watcom.values import text_of

MOST_CHARACTERS: Final = 8_192
"""Characters shown of one value: every dial string, but not every text, which may have a million."""

LONG: Final = 600
"""Characters from which on a value is shown in a box of its own height."""


class ValueKind(StrEnum):
    NULL = "null"
    EMPTY = "empty"
    BLANK = "blank"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value as text; NULL, the empty text and blanks alone are told apart by `kind`."""

    kind: ValueKind
    text: str = ""
    left_out: int = 0
    name: str = ""

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG


@dataclass(frozen=True, slots=True)
class Ran:
    """What a call gave and took. One of `plan` and `plan_error` says what would be sent."""

    number: str
    returned: ShownValue
    plan: ShownPlan | None
    plan_error: ShownError | None
    variables: tuple[ShownValue, ...]
    messages: tuple[ShownValue, ...]
    statements: int
    queries: int
    rows_read: int
    elapsed: str

    @property
    def gave_nothing(self) -> bool:
        return self.returned.kind is not ValueKind.TEXT


@dataclass(frozen=True, slots=True)
class Stopped:
    """The call failed at a place of the source."""

    fault: PlacedFault
    sqlstate: str
    sqlcode: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A try-out as far as it went; nothing but what was typed before there was one.

    `faults` are the source's own, for which it was not called. `problem` is any other error.
    """

    user: str
    number: str = SAMPLE_NUMBER
    choice: UserChoice | None = None
    faults: tuple[PlacedFault, ...] = ()
    number_error: ShownError | None = None
    problem: ShownError | None = None
    stopped: Stopped | None = None
    ran: Ran | None = None

    @property
    def is_made(self) -> bool:
        return self.choice is not None

    @property
    def user_error(self) -> ShownError | None:
        return self.choice.error if self.choice else None

    @property
    def summary(self) -> str:
        """What came of it in a sentence, to be read out."""
        if self.ran:
            returned = self.ran.returned
            what = (
                "NULL"
                if returned.kind is ValueKind.NULL
                else returned.text or translate("an empty text")
            )
            return translate("The function returned {what}. Nothing was sent.", what=what)
        if self.stopped:
            return translate("The function failed: {message}", message=self.stopped.fault.message)
        if self.faults:
            return translate("The function has a fault and was not called.")
        error = self.user_error or self.number_error or self.problem
        return error.message if error else ""


def make_trial(source: str, user: str, number: str, configuration: Configuration) -> Trial:
    """Call the function of this source as if `user` dialled `number`. Nothing is sent or saved.

    A hostile function keeps this thread for as long as its limits allow, under a second.
    """
    choice = chosen_user(user)
    try:
        check_source(source)
    except FunctionError as error:
        return Trial(user, number, choice, faults=placed_faults(error))
    if choice.user is None:
        return Trial(user, number, choice)
    try:
        with closing(DatabaseFunction(settings.DATABASE)) as function:
            trial = try_function(
                source,
                number,
                user_id=choice.user.pk,
                function=function,
                configuration=configuration,
            )
    except FunctionError as error:
        return Trial(user, number, choice, stopped=_stopped(error))
    except WebdialError as error:
        shown = show_error(error)
        if isinstance(error, NumberError):
            return Trial(user, number, choice, number_error=shown)
        return Trial(user, number, choice, problem=shown)
    return Trial(user, number, choice, ran=_ran(trial))


def _stopped(error: FunctionError) -> Stopped:
    return Stopped(placed_faults(error)[0], error.sqlstate, error.sqlcode)


def _ran(trial: FunctionTrial) -> Ran:
    result = trial.result
    return Ran(
        number=trial.number,
        returned=_shown(result.value),
        plan=shown_plan(trial.plan) if trial.plan else None,
        plan_error=_shown_refusal(trial.plan_error) if trial.plan_error else None,
        variables=_variables(result.variables),
        messages=tuple(_shown(text) for text in result.messages),
        statements=result.statements,
        queries=result.queries,
        rows_read=result.rows_read,
        elapsed=measured(result.elapsed_s),
    )


def _shown_refusal(error: WebdialError) -> ShownError:
    """Why there is nothing to send; of a dial string the faults alone, for the author sees it."""
    cause = error.__cause__
    return show_error(cause if isinstance(cause, SourceError) else error)


def _variables(values: Mapping[str, Value]) -> tuple[ShownValue, ...]:
    return tuple(_shown(value, name=name) for name, value in values.items())


def _shown(value: Value, *, name: str = "") -> ShownValue:
    if value is None:
        return ShownValue(ValueKind.NULL, name=name)
    text = text_of(value)
    if not text:
        return ShownValue(ValueKind.EMPTY, name=name)
    kind = ValueKind.TEXT if text.strip() else ValueKind.BLANK
    left_out = max(len(text) - MOST_CHARACTERS, 0)
    return ShownValue(kind, _visible(text[:MOST_CHARACTERS]), left_out, name)


def _visible(text: str) -> str:
    """What cannot be seen is marked; lines stay lines."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
