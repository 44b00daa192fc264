"""Names found and put in order by the database without accents, case and apostrophes.

`Müller` is found by `muller` and by `mueller`, and `Östlund` stands among the O. People and companies to dial have
lines of words for this (webdial.site.domain.directory); here is what users, branches and other short tables want.
Use it as `name__folded__contains`, or in an order as `Folded("name")`.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import CharField, Q, Transform

from webdial.site.domain.directory_words import APOSTROPHES, GERMAN, SPECIAL, fold, in_german

_NO_APOSTROPHES: Final = str.maketrans(dict.fromkeys(APOSTROPHES, ""))
_PLAIN: Final = _NO_APOSTROPHES | {
    code: fold(chr(code)) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
}
_IN_GERMAN: Final = _PLAIN | str.maketrans(GERMAN)
"""Letter by letter for names in Latin ones: a sixth of the time, and a list is put in order by many."""

_BOTH_CASES: Final = {
    each: latin for one, latin in (SPECIAL | GERMAN).items() for each in (one, one.upper())
}
_UMLAUTS: Final = "".join(each for each in _BOTH_CASES if each.lower() in GERMAN)


def folded(name: str) -> str:
    """`O’Sullivan` is `osullivan`; what has umlauts stands in both spellings: `muller mueller`."""
    if name.isascii():  # nearly all are, and there may be many
        return name.lower().replace("'", "").replace("`", "")
    small = name.lower()
    plain, german = small.translate(_PLAIN), small.translate(_IN_GERMAN)
    if not plain.isascii():
        bare = name.translate(_NO_APOSTROPHES)
        plain, german = fold(bare), fold(in_german(bare))
    return plain if plain == german else f"{plain} {german}"


def has_word(word: str, *fields: str) -> Q:
    """The condition that a typed word stands in one of these fields, in any spelling; for all where it is nothing."""
    typed = word.translate(_NO_APOSTROPHES)
    spellings = dict.fromkeys((fold(typed), fold(in_german(typed))))
    conditions = (Q((f"{field}__folded__contains", each)) for field in fields for each in spellings)
    return reduce(or_, conditions)


@CharField.register_lookup
class Folded(Transform):
    lookup_name = "folded"
    function = "WEBDIAL_FOLDED"

    def as_postgresql(self, compiler: Any, connection: Any, **_: object) -> tuple[str, list[Any]]:
        """What `folded` does, by PostgreSQL's own functions.

        It gets a short way for plain ASCII, SQLite's order, and no TRANSLATE, which takes 1 µs for each name:
        otherwise a list of 100,000 users took a second.
        """
        name, parameters = compiler.compile(self.lhs)
        plain = _replaced(f'LOWER({name} COLLATE "C")', dict.fromkeys("'`", ""))
        umlauts = {each: _BOTH_CASES[each] for each in _UMLAUTS}
        german = _replaced(f"NORMALIZE({name}, NFC)", umlauts)
        sql = (
            f"(CASE WHEN OCTET_LENGTH({name}) = CHAR_LENGTH({name}) THEN {plain}"
            rf" WHEN {name} ~ '[{_UMLAUTS}\u0308]' THEN {_bare(name)} || ' ' || {_bare(german)}"
            f' ELSE {_bare(name)} END) COLLATE "C"'
        )
        return sql, [*parameters] * sql.count(name)


def teach_folding(connection: Any, **_: object) -> None:
    """Told by Django of each connection that it opens: SQLite knows no letters but those of ASCII."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            Folded.function, 1, _folded_or_none, deterministic=True
        )


def _folded_or_none(name: str | None) -> str | None:
    return None if name is None else folded(name)


def _bare(name: str) -> str:
    """PostgreSQL for small letters without accents, the special ones written as two where they must be.

    Small at the end: where the database's locale is C, it knows no capital letters but those of ASCII.
    """
    sql = rf"REGEXP_REPLACE(NORMALIZE({name}, NFKD), '[\u0300-\u036f]', '', 'g')"
    special = {each: latin for each, latin in _BOTH_CASES.items() if each.lower() not in GERMAN}
    return f"LOWER({_replaced(sql, special | dict.fromkeys(APOSTROPHES, ''))})"


def _replaced(sql: str, letters: Mapping[str, str]) -> str:
    for letter, latin in letters.items():
        quoted = letter.replace("'", "''")
        sql = f"REPLACE({sql}, '{quoted}', '{latin}')"
    return sql
