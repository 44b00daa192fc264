"""Cells of CSV files that no spreadsheet takes for a formula, and the way back (owasp.org, "CSV Injection").

A cell that begins with = + - or @ is one. Where a cell begins, the spreadsheet decides: Excel parts lines by the list
separator of its user's Windows, which in German is the semicolon, whatever the file was written with. So a formula may
begin behind each separator too.
"""

import re
from typing import Final

_SIGNS: Final = r"=+\-@\uff1d\uff0b\uff0d\uff20'"
"""The apostrophe itself is among them, so that what was written comes back as it was."""

_FIRST: Final = rf"[{_SIGNS}\t\r\n]"
_LATER: Final = rf'"*[{_SIGNS}]'
"""Quotes before it too: the file doubles each, and two where a cell begins are a text of nothing, behind which it goes on."""

_SEPARATOR: Final = r"(?<=[;\t\r\n])"

_BEGINNING: Final = re.compile(rf"\A(?={_FIRST})|{_SEPARATOR}(?={_LATER})")
_DEFUSED: Final = re.compile(rf"\A'(?={_FIRST})|{_SEPARATOR}'(?={_LATER})")


def defused(cell: str) -> str:
    """The cell with an apostrophe before whatever could begin a formula."""
    return _BEGINNING.sub("'", cell)


def restored(cell: str) -> str:
    """The cell without the apostrophes of `defused`."""
    return _DEFUSED.sub("", cell)
