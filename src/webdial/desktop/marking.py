"""Marks the helper's sentences for translation. The helper itself speaks English, as its log does.

What it reports of a call is kept in English, and told on pages in the reader's language
(webdial.site.pages.kept_words).
"""


def translatable(message: str) -> str:
    """`message` as it is."""
    return message
