"""What PRINT tells: a text with placeholders for the values behind it."""

import re

_PLACEHOLDER = re.compile("%([1-9][0-9]?)!")


def print_texts(texts: list[str]) -> str:
    """%1! to %20! in the first text stand for those after it; without any, all stand in a row (SQL
    Anywhere, PRINT statement)."""
    pattern, *arguments = texts
    if not _PLACEHOLDER.search(pattern):
        return "".join(texts)

    def argument(match: re.Match[str]) -> str:
        number = int(match[1])
        return arguments[number - 1] if number <= len(arguments) else match[0]

    return _PLACEHOLDER.sub(argument, pattern)
