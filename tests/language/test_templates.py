"""Templates hold no text for people that is not marked for translation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.language.messages import TEMPLATES

MARKED = re.compile(
    r"\{%\s*blocktranslate.*?\{%\s*endblocktranslate\s*%\}|\{%\s*comment.*?endcomment\s*%\}",
    re.DOTALL,
)
CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
BARE_ARGUMENT = re.compile(
    r"\b(?:label|help|title|text|placeholder|unit)=(?:\"[^\"]*[a-z]{2}[^\"]*\"|'[^']*[a-z]{2}[^']*')"
)
BARE_DEFAULT = re.compile(r"\|default:(?:\"[^\"]*[a-z]{2}[^\"]*\"|'[^']*[a-z]{2}[^']*')")
SHOWN = {"title", "aria-label", "placeholder", "alt", "data-label"}
SHELL = "sh install-linux.sh ⁂"
"""A command that stands in a paragraph."""

IS_CODE = {"code", "kbd", "samp", "pre", "script", "style"}
NAMES = {"UTC", "Webdial", "StaffID", "AgencyID", "SHA-256", "CSV", "main", "of", "v1"}
"""Words that are the same in every language, and what is left of class names."""

ENGLISH = {"api_reference.html", "partials/api_fields.html"}
"""The API and its description are English."""

EXCEPTIONS = {"text", "submit"}
"""Values of template code that look like words: kinds of fields."""


class Unmarked(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in IS_CODE:
            self._code.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN and value and is_text(value)]

    def handle_endtag(self, tag: str) -> None:
        if self._code and tag == self._code[-1]:
            self._code.pop()

    def handle_data(self, data: str) -> None:
        if not self._code and is_text(data):
            self.found += {data.strip()} - {SHELL}


def is_text(shown: str) -> bool:
    if re.search(r"\w--\w", shown):  # names of classes
        return False
    words = re.findall(r"[^\W\d_][\w.’'-]*[^\W\d_]", shown.replace("⁂", " "))
    return any(word not in NAMES for word in words)


def unmarked(source: str) -> list[str]:
    found = [
        each
        for tag in CODE.findall(MARKED.sub("", source))
        for each in (*BARE_ARGUMENT.findall(tag), *BARE_DEFAULT.findall(tag))
        if is_text(each.partition("=")[2] or each.partition(":")[2])
        and not any(f'"{word}"' in each or f"'{word}'" in each for word in EXCEPTIONS)
    ]
    page = Unmarked()
    page.feed(CODE.sub("⁂", MARKED.sub("⁂", source)))
    page.close()
    return found + page.found


def templates() -> list[str]:
    names = (
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*")
        if path.suffix in {".html", ".txt"}
    )
    return sorted(set(names) - ENGLISH)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Saved</p>",
        '<input aria-label="Number">',
        '{% include "a.html" with label="Number" %}',
        '{{ name|default:"none" }}',
        "{% if a %}Saved{% endif %}",
    ],
)
def test_unmarked_text_is_found(source: str) -> None:
    assert len(unmarked(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Saved" %}</p>',
        "{% blocktranslate %}Saved <b>{{ name }}</b>{% endblocktranslate %}",
        '{{ name|default:_("none") }}',
        "<p>{{ when }} UTC · <code>tel:</code></p>",
    ],
)
def test_marked_text_is_let_through(source: str) -> None:
    assert unmarked(source) == []


@pytest.mark.parametrize("name", templates())
def test_every_text_is_marked(name: str) -> None:
    assert unmarked((Path(TEMPLATES) / name).read_text(encoding="utf-8")) == []
