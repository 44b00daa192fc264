"""docs/reference/function-language.md is the language as it is: its examples run, its tables are whole."""

import re
from dataclasses import fields
from datetime import datetime

import pytest

from tests.docs.manual import page, unquoted
from webdial.site.function_tables import SCHEMA as TABLES
from webdial.watcom import (
    Context,
    FunctionError,
    Kind,
    Limits,
    MemoryTables,
    Schema,
    Table,
    compile_function,
    nodes,
)
from webdial.watcom.datatypes import TYPE_WORDS
from webdial.watcom.errors import STATES
from webdial.watcom.library import BUILTINS
from webdial.watcom.parser import parse
from webdial.watcom.vocabulary import RESERVED

PAGE = page("docs/reference/function-language.md")
NUMBER = "01912345678"
CLOCK = datetime(2024, 3, 5, 14, 30, 15)  # noqa: DTZ001 - local time, as a function sees it
STAFF, AGENCY = PAGE.tables[:2]
SCHEMA = Schema(
    tuple(Table(unquoted(table[0][0]), tuple(table[0][1:])) for table in (STAFF, AGENCY))
)
HEAD = (
    'ALTER FUNCTION "pears"."GenerateWEBDialURL"( in "Number" char(100) )\nreturns long varchar\n'
)
EXPECTATION = re.compile(r"-- (gives|error): (.*)$")


def rows_of(table: list[list[str]]) -> list[dict[str, str]]:
    """The rows of a table on the page; an empty cell is NULL."""
    names = table[0][1:]
    return [
        {name: unquoted(cell) for name, cell in zip(names, row[1:], strict=True) if cell}
        for row in table[1:]
    ]


def examples() -> list[tuple[str, str, str]]:
    """Each example as a function, whether it gives a value or an error, and which."""
    found = []
    for fence in PAGE.fences:
        if fence.info != "sql":
            continue
        lines = fence.text.strip().splitlines()
        if all(EXPECTATION.search(line) for line in lines) and not lines[0].startswith("RETURN"):
            found += [(f"{HEAD}begin\nreturn {line}\nend", *told(line)) for line in lines]
        elif lines[0].startswith(("CREATE", "ALTER")):
            found.append((fence.text, *told(lines[-1])))
        else:
            body = fence.text if lines[0] == "BEGIN" else f"BEGIN {fence.text} END"
            found.append((HEAD + body, *told(lines[-1])))
    return found


def told(line: str) -> tuple[str, str]:
    match = EXPECTATION.search(line)
    assert match is not None, f"no expectation: {line}"
    return match[1], match[2]


def result_of(source: str) -> str:
    """What an example gives, as the page writes it."""
    context = Context(
        tables=MemoryTables({"Staff": rows_of(STAFF), "Agency": rows_of(AGENCY)}),
        user_staff_id="JW",
        settings=lambda name, branch: "MAIN" if (name, branch) == ("SYNETY", "LON") else None,
        clock=lambda: CLOCK,
    )
    value = compile_function(source, schema=SCHEMA).call(NUMBER, context=context).value
    if value is None:
        return "NULL"
    return f"'{value}'" if value != value.strip() else value


@pytest.mark.parametrize(("source", "what", "expected"), examples())
def test_example_gives_what_the_page_says(source: str, what: str, expected: str) -> None:
    if what == "gives":
        assert result_of(source) == expected
        return
    with pytest.raises(FunctionError) as caught:
        result_of(source)
    assert caught.value.kind == expected


def trees() -> list[nodes.Function]:
    parsed = [parse(source)[0] for source, _, _ in examples()]
    return [tree for tree in parsed if tree is not None]


def test_every_function_has_an_example() -> None:
    called = {
        node.name.upper()
        for tree in trees()
        for node in nodes.walk(tree)
        if isinstance(node, nodes.Call)
    }
    assert set(BUILTINS) - called == set()


def test_everything_in_the_language_has_an_example() -> None:
    seen = {type(node) for tree in trees() for node in nodes.walk(tree)}
    kinds = [kind for kind in vars(nodes).values() if isinstance(kind, type)]
    concrete = {
        kind for kind in kinds if issubclass(kind, nodes.Node) and not kind.__subclasses__()
    }
    assert concrete - seen == set()


def test_every_limit_is_on_the_page_with_its_value() -> None:
    shown = {unquoted(row[0]): row[1] for row in PAGE.table("limit", "value", "of")}
    limits = Limits()
    assert shown == {
        f.name: f"{value:,}" if isinstance(value := getattr(limits, f.name), int) else f"{value:g}"
        for f in fields(limits)
    }


def test_every_kind_of_error_is_on_the_page_with_its_codes() -> None:
    shown = {
        unquoted(row[0]): (row[1], row[2])
        for row in PAGE.table("kind", "SQLSTATE", "SQLCODE", "when")
    }
    expected = {str(kind): (STATES[kind].sqlstate, str(STATES[kind].sqlcode)) for kind in Kind}
    assert shown == expected | {"signalled": ("its own", "-297")}


def test_every_reserved_word_is_on_the_page_and_no_other() -> None:
    section = PAGE.sections(3)["Reserved words"]
    assert set(re.findall(r"`(\w+)`", section.text)) == RESERVED


def test_every_type_is_on_the_page() -> None:
    section = PAGE.sections(2)["Data types"]
    named = set(re.findall(r"`([A-Z]+(?: [A-Z]+)*)[`(]", section.prose))
    unsigned = {f"UNSIGNED {name}" for name in named}
    assert TYPE_WORDS - named - unsigned == set()


def test_tables_are_those_that_a_function_sees() -> None:
    shown = {
        unquoted(row[0]): tuple(re.findall(r"`(\w+)`", row[1]))
        for row in PAGE.table("table", "columns", "one row for each")
    }
    assert shown == {table.name: table.columns for table in TABLES.tables}
