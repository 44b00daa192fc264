"""On whose behalf something is changed, and why: set at the door, read where a change is kept.

A context variable, so that acts need not hand a name on that none of them looks at. Pages set it once
the user is known (webdial.site.pages.rights), the command line when it opens the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from webdial.language import translatable
from webdial.site.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """`user_id` is None for what is no user, such as the command line."""

    name: str
    user_id: int | None = None


THE_PROGRAM: Final = Actor("Webdial")
COMMAND_LINE: Final = Actor(translatable("the command line"))

_actor: ContextVar[Actor] = ContextVar("webdial_actor", default=THE_PROGRAM)
_note: ContextVar[str] = ContextVar("webdial_note", default="")


def actor() -> Actor:
    return _actor.get()


def set_actor(who: Actor) -> None:
    """For the rest of this run: the command line's."""
    _actor.set(who)


@contextmanager
def acting_as(who: User | Actor) -> Iterator[None]:
    """What is changed within is changed by `who`."""
    named = who if isinstance(who, Actor) else Actor(who.name, who.pk)
    token = _actor.set(named)
    try:
        yield
    finally:
        _actor.reset(token)


def note() -> str:
    return _note.get()


@contextmanager
def noting(text: str) -> Iterator[None]:
    """What is changed within is kept with this note, such as `import of staff.xlsx`."""
    token = _note.set(text)
    try:
        yield
    finally:
        _note.reset(token)
