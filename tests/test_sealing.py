"""Sealing of credentials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import InvalidValueError
from webdial.sealing import CredentialUnreadableError, Seal, new_key

KEY, OTHER = new_key(), new_key()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again_and_is_not_to_be_seen(text: str) -> None:
    sealed = Seal([KEY]).close(text, place="setup 1 password")
    assert Seal([KEY]).open(sealed, place="setup 1 password") == text
    assert len(text) < 8 or text not in sealed


def test_same_text_is_sealed_differently_each_time() -> None:
    seal = Seal([KEY])
    assert seal.close("secret", place="a") != seal.close("secret", place="a")


def test_sealed_text_of_another_place_does_not_open() -> None:
    seal = Seal([KEY])
    with pytest.raises(CredentialUnreadableError):
        seal.open(seal.close("secret", place="setup 1"), place="setup 2")


@pytest.mark.parametrize("sealed", ["", "x", "é", "gAAAAA"])
def test_what_is_no_sealed_text_does_not_open(sealed: str) -> None:
    with pytest.raises(CredentialUnreadableError):
        Seal([KEY]).open(sealed, place="a")


def test_first_key_seals_and_all_open() -> None:
    old = Seal([KEY]).close("secret", place="a")
    both = Seal([OTHER, KEY])
    assert both.open(old, place="a") == "secret"
    assert Seal([OTHER]).open(both.close("secret", place="a"), place="a") == "secret"
    with pytest.raises(CredentialUnreadableError):
        Seal([OTHER]).open(old, place="a")


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, ""]])
def test_key_that_is_none_is_told(keys: list[str]) -> None:
    with pytest.raises(InvalidValueError):
        Seal(keys)


def test_repr_shows_no_key() -> None:
    assert KEY not in repr(Seal([KEY]))
