"""Text as it is kept: what comes along unseen when it is pasted is gone, and what else cannot be seen is refused."""

import pytest

from webdial.errors import InvalidValueError
from webdial.site.domain.fields import kept_lines, kept_text


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\u202a+44\u00a020 7946\u20110123\u202c", "+44 20 7946\u20110123"),
        ("\ufeffMüller\u2009GmbH\u200b ", "Müller GmbH"),
        ("Öster\u00adreich\u200f", "Österreich"),
        ("\u2066Bea\u2069\u3000Novak", "Bea Novak"),
    ],
)
def test_what_is_pasted_unseen_is_left_out(pasted: str, kept: str) -> None:
    assert kept_text(pasted, field="name", label="The name", most=40) == kept
    assert kept_lines(f"{pasted}\n{pasted}", field="notes", label="The notes", most=80).split(
        "\n"
    ) == [kept, kept]


@pytest.mark.parametrize("typed", ["\u200b", "\u00a0\u202e"])
def test_text_of_nothing_that_is_seen_is_missing(typed: str) -> None:
    with pytest.raises(InvalidValueError, match="The name is missing"):
        kept_text(typed, field="name", label="The name", most=40)


@pytest.mark.parametrize("typed", ["a\x00b", "a\x1b[31m", "a\nb", "a\u2028b"])
def test_what_else_cannot_be_seen_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValueError, match="cannot be seen"):
        kept_text(typed, field="name", label="The name", most=40)
