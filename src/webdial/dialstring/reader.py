"""Reads the pieces of a dial string: plain text, `^` and `#`, and what stands in braces."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from webdial.dialstring.encoding import Place
from webdial.dialstring.functions import FUNCTIONS, Function
from webdial.dialstring.pieces import Piece, Run, Text, Value
from webdial.dialstring.values import (
    CALL_NAMES,
    EXTENSION,
    NUMBER,
    REQUEST_NAMES,
    Apply,
    Claim,
    Declared,
    Field,
    names_of,
    nearest,
)
from webdial.errors import Fault
from webdial.language import translate, translate_count

MAX_FAULTS: Final = 50
"""Faults told of one string: more are no help, and a long string of braces has thousands."""

MAX_DEPTH: Final = 12
"""Functions within functions: no signature needs more, and the reader's own stack stays small."""

SEPARATOR: Final = "<&>"
DIRECTIVES: Final = (
    "GET", "POST", "PUT", "OPEN", "HEADER", "COOKIE", "BASIC", "DIGEST", "BEARER", "FORM", "JSON",
    "XML", "BODY",
)  # fmt: skip

_SPECIAL = re.compile(r"<&>|\{[\^#{}|]\}|[{}^#]")
_SPECIAL_INSIDE = re.compile(r"\{[\^#{}|]\}|[{}^#|]")
_NAME = re.compile(r"\{ *([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)")
_LOOKED_UP = re.compile(r"\{ *(setting|secret) +([^{}^#|]*[^{}^#| ]) *\}", re.IGNORECASE)
_UNKNOWN = re.compile(r"\{[^{}]*\}")
# Which there are is known only when a call is placed, and may change at any time.
_LOOK_UPS: Final[Mapping[str, Callable[[str], Declared]]] = {
    "setting": lambda name: Declared(f"general setting “{name}”"),
    "secret": lambda name: Declared(f"credential “{name}”", is_secret=True),
}
_SHIFT = re.compile(r"[+-][0-9]{1,9}")


