"""Telephone numbers: from what was clicked to what can be dialled. Pure.

`clean_number` is the one way in: what it returns is all that ever goes into a dial string, a
database function or a link. How a branch wants its numbers written is not decided here.
"""

from webdial.numbers.cleaning import MAX_DIALLED, MAX_TYPED, CleanNumber, NumberError, clean_number

__all__ = ["MAX_DIALLED", "MAX_TYPED", "CleanNumber", "NumberError", "clean_number"]
