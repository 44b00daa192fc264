"""Python whose texts reach pages holds no sentence that is not marked for translation."""

import ast
from collections.abc import Iterator
from pathlib import Path
from re import compile as pattern

import pytest

import webdial
from webdial.exchange.general_settings import SETTINGS

SOURCE = Path(webdial.__file__).parent
FOLDERS = ("exchange", "dialstring", "numbers", "phonesystems", "watcom", "site/pages")
ENGLISH = {
    # What the manual and the keepers of other programs read.
    "phonesystems/schema.py",
    "watcom/conformance.py",
    "dialstring/functions.py",
}
MARKS = {"translate", "translatable", "translate_count", "Kept", "_", "gettext", "ngettext"}
NOT_TOLD = {
    # For the log and for whoever programs.
    *("debug", "info", "warning", "error", "exception", "critical", "AssertionError", "TypeError"),
    # The page of a missing page says it in its own words.
    "Http404",
    # The old system's own messages, which functions compare.
    "State",
}
WORD = r"\b[a-z]*[aeiou][a-z]*\b"
SENTENCE = pattern(rf"[A-Z“].*{WORD} {WORD}.*|….*{WORD} {WORD}.*[.?!]")
"""Two words beside each other in a text that begins as a sentence, or with a value and ends as one."""


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence outside a mark, docstrings left out."""
    if isinstance(tree, ast.Call) and name_of(tree.func) in MARKS | NOT_TOLD:
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    if isinstance(tree, ast.Constant | ast.JoinedStr):
        text = text_of(tree)
        if SENTENCE.fullmatch(text):
            yield tree.lineno, text
        return
    for child in ast.iter_child_nodes(tree):
        yield from unmarked(child)


def name_of(function: ast.expr) -> str:
    return str(getattr(function, "id", getattr(function, "attr", "")))


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    values = (part.value if isinstance(part, ast.Constant) else "…" for part in parts)
    return "".join(value for value in values if isinstance(value, str))


def sources() -> list[str]:
    found = (path for folder in FOLDERS for path in (SOURCE / folder).rglob("*.py"))
    return sorted({path.relative_to(SOURCE).as_posix() for path in found} - ENGLISH)


@pytest.mark.parametrize(
    "source",
    [
        'raise ValueError("This is no number.")',
        'hint = f"{name} is not there; it is {other}."',
        'kept = f"It pointed to {place}"',
    ],
)
def test_unmarked_sentence_is_found(source: str) -> None:
    assert len(list(unmarked(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'raise ValueError(translate("This is no {thing}.", thing=thing))',
        '"""This is what a module says."""',
        'log.info("A call is being placed")',
        'name = "Number Country"',
    ],
)
def test_what_is_marked_or_told_to_nobody_is_let_through(source: str) -> None:
    assert list(unmarked(ast.parse(source))) == []


@pytest.mark.parametrize("name", sources())
def test_every_sentence_is_marked(name: str) -> None:
    names = {definition.name for definition in SETTINGS}
    tree = ast.parse((SOURCE / name).read_text(encoding="utf-8"))
    assert [each for each in unmarked(tree) if each[1] not in names] == []
