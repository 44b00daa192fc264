"""Writes TOML (toml.io, version 1.0.0), which Python reads and does not write.

Tables come in the order they are given in, with a blank line before each, so that two files can be compared.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_text(document: Mapping[str, Any]) -> str:
    """The document: texts, numbers, truths, lists and tables. Empty lists and tables are left out."""
    return "\n".join(_table(document, "")).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Plain values first, since whatever follows a table's head belongs to that table."""
    inner: list[tuple[str, Any]] = []
    for key, value in table.items():
        if _is_table(value) or _are_tables(value):
            inner.append((key, value))
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner:
        name = f"{path}.{_key(key)}" if path else _key(key)
        if _is_table(value):
            yield from ("", f"[{name}]")
            yield from _table(value, name)
        else:
            for each in value:
                yield from ("", f"[[{name}]]")
                yield from _table(each, name)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _basic(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _text(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"{type(value).__name__} has no place in the file")


def _text(text: str) -> str:
    """In the form that is read best: texts of many lines as they are, backslashes not doubled."""
    is_literal = not _CONTROL.search(text) and "'''" not in text and not text.endswith("'")
    if "\n" in text and is_literal:
        return f"'''\n{text}'''"
    if set(text) & {"\\", '"'} and is_literal and not set(text) & {"'", "\n"}:
        return f"'{text}'"
    return _basic(text)


def _basic(text: str) -> str:
    def escaped(character: str) -> str:
        if character in _ESCAPES:
            return _ESCAPES[character]
        return f"\\u{ord(character):04X}" if _CONTROL.match(character) else character

    return f'"{"".join(map(escaped, text))}"'
