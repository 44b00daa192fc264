"""What kind of number it is, by cases; and no way of writing one hides it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import cases_of, named
from webdial.numbers import NumberError, clean_number
from webdial.numbers.ranges import NumberFacts, NumberKind, look_at


def facts_of(typed: str, country: str, prefix: str = "") -> NumberFacts:
    return look_at(clean_number(typed).dialled, country, prefix)


@pytest.mark.parametrize("case", cases_of("ringing"), ids=named)
def test_kind(case: dict[str, Any]) -> None:
    facts = facts_of(case["typed"], case.get("country", ""), case.get("prefix", ""))
    assert sorted(kind.value for kind in facts.kinds) == case.get("kinds", [])
    assert facts.is_emergency_alone == case.get("alone", False)


BARRED = (
    ("GB", "0", "9061234567", NumberKind.PREMIUM),
    ("DE", "0", "9001234567", NumberKind.PREMIUM),
    ("US", "1", "9005551234", NumberKind.PREMIUM),
    ("FR", "0", "899123456", NumberKind.PREMIUM),
    ("GB", "00", "49301234567", NumberKind.ABROAD),
    ("DE", "00", "442079460123", NumberKind.ABROAD),
    ("US", "011", "442079460123", NumberKind.ABROAD),
    ("US", "1", "8765551234", NumberKind.ABROAD),
    ("GB", "00", "881612345678", NumberKind.SATELLITE),
)
"""Country, what is dialled before it there, the number, and what it is."""

CODES = {"GB": "44", "DE": "49", "US": "1", "FR": "33"}


@st.composite
def ways_of_writing(draw: st.DrawFn) -> tuple[str, str, str, NumberKind]:
    """The country, the number as somebody might hide it, the prefix that a setting names, the kind."""
    country, access, number, kind = draw(st.sampled_from(BARRED))
    if access in {"00", "011"}:
        forms = [f"{access}{number}", f"+{number}"]
    else:
        code = CODES[country]
        abroad = "011" if country == "US" else "00"
        forms = [f"{access}{number}", f"+{code}{number}", f"{abroad}{code}{number}"]
    text = draw(st.sampled_from(forms))
    text += draw(st.sampled_from(["", "9", "99", "1234", ",1", ",,123#", "#"]))
    prefix = draw(st.sampled_from(["", "9"]))
    if not text.startswith("+"):
        before = draw(st.sampled_from(["", "9", "9,", "9,,", "141", "*31#", "#31#", "*67", "1470"]))
        text = before + text
    gap = draw(st.sampled_from(["", " ", "-", "."]))
    places = draw(st.sets(st.integers(2, len(text)), max_size=3))
    text = "".join(each + gap * (place in places) for place, each in enumerate(text))
    if draw(st.booleans()):
        text = text.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    text += draw(st.sampled_from(["", " (mobile)", " home", " ext 12"]))
    text = draw(st.sampled_from(["", "tel:", "Tel. ", "\u200b"])) + text
    return country, text, prefix, kind


@given(ways_of_writing())
def test_no_way_of_writing_hides_what_a_number_is(case: tuple[str, str, str, NumberKind]) -> None:
    country, text, prefix, kind = case
    try:
        facts = facts_of(text, country, prefix)
    except NumberError:  # what cannot be read is not dialled
        return
    assert kind in facts.kinds, clean_number(text).dialled


@given(
    st.sampled_from(["GB", "DE", "US", "FR", "ES", "IT", "BR", "AU", ""]),
    st.text("0123456789+*#,", min_size=1, max_size=40),
)
def test_whatever_is_dialled_is_looked_at_without_a_fault(country: str, dialled: str) -> None:
    facts = look_at(dialled, country)
    assert facts.is_emergency_alone <= (NumberKind.EMERGENCY in facts.kinds)


@given(st.text("0123456789", min_size=3, max_size=12), st.sampled_from(["GB", "DE", ""]))
def test_emergency_number_alone_is_nothing_else(dialled: str, country: str) -> None:
    facts = look_at(dialled, country)
    if facts.is_emergency_alone:
        assert facts.kinds == {NumberKind.EMERGENCY}
        assert len(dialled) <= 7


@given(st.text("0123456789", min_size=5, max_size=12))
def test_pause_behind_a_number_changes_nothing_where_no_country_is_set(dialled: str) -> None:
    assert look_at(f"{dialled},") == look_at(dialled)
