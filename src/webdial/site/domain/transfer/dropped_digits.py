"""What spreadsheets do to numbers: 4.42079E+11, and no 0 or + in front. It is told, and never guessed back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from webdial.errors import InvalidValueError
from webdial.language import grouped, translatable, translate, translate_count
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.plan import CellFault, Item
from webdial.site.domain.transfer.subject import Draft, Key, Subject

_SHORTENED: Final = re.compile(r"\d([.,]\d+)?[eE]\+\d{1,3}", re.ASCII)

_LONG: Final = 7
"""Digits from which a number is no extension: without its 0 or + it would ring somebody else."""

_AS_TEXT: Final = translatable("Give the column the format Text, and type the number again.")


def refuse_shortened(given: str) -> None:
    """Raises InvalidValueError for 4.42079E+11: the digits are lost."""
    if _SHORTENED.fullmatch(given.strip()):
        raise InvalidValueError(
            translate("A spreadsheet has shortened this number, and its digits are lost."),
            hint=translate(_AS_TEXT),
        )


def refuse_numeric(given: str) -> None:
    """Raises InvalidValueError for a long number that a sheet keeps as a number, and not as text."""
    if sum(map(str.isdigit, given)) >= _LONG:
        raise InvalidValueError(
            translate("The sheet keeps this as a number, and a number has no 0 or + in front."),
            hint=translate(_AS_TEXT),
        )


def blame_keys(
    subject: Subject, rows: Mapping[Key, Sequence[Draft]], kept: Mapping[Key, Sequence[Item]]
) -> None:
    """Blame rows whose key is not kept, but would be with zeros in front: StaffID 7 where 007 is kept."""
    padded = {key[0].lstrip("0"): items[0] for key, items in kept.items() if key[0][:1] == "0"}
    column = next(column for column in subject.columns if column.is_key)
    for key, drafts in rows.items():
        if key not in kept and key[0].isdecimal() and key[0] in padded:
            whole = padded[key[0]].values[column.field]
            for draft in drafts:
                draft.blame(
                    column,
                    translate(
                        "{whole} is kept. Has a spreadsheet dropped the 0 in front?", whole=whole
                    ),
                    hint=translate(_AS_TEXT),
                )


def blame_phones(draft: Draft, kept: Iterable[LabelledNumber]) -> None:
    """Blame numbers that are kept already, but for the 0 or + in front."""
    whole = {"".join(filter(str.isdigit, phone.number)): phone.number for phone in kept}
    for phone in draft.phones or ():
        bare = phone.number
        if not _is_bare(bare) or bare in whole.values():
            continue
        lost = whole.get(f"0{bare}") or whole.get(f"00{bare}") or whole.get(bare, "")
        if lost[:1] in {"0", "+"}:
            message = translate(
                "{lost} is kept. Has a spreadsheet dropped the 0 or + in front?", lost=lost
            )
            draft.faults.append(CellFault("Number", bare, message, translate(_AS_TEXT)))


def note_on(drafts: Iterable[Draft]) -> Iterable[str]:
    """One note on all numbers without 0 or +: in some countries every number is written so."""
    bare = [
        (draft.row.number, phone.number)
        for draft in drafts
        for phone in draft.phones or ()
        if _is_bare(phone.number)
    ]
    if bare:
        row, number = bare[0]
        yield translate_count(
            "{total} number has neither a 0 nor a + in front, such as {number} in row {row}. "
            "If a spreadsheet has dropped it, mend the file first.",
            "{total} numbers have neither a 0 nor a + in front, such as {number} in row {row}. "
            "If a spreadsheet has dropped it, mend the file first.",
            len(bare),
            total=grouped(len(bare)),
            number=number,
            row=row,
        )


def _is_bare(number: str) -> bool:
    return number.isdecimal() and len(number) >= _LONG and number[0] != "0"
