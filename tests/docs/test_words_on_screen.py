"""What the how-to pages print in bold stands on the pages that they speak of."""

import re
from pathlib import Path

import pytest

import webdial
from tests.docs.manual import page

SITE = Path(webdial.__file__).parent / "site"
PAGES = ["set-up-a-phone-system", "write-a-phone-system-file"]
# Written by the page of a made-up supplier.
SUPPLIERS = {"Log in.", "Start a call."}


def on_screen() -> str:
    """Everything that pages may show, one blank between words, tags and template code left out."""
    files = [*(SITE / "templates").rglob("*.html"), *(SITE / "pages").rglob("*.py")]
    text = " ".join(file.read_text(encoding="utf-8") for file in files)
    text = re.sub(r"""\{% translate (["'])(.*?)\1 %\}""", r"\2", text)
    return " ".join(re.sub(r"<[^>]+>|\{%.*?%\}", " ", text).split())


@pytest.mark.parametrize("name", PAGES)
def test_bold_words_are_on_screen(name: str) -> None:
    text = " ".join(page(f"docs/how-to/{name}.md").prose.split())
    bold = set(re.findall(r"\*\*(.+?)\*\*", text)) - SUPPLIERS
    assert len(bold) > 3
    shown = on_screen()
    assert [words for words in bold if words not in shown] == []
