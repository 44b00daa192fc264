"""What is found by what: letters without accents, numbers however they are typed."""

import pytest

from webdial.site.domain.directory_words import MAX_TEXT_BYTES, found_text, sort_name, terms_of

NAMES = ["Jürgen Müller-Weiß", "O’Sullivan & Søn 3M"]
NUMBERS = ["020 7946 0123", "+44 7700 900518", "203", "no number"]


def is_found(search: str, names: list[str] = NAMES, numbers: list[str] = NUMBERS) -> bool:
    text = found_text(names, numbers)
    return all(any(each in text for each in term.spellings) for term in terms_of(search))


@pytest.mark.parametrize(
    "search",
    [
        "jurgen", "JÜRGEN", "juergen", "mul", "mueller", "Müller", "weiss", "weiß", "weis", "wei jur",
        "osullivan", "o'sullivan", "o’sulli", "sullivan", "son", "søn", "3m", "mu\u0308ller",
        "020", "0207946", "020 7946", "7946 0123", "(020) 7946-0123", "020 7946 0123", "9460",
        "+44 20 7946 0123", "0044 20 7946", "+44 (0)20 7946", "+442079460123", "+44", "2079460123",
        "07700 900518", "07700900518", "+44 7700 900518", "447700", "0044 7700 9", "203",
        "müller 7946 01", "3m 9005", "٢٠٣",
    ],
)  # fmt: skip
def test_found(search: str) -> None:
    assert terms_of(search)
    assert is_found(search)


@pytest.mark.parametrize(
    "search",
    ["urgen", "ulli", "jurgenx", "3", "weissmuller", "020 7947", "+44 30 7946", "7946 0123 9",
     "muller 555", "m3"],
)  # fmt: skip
def test_not_found(search: str) -> None:
    names = [name.replace("3M", "") for name in NAMES]
    assert terms_of(search)
    assert not is_found(search, names, ["020 7946 0120" if search == "3" else "020 7946 0123"])


@pytest.mark.parametrize("search", ["", "  ", "%", "_", "&", "'", "+", "()", "\u0301"])
def test_nothing_can_be_looked_for(search: str) -> None:
    assert terms_of(search) == ()


def test_patterns_of_the_database_are_no_patterns_here() -> None:
    assert not is_found("50%x_", ["50 percent"], [])


def test_scripts_without_blanks_are_found_in_the_middle() -> None:
    assert is_found("小明", ["王小明"], [])


def test_text_is_cut_where_an_index_ends_and_never_within_a_letter() -> None:
    text = found_text(["王小明" * 40], [f"+44 20 7946 {n:04}" for n in range(1000)])
    assert len(text.encode()) <= MAX_TEXT_BYTES
    assert "\ufffd" not in text


def test_hostile_search_is_cut() -> None:
    assert len(terms_of(" ".join(f"w{n}" for n in range(500)))) == 12


def test_names_are_sorted_without_accents_and_case() -> None:
    names = ["Zoë", "ábel", "Ærø", "Adam"]
    assert sorted(names, key=sort_name) == ["ábel", "Adam", "Ærø", "Zoë"]
