"""What holds for every text and every tree."""

import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cases import FOLDER
from tests.watcom.examples import ROWS, SCHEMA
from tests.watcom.trees import FUNCTIONS
from webdial.watcom import Context, FunctionError, Limits, MemoryTables, compile_function, nodes
from webdial.watcom.conformance import read_cases
from webdial.watcom.parser import parse
from webdial.watcom.printer import to_source

SOURCES = [
    case.function
    for file in sorted((FOLDER / "watcom").glob("*.toml"))
    for case in read_cases(file.read_text(encoding="utf-8"))
]
WORDS = sorted({word for source in SOURCES for word in re.findall(r"\w+|[^\w\s]", source)})
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("'\"[]/*-\\();,.:"), max_size=200)
SOUP = st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join)
HEAD = "CREATE FUNCTION f(n CHAR(100)) RETURNS LONG VARCHAR BEGIN DECLARE x, y, i CHAR(9); "
LIMITS = Limits(wall_s=0.5, statements=2_000)


@st.composite
def changed_sources(draw: st.DrawFn) -> str:
    """A function of the cases with pieces of it taken out, doubled, moved or replaced."""
    pieces = re.findall(r"\w+|\s+|[^\w\s]", draw(st.sampled_from(SOURCES)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(pieces) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                del pieces[place]
            case 1:
                pieces.insert(place, draw(st.sampled_from(WORDS)))
            case 2:
                pieces[place] = draw(st.sampled_from(WORDS))
            case _:
                other = draw(st.integers(0, len(pieces) - 1))
                pieces[place], pieces[other] = pieces[other], pieces[place]
        if not pieces:
            break
    return "".join(pieces)


def _use(source: str) -> None:
    """Compile a text and, if it is a function, call it; only a FunctionError may come of it."""
    try:
        function = compile_function(source, schema=SCHEMA)
    except FunctionError as error:
        assert error.faults
        assert list(error.faults) == sorted(error.faults, key=lambda f: (f.start, f.end))
        for fault in error.faults:
            assert 0 <= fault.start <= fault.end <= len(source) + 1
            assert fault.message.endswith((".", "…"))
        assert error.explain()
        assert error.line >= 1
        assert error.column >= 1
        return
    context = Context(tables=MemoryTables(ROWS), user_staff_id="JW", limits=LIMITS)
    try:
        result = function.call("01912345678", context=context)
    except FunctionError as error:
        assert error.explain()
    else:
        assert result.value is None or isinstance(result.value, str)


@given(TEXT | SOUP)
@example("create function f(n char(9)) returns char(9) begin return '\ud800' end")
@example("CREATE FUNCTION \x00")
@example("\u0131f")
def test_any_text_is_a_function_or_refused(source: str) -> None:
    _use(source)


@given(SOUP)
def test_any_words_in_a_body_are_run_or_refused(body: str) -> None:
    _use(f"{HEAD}{body} END")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(changed_sources())
def test_any_change_to_a_function_is_run_or_refused(source: str) -> None:
    _use(source)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(FUNCTIONS)
def test_printed_tree_parses_to_the_same_tree(function: nodes.Function) -> None:
    source = to_source(function)
    parsed, faults = parse(source)
    assert [fault.message for fault in faults] == []
    assert parsed == function


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(FUNCTIONS)
def test_any_tree_is_run_or_refused(function: nodes.Function) -> None:
    _use(to_source(function))


def test_name_before_an_item_in_brackets_stays_a_name() -> None:
    query = "SELECT TOP (m) START AT (n) (SELECT FIRST Name FROM Staff) FROM Staff"
    function, faults = parse(f"{HEAD}RETURN ({query}) END")
    assert faults == []
    assert function is not None
    assert parse(to_source(function)) == (function, [])


def test_every_function_of_the_cases_prints_to_what_it_is() -> None:
    count = 0
    for source in SOURCES:
        function, faults = parse(source)
        if function is None or faults:
            continue
        again, faults = parse(to_source(function))
        assert faults == []
        assert again == function
        count += 1
    assert count > 300


@given(st.lists(st.sampled_from(["(", ")", "'", '"', "[", "/*", "begin ", "if ", "case ", "not ",
                                 "- ", "1 ", "n ", "select ", "then ", "when ", "||", ",", ";"]),
                min_size=1, max_size=3),
       st.integers(1_000, 70_000))  # fmt: skip
def test_any_repetition_is_refused_or_run(pieces: list[str], length: int) -> None:
    piece = "".join(pieces)
    _use(HEAD + (piece * (length // len(piece) + 1))[:length])
