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

_DATABASE_ERRORS: Final = frozenset({"django.db.utils.Error", "psycopg.Error", "sqlite3.Error"})
"""By name: importing Django or psycopg to name its errors would slow down every command."""

P = ParamSpec("P")
R = TypeVar("R")


def tells_errors(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose errors are printed and end it, instead of a traceback.

    That is WebdialErrors, and what the system or the database refuses. Anything else is a fault of
    the program, and its traceback is wanted.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BrokenPipeError:
            raise  # whoever reads has gone, as `| head` does; click ends quietly
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
            click.echo(explain(told), err=True)
            raise SystemExit(
                EXIT_FAULT if isinstance(told, SourceError) else EXIT_STOPPED
            ) from error

    return wrapped


def explain(error: WebdialError) -> str:
    if isinstance(error, SourceError):
        return error.explain()
    return f"{error.message}\n{error.hint}" if error.hint else error.message


def _told(error: Exception) -> WebdialError | None:
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if isinstance(error, WebdialError):
        return error
    if kinds & _DATABASE_ERRORS:
        return WebdialError(f"The database cannot be used: {_first_line(error)}")
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return WebdialError(f"{place}{error.strerror or _first_line(error)}.")
    return None


def _first_line(error: Exception) -> str:
    """What follows the first line of a database's error may quote what was to be kept."""
    return (str(error).splitlines() or [type(error).__name__])[0]