class Reader:
    """One pass over a source. `faults` gathers what is wrong."""

    def __init__(self, source: str, *, with_values: bool, names: Mapping[str, Declared]) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self._with_values = with_values
        self._names = names
        self._is_of_finished_request = False
        self._used: dict[str, Declared] = {}

    @property
    def used(self) -> tuple[tuple[str, Declared], ...]:
        """The declared names that were used."""
        return tuple(self._used.items())

    @contextmanager
    def of_finished_request(self) -> Iterator[None]:
        """What is read within may use the finished request's parts: headers and log-ins."""
        self._is_of_finished_request = True
        yield
        self._is_of_finished_request = False

    def runs(self, position: int) -> list[Run]:
        """The target and the parts: what stands between the separators, blanks trimmed."""
        runs: list[Run] = []
        pieces: list[Piece] = []
        start = position
        while match := _SPECIAL.search(self.source, position):
            if match.start() > position:
                pieces.append(self._text(position, match.start()))
            if match[0] == SEPARATOR:
                runs.append(self._trimmed(pieces, start, match.start()))
                position = match.end()
                pieces, start = [], position
                continue
            piece, position = self._piece(match)
            pieces.append(piece)
        end = len(self.source)
        if end > position:
            pieces.append(self._text(position, end))
        runs.append(self._trimmed(pieces, start, end))
        return runs

    def inside(self, position: int, *, with_bars: bool, depth: int = 0) -> tuple[Run, int, bool]:
        """The text up to the closing brace (or bar) of what `position` stands in.

        Returns the text, the position behind that brace or bar, and whether it was a brace.
        """
        pieces: list[Piece] = []
        start = position
        while match := _SPECIAL_INSIDE.search(self.source, position):
            if match.start() > position:
                pieces.append(self._text(position, match.start()))
            if match[0] == "}" or (match[0] == "|" and with_bars):
                return Run(pieces, start, match.start()).trimmed(), match.end(), match[0] == "}"
            if match[0] == "|":
                pieces.append(self._text(match.start(), match.end()))
                position = match.end()
                continue
            piece, position = self._piece(match, depth=depth)
            pieces.append(piece)
        self.stray_brace("{", self.source.rfind("{", 0, start))
        end = len(self.source)
        if end > position:
            pieces.append(self._text(position, end))
        return Run(pieces, start, end).trimmed(), end, True

    def _piece(self, match: re.Match[str], depth: int = 0) -> tuple[Piece, int]:
        text, (start, end) = match[0], match.span()
        if text in "^#":
            if not self._with_values:
                return Text(text, start, end, is_escaped=True), end
            return Value(Field(EXTENSION if text == "^" else NUMBER), start, end), end
        if len(text) == 3:
            return Text(text[1], start, end, is_escaped=True), end
        if text == "}":
            self.stray_brace("}", start)
            return self._text(start, end), end
        return self._braces(start, depth)

    def _braces(self, start: int, depth: int) -> tuple[Piece, int]:
        """value = "{" name "}" / "{" ( "setting" / "secret" ) 1*blank word "}" / "{" function "}" """
        if depth >= MAX_DEPTH:
            return self._too_deep(start)
        if match := _LOOKED_UP.match(self.source, start):
            name = f"{match[1].lower()} {match[2].strip().casefold()}"
            return self._field(name, match[0], start), match.end()
        match = _NAME.match(self.source, start)
        if match is None:
            return self._unknown(start)
        word, after = match[1].lower(), match.end()
        rest = self.source[after : after + 1]
        blank = len(self.source) - len(self.source[after:].lstrip(" "))
        if self.source[blank : blank + 1] == "}" and word not in self._only_functions(word):
            return self._field(word, match[1], start, end=blank + 1), blank + 1
        if word in FUNCTIONS and rest in {" ", "}"}:
            return self._function(word, start, after, depth)
        if word.upper() in DIRECTIVES:
            _, end, _ = self.inside(after, with_bars=False, depth=depth + 1)
            self._misplaced(start, end)
            return self._text(start, end), end
        return self._unknown(start)

    def _only_functions(self, word: str) -> frozenset[str]:
        """A word that is a function and no name: without a text it is told as a function."""
        is_name = word in CALL_NAMES or word in REQUEST_NAMES or word in self._names
        return frozenset() if is_name or word not in FUNCTIONS else frozenset({word})

    def _field(self, name: str, shown: str, start: int, end: int | None = None) -> Piece:
        end = start + len(shown) if end is None else end
        if name.upper() in DIRECTIVES and name not in self._names:
            self._misplaced(start, end)
            return self._text(start, end)
        declared = self._declared(name)
        if declared is None:
            self._unknown_name(name, start, end)
            return self._text(start, end)
        if not self._with_values:
            self._value_in_result(start, end)
        self._used[name] = declared
        return Value(
            Field(name), start, end, declared.is_secret, keeps_slashes=declared.kind == "path"
        )

    def _declared(self, name: str) -> Declared | None:
        if name in REQUEST_NAMES and not self._is_of_finished_request:
            return None
        kind, _, rest = name.partition(" ")
        if rest:
            return _LOOK_UPS[kind](rest)
        return self._names.get(name) or CALL_NAMES.get(name) or REQUEST_NAMES.get(name)

    def _function(self, word: str, start: int, after: int, depth: int) -> tuple[Piece, int]:
        """function *blank text *( "|" text ) "}" """
        function = FUNCTIONS[word]
        texts: list[Run] = []
        position, is_end = after, False
        while not is_end:
            run, position, is_end = self.inside(position, with_bars=True, depth=depth + 1)
            texts.append(run)
        if not self._with_values:
            self._value_in_result(start, position)
        value = self._apply(word, function, texts, start, position)
        if value is None:
            return self._text(start, position), position
        is_secret = any(
            declared.is_secret for name, declared in self._used.items() if name in names_of(value)
        )
        return Value(value, start, position, is_secret), position

    def _apply(
        self, word: str, function: Function, texts: list[Run], start: int, end: int
    ) -> Apply | None:
        wanted = function.arguments
        if function.has_claims:
            key, *claims = texts
            read = [self._claim(run) for run in claims]
            return Apply(word, (key.template(Place.RAW),), tuple(claim for claim in read if claim))
        if len(texts) != wanted or (texts[0].is_empty and wanted == 1):
            message = translate_count(
                "The function {word} takes one text.",
                "The function {word} takes {count} texts, with | between them.",
                wanted,
                word=word,
            )
            self.fault(
                "function_texts",
                message,
                start,
                end,
                translate("A bar as a character is written {|}."),
            )
            return None
        if word == "unix_time" and not _SHIFT.fullmatch(texts[0].plain):
            message = translate("The time is moved by a number of seconds with its sign.")
            self.fault(
                "function_texts", message, start, end, translate("For example: {unix_time +300}")
            )
            return None
        return Apply(word, tuple(run.template(Place.RAW) for run in texts))

    def _claim(self, run: Run) -> Claim | None:
        """claim = name ( "=" / ":=" ) text"""
        equals = run.find("=")
        name = "" if equals is None else run.cut(run.start, equals).plain.strip()
        if equals is None or not name.removesuffix(":"):
            message = translate(
                "A claim of the token is not of the form name=value or name:=value."
            )
            end = max(run.end, run.start + 1)
            self.fault(
                "function_texts",
                message,
                run.start,
                end,
                translate("For example: iat:={unix_time}"),
            )
            return None
        text = run.cut(equals + 1, run.end).trimmed().template(Place.RAW)
        return Claim(name.removesuffix(":").strip(), name.endswith(":"), text)

    def _unknown(self, start: int) -> tuple[Piece, int]:
        """Braces that hold nothing known: told whole, or as a brace alone when it is never closed."""
        match = _UNKNOWN.match(self.source, start)
        if match is None:
            self.stray_brace("{", start)
            return self._text(start, start + 1), start + 1
        word = _NAME.match(match[0])
        if word is None:
            self.unknown_directive(match[0], start)
        else:
            self._unknown_name(word[1].lower(), start, match.end())
        return self._text(start, match.end()), match.end()

    def _too_deep(self, start: int) -> tuple[Piece, int]:
        message = translate(
            "Functions stand in one another at most {MAX_DEPTH} deep.", MAX_DEPTH=MAX_DEPTH
        )
        self.fault("too_deep", message, start, start + 1)
        return self._text(start, len(self.source)), len(self.source)

    def _trimmed(self, pieces: list[Piece], start: int, end: int) -> Run:
        text = self.source[start:end]
        stripped = text.strip()
        first = start + (len(text) - len(text.lstrip())) if stripped else end
        return Run(pieces, start, end).cut(first, first + len(stripped))

    def _text(self, start: int, end: int) -> Text:
        return Text(self.source[start:end], start, end)

    def unknown_directive(self, text: str, start: int) -> None:
        shown = text if len(text) <= 40 else text[:38] + "…}"
        message = translate("{shown} is no directive.", shown=shown)
        hint = translate(
            "The directives are {DIRECTIVES}, in braces before the URL. {{^}} {{#}} {{{{}} {{}}}} write the characters themselves.",
            DIRECTIVES=", ".join(DIRECTIVES),
        )
        self.fault("unknown_directive", message, start, start + len(text), hint)

    def _unknown_name(self, name: str, start: int, end: int) -> None:
        if name in REQUEST_NAMES:
            message = translate(
                "{{{name}}} is known only once the request is finished: in a header.", name=name
            )
            self.fault("unknown_name", message, start, end)
            return
        known = {**CALL_NAMES, **self._names, **{word: Declared(word) for word in FUNCTIONS}}
        near = nearest(name, known)
        hint = (
            translate("Did you mean {{{near}}}?", near=near)
            if near
            else translate("A brace as a character is written {{} or {}}.")
        )
        self.fault(
            "unknown_name",
            translate("{{{name}}} is no value that is known here.", name=name),
            start,
            end,
            hint,
        )

    def _value_in_result(self, start: int, end: int) -> None:
        message = translate(
            "A database function puts values in itself: braces hold only directives there."
        )
        hint = translate("Return the name of a phone system to have its values used.")
        self.fault("value_in_result", message, start, end, hint)

    def _misplaced(self, start: int, end: int) -> None:
        message = translate("{source} must stand before the URL.", source=self.source[start:end])
        self.fault("misplaced_directive", message, start, end)

    def stray_brace(self, text: str, start: int) -> None:
        if text == "{":
            message = translate("This brace is never closed.")
        else:
            message = translate("This brace is never opened.")
        hint = translate(
            "A brace that belongs to the URL is written %7B or %7D, elsewhere {{} or {}}."
        )
        self.fault("stray_brace", message, start, start + 1, hint)

    def fault(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(code, message, start, end, hint))
