"""How much a database function may be and do.

Every limit is a field, so an installation can set its own. Reaching one is an error that no handler
of the function can catch.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the source text, checked when it is compiled, and on one call.

    The figures are chosen so that refusing a text takes under 100 ms and the longest call a second.
    """

    source_bytes: int = 64 * 1024
    tokens: int = 10_000
    """Words, numbers and signs in the source: a function of 64 KiB has about that many."""
    nesting: int = 64
    """Brackets, calls, blocks, IFs and loops within one another; a subquery counts as four."""
    faults: int = 50
    """Faults told at once; a text with more of them is not read further."""
    tables_per_query: int = 12
    patterns: int = 100
    """Literal patterns of SIMILAR TO and REGEXP."""
    statements: int = 100_000
    """Statements and turns of loops."""
    wall_s: float = 0.9
    """Time of one call. A look at the clock may come some 50 ms late, and a call is to end within a
    second."""
    text_chars: int = 1024 * 1024
    """Length of any one text."""
    built_chars: int = 16 * 1024 * 1024
    """Characters of all long texts built in one call: what bounds the memory it takes."""
    result_bytes: int = 8 * 1024
    rows_per_query: int = 10_000
    values_per_query: int = 200_000
    """Rows of a result times its columns."""
    queries: int = 100
    """Queries run, those inside another query not counted."""
    lookups: int = 1_000
    """Requests for rows of a table or for a setting, those inside queries included."""
    pattern_chars: int = 126
    """SQL Anywhere's own bound for LIKE."""
    messages: int = 100
    """Texts of MESSAGE and PRINT kept for the author; later ones are dropped."""
