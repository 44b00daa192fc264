"""The words of the language, for the editor's colours and completion and for the page that lists them.

All of them come from webdial.watcom, so that what is coloured as a word is one.
"""

from dataclasses import dataclass
from typing import Final

from webdial.language import decimal, grouped, translatable, translate
from webdial.site.function_tables import SCHEMA
from webdial.watcom.builtins import BUILTINS, Builtin, Kind
from webdial.watcom.datatypes import TYPE_WORDS
from webdial.watcom.limits import Limits
from webdial.watcom.vocabulary import AGGREGATES, REFUSED_STATEMENTS, RESERVED

_UNRESERVED: Final = frozenset(
    [
        "ATOMIC",
        "CALL",
        "CATCH",
        "DETERMINISTIC",
        "DYNAMIC",
        "FUNCTION",
        "JOIN",
        "LEAVE",
        "LIMIT",
        "LOCAL",
        "LOOP",
        "NO",
        "RESIGNAL",
        "RESUME",
        "RETURNS",
        "SCROLL",
        "SIGNAL",
        "TRY",
    ]
)
"""Words of the grammar that may be names as well."""

_USER_VARIABLE: Final = "UserStaffID"

_ARGUMENTS: Final = {
    Kind.ANY: translatable("value"),
    Kind.TEXT: translatable("text"),
    Kind.INTEGER: translatable("whole number"),
    Kind.NUMBER: translatable("number"),
    Kind.DECIMAL: translatable("number"),
    Kind.MOMENT: translatable("date"),
    Kind.PART: translatable("part of a date"),
}

_SUBJECTS: Final = {
    "builtins_text": translatable("Text"),
    "builtins_bytes": translatable("Text"),
    "builtins_characters": translatable("Text"),
    "builtins_numbers": translatable("Numbers"),
    "builtins_mathematics": translatable("Numbers"),
    "builtins_dates": translatable("Dates and times"),
    "builtins_values": translatable("Any value"),
    "builtins_encoding": translatable("Encoding"),
}


@dataclass(frozen=True, slots=True)
class BuiltinSubject:
    """The built-in functions of one subject, each as it is called."""

    title: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Statements that no function may contain, and why."""

    reason: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit in words."""

    what: str
    most: str


def editor_words() -> dict[str, object]:
    """What the editor knows: words in small letters, tables and their columns as spelt."""
    types = {word.lower() for name in TYPE_WORDS for word in name.split()}
    functions = {name.lower() for name in BUILTINS} | {name.lower() for name in AGGREGATES}
    keywords = {word.lower() for word in RESERVED | _UNRESERVED}
    return {
        "keywords": sorted(keywords - types - functions),
        "types": sorted(types - functions),
        "functions": sorted(functions),
        "names": [_USER_VARIABLE, *(each.name for each in BUILTINS.values() if each.supplied)],
        "tables": {table.name: list(table.columns) for table in SCHEMA.tables},
        "most_bytes": Limits().source_bytes,
        "texts": _editor_texts(Limits().source_bytes),
    }


def _editor_texts(most_bytes: int) -> dict[str, str]:
    """What the editor says. It puts in what stands in braces."""
    return {
        "no_faults": translate("No faults"),
        "one_fault": translate("1 fault"),
        "faults": translate("{count} faults"),
        "list": translate("Faults of the function"),
        "place": translate("Line {line}, column {column}"),
        "too_long": translate(
            "The function has more than {source_bytes} bytes.", source_bytes=grouped(most_bytes)
        ),
        "not_saved": translate("Not saved"),
        "sample": translate("The sample is not saved yet. Undo brings back what stood here."),
        "unknown": translate(
            "The function could not be checked: the server did not answer. "
            "You may have been signed out."
        ),
    }


def builtin_subjects() -> list[BuiltinSubject]:
    """Every built-in function by its subject."""
    calls: dict[str, list[str]] = {title: [] for title in _SUBJECTS.values()}
    for _, function in sorted(BUILTINS.items()):
        module = function.run.__module__.rpartition(".")[2]
        calls[_SUBJECTS[module]].append(_call(function))
    return [BuiltinSubject(translate(title), tuple(found)) for title, found in calls.items()]


def refusals() -> list[Refusal]:
    """Statements that are refused, together with those of the same reason."""
    by_reason: dict[str, list[str]] = {}
    for statement, reason in REFUSED_STATEMENTS.items():
        by_reason.setdefault(reason, []).append(statement)
    return [Refusal(translate(reason), tuple(sorted(found))) for reason, found in by_reason.items()]


def bounds(limits: Limits) -> list[Bound]:
    """The limits that an author may meet."""
    return [
        Bound(
            translate("Time of a call"), translate("{seconds} s", seconds=decimal(limits.wall_s))
        ),
        Bound(translate("Statements and turns of loops"), grouped(limits.statements)),
        Bound(translate("Queries"), grouped(limits.queries)),
        Bound(translate("Rows of one query"), grouped(limits.rows_per_query)),
        Bound(translate("Characters of one text"), grouped(limits.text_chars)),
        Bound(translate("Bytes of the dial string"), grouped(limits.result_bytes)),
        Bound(translate("Bytes of the function itself"), grouped(limits.source_bytes)),
    ]


def _call(function: Builtin) -> str:
    """`LEFT(text, whole number)`, what may be left out in square brackets."""
    words = [translate(_ARGUMENTS[kind]) for kind in function.parameters]
    needed, optional = words[: function.least], words[function.least :]
    inside = ", ".join(needed)
    for word in optional:
        inside += f" [, {word}]" if inside else f"[{word}]"
    if function.rest is not None:
        inside += " [, …]"
    return f"{function.name}({inside or ('*' if function.star else '')})"
