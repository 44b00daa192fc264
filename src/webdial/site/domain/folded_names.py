"""Names found and put in order by the database without accents, case and apostrophes.

`Müller` is found by `muller` and by `mueller`, and `Östlund` stands among the O. People and companies to dial have
lines of words for this (webdial.site.domain.directory); here is what users, branches and other short tables want.
Use it as `name__folded__contains`, or in an order as `Folded("name")`.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Any, Final

from django.db.models import CharField, Q, Transform
from django.db.models.lookups import Contains

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
_FREQUENT: Final = {each: fold(each) for each in "äöüÄÖÜßéèáëíóøå"}
"""What most names outside ASCII have; PostgreSQL exchanges so few of them sooner than it makes one normal form."""

_UMLAUTS: Final = "".join(each for each in _BOTH_CASES if each.lower() in GERMAN)


def folded(name: str) -> str:
    """`O’Sullivan` is `osullivan`; what has umlauts stands in both spellings: `muller mueller`."""
    if name.isascii():  # nearly all are, and there may be many
        return name.lower().replace("'", "").replace("`", "")
    return _folded_letters(name)


@lru_cache(maxsize=32_768)
def _folded_letters(name: str) -> str:
    """Takes 1 to 2 µs, and while somebody types the same names are asked for again and again; some 8 MB."""
    small = name.lower()
    plain = german = small.translate(_PLAIN)
    if "ä" in small or "ö" in small or "ü" in small:
        german = small.translate(_IN_GERMAN)
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

        It gets short ways for plain ASCII and for the letters that are frequent, and SQLite's order: otherwise a
        list of 100,000 users took a second.
        """
        name, parameters = compiler.compile(self.lhs)
        umlauts = {each: _BOTH_CASES[each] for each in _UMLAUTS}
        german = _replaced(f"NORMALIZE({name}, NFC)", umlauts)
        latin_german = _replaced(_replaced(name, umlauts), _FREQUENT)
        # OFFSET keeps the letters from being exchanged twice.
        latin = f"(SELECT {_replaced(name, _FREQUENT)} AS latin OFFSET 0) AS exchanged"
        other = (
            "(SELECT CASE WHEN OCTET_LENGTH(latin) <> CHAR_LENGTH(latin) THEN"  # noqa: S608 - no value
            rf" CASE WHEN {name} ~ '[{_UMLAUTS}]|[aouAOU]\u0308' THEN {_bare(name)} || ' ' || {_bare(german)}"
            f" ELSE {_bare(name)} END"
            f" WHEN {name} ~ '[{_UMLAUTS}]' THEN {_plain('latin')} || ' ' || {_plain(latin_german)}"
            f" ELSE {_plain('latin')} END FROM {latin})"
        )
        is_ascii = f"OCTET_LENGTH({name}) = CHAR_LENGTH({name})"
        sql = f'(CASE WHEN {is_ascii} THEN {_plain(name)} ELSE {other} END) COLLATE "C"'
        return sql, [*parameters] * sql.count(name)

    def as_sqlite(self, compiler: Any, connection: Any, **_: object) -> tuple[str, tuple[Any, ...]]:
        """Plain ASCII without the interpreter: twice as fast."""
        name, parameters = compiler.compile(self.lhs)
        plain = _replaced(f"LOWER({name})", dict.fromkeys("'`", ""))
        is_ascii = f"LENGTH({name}) = LENGTH(CAST({name} AS BLOB))"
        sql = f"CASE WHEN {is_ascii} THEN {plain} ELSE {self.function}({name}) END"
        return sql, (*parameters,) * sql.count(name)


@Folded.register_lookup
class FoldedContains(Contains):
    """Whether a folded text stands in a name once that is folded."""

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """What stands in a name as it is also stands in it folded; most names need no further look."""
        name, parameters = compiler.compile(self.lhs.lhs)
        text, wanted = self.process_rhs(compiler, connection)
        like = self.get_rhs_op(connection, text)
        is_other = f"LENGTH({name}) <> LENGTH(CAST({name} AS BLOB))"
        has_apostrophe = f"INSTR({name}, '''') OR INSTR({name}, '`')"
        folded_name = f"{Folded.function}({name})"
        sql = f"({name} {like} OR (({is_other} OR {has_apostrophe}) AND {folded_name} {like}))"
        return sql, [*parameters, *wanted, *[*parameters] * 5, *wanted]


def teach_folding(connection: Any, **_: object) -> None:
    """Told by Django of each connection that it opens: SQLite knows no letters but those of ASCII."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            Folded.function, 1, _folded_or_none, deterministic=True
        )


def _folded_or_none(name: str | None) -> str | None:
    return None if name is None else folded(name)


def _plain(name: str) -> str:
    """PostgreSQL for small letters, where all are ASCII."""
    return _replaced(f'LOWER({name} COLLATE "C")', dict.fromkeys("'`", ""))


def _bare(name: str) -> str:
    """PostgreSQL for small letters without accents, the special ones written as two where they must be.

    Apostrophes first: the normal form makes a blank of one. Small at the end: where the database's locale is C, it knows
    no capital letters but those of ASCII.
    """
    plain = _replaced(name, dict.fromkeys(APOSTROPHES, ""))
    bare = f"REGEXP_REPLACE(NORMALIZE({plain}, NFKD), '[{_marks()}]', '', 'g')"
    special = {each: latin for each, latin in _BOTH_CASES.items() if each.lower() not in GERMAN}
    small = _replaced(f"NORMALIZE({bare}, NFC)", special | {"ẞ": "ss"})
    return _replaced(f"LOWER({small})", {"ς": "σ"})


@cache
def _marks() -> str:
    """Accents and their like of every script, as ranges for a regular expression: those that `fold` leaves out."""
    codes = {code for code in range(0x10000) if unicodedata.combining(chr(code))}
    begins = [code for code in sorted(codes) if code - 1 not in codes]
    ends = [code for code in sorted(codes) if code + 1 not in codes]
    return "".join(f"{chr(begin)}-{chr(end)}" for begin, end in zip(begins, ends, strict=True))


def _replaced(sql: str, letters: Mapping[str, str]) -> str:
    for letter, latin in letters.items():
        quoted = letter.replace("'", "''")
        sql = f"REPLACE({sql}, '{quoted}', '{latin}')"
    return sql
