"""Regular expressions without backtracking: a tree, a program of small steps, and a matcher.

The matcher follows all ways through the program at once (R. Cox, "Regular Expression Matching: the
Virtual Machine Approach", 2009), so its time grows with text times pattern and never explodes.
Look-around is answered beforehand for every place of the text, which keeps that true.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

CharTest = Callable[[str], bool]
Pause = Callable[[], None]

MAX_STEPS = 5_000
"""Steps of a program: what bounds the copies that {m,n} makes."""

STEPS_BETWEEN_LOOKS = 20_000
"""Steps taken between two looks at the clock: a few milliseconds."""


# The tree


@dataclass(frozen=True, slots=True)
class Character:
    """One character that passes the test."""

    test: CharTest


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of the parts; the earlier is preferred."""

    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` times, without end where `most` is None; as few as possible where lazy."""

    part: "Pattern"
    least: int
    most: int | None
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the text: start, end, boundary (of a word) or inside (no boundary)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """What follows the place, or stands before it, matches the part; or does not."""

    part: "Pattern"
    behind: bool
    negated: bool


Pattern = Character | Sequence | Choice | Repeat | Position | Look


def reverse(pattern: Pattern) -> Pattern:
    """What matches the same texts read backwards."""
    match pattern:
        case Sequence(parts):
            return Sequence(tuple(reverse(part) for part in reversed(parts)))
        case Choice(parts):
            return Choice(tuple(reverse(part) for part in parts))
        case Repeat(part, least, most, lazy):
            return Repeat(reverse(part), least, most, lazy)
        case Position("start"):
            return Position("end")
        case Position("end"):
            return Position("start")
        case Look(part, behind, negated):
            return Look(reverse(part), not behind, negated)
    return pattern


# The program


class TooLargeError(Exception):
    """The pattern makes a program of too many steps."""


@dataclass(slots=True)
class Step:
    """One step: take a character, go on at one or two others, or look at the place.

    `ways` are the steps after it, the preferred one first. A step with neither test nor condition
    is a fork; one without ways is the end.
    """

    ways: list[int] = field(default_factory=list)
    test: CharTest | None = None
    condition: Position | int | None = None
    """A place, or the number of a look-around."""


class Program:
    """A compiled pattern: its steps, of which number 0 is the end, and the number of the first."""

    def __init__(self, pattern: Pattern) -> None:
        self.steps: list[Step] = []
        self.looks: list[tuple[Program, Look]] = []
        self._emitted = 0
        self.first = self._emit(pattern, self._add(Step()))

    def _add(self, step: Step) -> int:
        if len(self.steps) >= MAX_STEPS:
            raise TooLargeError
        self.steps.append(step)
        return len(self.steps) - 1

    def _emit(self, pattern: Pattern, after: int) -> int:
        """Add the steps of `pattern`, which go on to step `after`; the first of them."""
        self._emitted += 1  # counted apart from the steps: copies of nothing make none
        if self._emitted > MAX_STEPS:
            raise TooLargeError
        match pattern:
            case Character(test):
                return self._add(Step([after], test))
            case Position():
                return self._add(Step([after], None, pattern))
            case Look():
                part = pattern.part if pattern.behind else reverse(pattern.part)
                self.looks.append((Program(part), pattern))
                return self._add(Step([after], None, len(self.looks) - 1))
            case Choice(parts):
                return self._add(Step([self._emit(part, after) for part in parts]))
            case Sequence(parts):
                for part in reversed(parts):
                    after = self._emit(part, after)
                return after
            case Repeat():
                return self._emit_repeat(pattern, after)

    def _emit_repeat(self, repeat: Repeat, after: int) -> int:
        if repeat.most is None:
            fork = self._add(Step())
            again = self._emit(repeat.part, fork)
            self.steps[fork].ways = _by_preference(again, after, lazy=repeat.lazy)
            after = fork
        else:
            end = after
            for _ in range(repeat.most - repeat.least):
                once = self._emit(repeat.part, after)
                after = self._add(Step(_by_preference(once, end, lazy=repeat.lazy)))
        for _ in range(repeat.least):
            after = self._emit(repeat.part, after)
        return after

    def matches(self, text: str, pause: Pause) -> bool:
        """Whether the whole text matches."""
        run = _Run(self, text, pause)
        for place in range(len(text)):
            run.advance(place, begin=place == 0)
            if not run.threads:
                return False
        return run.ends(len(text), begin=not text)

    def find(self, text: str, start: int, occurrence: int, pause: Pause) -> tuple[int, int] | None:
        """Start and end of a match: the `occurrence`-th that begins at `start` or later."""
        while start <= len(text):
            span = _Run(self, text, pause).search(start)
            if span is None or occurrence == 1:
                return span
            occurrence -= 1
            start = max(span[1], span[0] + 1)
        return None

    def places(self, text: str, pause: Pause) -> list[bool]:
        """For each place of the text, whether some match ends there."""
        run = _Run(self, text, pause)
        found = []
        for place in range(len(text) + 1):
            found.append(run.ends(place, begin=True))
            if place < len(text):
                run.advance(place, begin=True)
        return found


def _by_preference(into: int, past: int, *, lazy: bool) -> list[int]:
    return [past, into] if lazy else [into, past]


class _Run:
    """The program at work on one text: `threads` are the steps reached, best first, each with the
    place its match began."""

    def __init__(self, program: Program, text: str, pause: Pause) -> None:
        self._program = program
        self._steps = program.steps
        self._text = text
        self._pause = pause
        self._work = 0
        self._looks = [_look_places(look, sub, text, pause) for sub, look in program.looks]
        self.threads: list[tuple[int, int]] = []

    def advance(self, place: int, *, begin: bool) -> None:
        """Take the character at `place`; `begin` lets a match begin there."""
        character = self._text[place]
        after: list[tuple[int, int]] = []
        for step, began in self._closure(place, begin=begin):
            test = self._steps[step].test
            if test is not None and test(character):
                after.append((self._steps[step].ways[0], began))
        self.threads = after

    def ends(self, place: int, *, begin: bool) -> bool:
        """Whether a match ends at `place`."""
        return any(step == 0 for step, _ in self._closure(place, begin=begin))

    def search(self, start: int) -> tuple[int, int] | None:
        """The leftmost match from `start` on, the preferred among those."""
        best: tuple[int, int] | None = None
        for place in range(start, len(self._text) + 1):
            character = self._text[place] if place < len(self._text) else None
            after: list[tuple[int, int]] = []
            for step, began in self._closure(place, begin=best is None):
                if step == 0:
                    best = began, place
                    break  # every later thread is less preferred
                test = self._steps[step].test
                if test is not None and character is not None and test(character):
                    after.append((self._steps[step].ways[0], began))
            self.threads = after
            if not after and best is not None:
                break
        return best

    def _closure(self, place: int, *, begin: bool) -> list[tuple[int, int]]:
        """The steps that take a character or end, reached from `threads` without taking one."""
        reached: list[tuple[int, int]] = []
        seen: set[int] = set()
        waiting = [*self.threads, (self._program.first, place)] if begin else [*self.threads]
        waiting.reverse()
        while waiting:
            number, began = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            step = self._steps[number]
            if step.test is not None or not step.ways:
                reached.append((number, began))
            elif step.condition is None or self._holds(step.condition, place):
                waiting.extend((way, began) for way in reversed(step.ways))
        self._count(len(seen) + 1)
        return reached

    def _count(self, work: int) -> None:
        self._work += work
        if self._work > STEPS_BETWEEN_LOOKS:
            self._work = 0
            self._pause()

    def _holds(self, condition: Position | int, place: int) -> bool:
        if isinstance(condition, int):
            return self._looks[condition][place]
        if condition.kind == "start":
            return place == 0
        if condition.kind == "end":
            return place == len(self._text)
        before = place > 0 and is_word(self._text[place - 1])
        after = place < len(self._text) and is_word(self._text[place])
        return (before != after) == (condition.kind == "boundary")


def _look_places(look: Look, program: Program, text: str, pause: Pause) -> list[bool]:
    """For each place of the text, whether the look-around holds."""
    way = 1 if look.behind else -1
    places = program.places(text[::way], pause)[::way]
    return [not found for found in places] if look.negated else places


def is_word(character: str) -> bool:
    """A letter, a digit or the underscore."""
    return character.isalnum() or character == "_"
