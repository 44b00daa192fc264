"""How large a file may be: far above what a business has, and soon enough to stop what is hostile."""

from typing import Final

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
"""Bytes of a file as it is sent. A table of 20,000 users with two numbers each has less than 2 MB."""

MAX_ROWS: Final = 50_000
"""Rows of a table below its headings, and cards of a vCard file."""

MAX_CARD_LINES: Final = 1_000
"""Of those of a card that are read: far more than anybody has numbers, and so few that a hostile one is soon refused."""

MAX_COLUMNS: Final = 200

MAX_CELL: Final = 32_767
"""Characters of a cell, as Excel has it (support.microsoft.com, "Excel specifications and limits")."""

MAX_UNPACKED_BYTES: Final = 200 * 1024 * 1024
"""What an xlsx or ods file may say that it unpacks to; it is a ZIP archive, which may say anything."""

CHILD_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of the process that reads a workbook: 50,000 rows take less than half of it."""

CHILD_TIME_S: Final = 30
"""Seconds of the processor, and of the clock, that reading a workbook may take."""
