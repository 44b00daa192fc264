"""The command line's one mapping of the error tree: a sentence on stderr, an exit status."""

import functools
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import click

from webdial.errors import SourceError, WebdialError

EXIT_FAULT: Final = 2
"""A text that was given has a fault."""

EXIT_STOPPED: Final = 1
"""The act was stopped for another reason."""

P = ParamSpec("P")
R = TypeVar("R")


def tells_errors(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose WebdialErrors are printed and end it, instead of a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except WebdialError as error:
            click.echo(explain(error), err=True)
            raise SystemExit(
                EXIT_FAULT if isinstance(error, SourceError) else EXIT_STOPPED
            ) from error

    return wrapped


def explain(error: WebdialError) -> str:
    if isinstance(error, SourceError):
        return error.explain()
    return f"{error.message}\n{error.hint}" if error.hint else error.message
