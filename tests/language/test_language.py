"""webdial.language: what is told in which language."""

import ast
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

import webdial
from webdial.language import Kept, grouped, retold, speak, translatable, translate, translate_count

MARKS = {"translate", "translatable", "translate_count", "Kept"}


class Upside:
    """A language that tells what it was asked for."""

    def gettext(self, message: str, /) -> str:
        return {"1,000": "1.000"}.get(message, f"<{message}>")

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        return f"<{one if count == 1 else many}>"


@pytest.fixture
def upside() -> Iterator[None]:
    speak(Upside())
    yield
    speak(None)


def test_english_is_told_as_it_stands() -> None:
    assert translate("A {brace} that is meant") == "A {brace} that is meant"
    assert translate("The branch {name} was saved.", name="Leeds") == "The branch Leeds was saved."
    assert translate_count("{count} call", "{count} calls", 1) == "1 call"
    assert translate_count("{count} call of {name}", "{count} calls of {name}", 2, name="Ada") == (
        "2 calls of Ada"
    )
    assert grouped(1234567) == "1,234,567"


@pytest.mark.usefixtures("upside")
def test_values_are_put_into_the_translation() -> None:
    assert translate("Saved {name}.", name="Saved") == "<Saved Saved.>"
    assert translate_count("{count} call", "{count} calls", 3) == "<3 calls>"
    assert grouped(1234567) == "1.234.567"


@pytest.mark.usefixtures("upside")
def test_nothing_is_not_looked_up() -> None:
    """An empty text is the name of a catalogue's header."""
    assert translate("") == ""


@pytest.mark.usefixtures("upside")
def test_what_is_kept_is_english_until_it_is_told() -> None:
    wanted = Kept(translatable("a plus"))
    kept = Kept("Wanted: {form} by {name}.", form=wanted, name="Wanted")
    assert kept == "Wanted: a plus by Wanted."
    assert f"{kept}" == "Wanted: a plus by Wanted."
    assert retold(kept) == "<Wanted: <a plus> by Wanted.>"
    assert retold("No rule fits.") == "<No rule fits.>"


def test_a_language_is_that_of_one_request() -> None:
    copy_context().run(speak, Upside())
    assert translate("Saved.") == "Saved."


def test_marked_texts_are_literals() -> None:
    """What is put together at run time is in no catalogue."""
    wrong = []
    for path in Path(webdial.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
                arguments = node.args[
                    : 2 if getattr(node.func, "id", "") == "translate_count" else 1
                ]
                wrong += [
                    f"{path.name}:{node.lineno}"
                    for each in arguments
                    if isinstance(each, ast.JoinedStr | ast.BinOp)
                ]
    assert wrong == []
