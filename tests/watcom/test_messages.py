"""What PRINT tells stays short, however often its first text asks for a long value."""

from webdial.watcom.frames import LONG_TEXT
from webdial.watcom.messages import print_texts


def test_value_that_is_asked_for_again_and_again_does_not_fill_the_memory() -> None:
    told = print_texts(["%1!" * 1_000, "a" * LONG_TEXT])
    assert told == "a" * LONG_TEXT


def test_placeholder_without_a_value_stands_as_it_is() -> None:
    assert print_texts(["%2! of %1!%3!", "9", "5"]) == "5 of 9%3!"
