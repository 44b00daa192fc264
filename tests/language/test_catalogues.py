"""The catalogues hold all texts of the source, and translations that fit them."""

import gettext
import shutil
from pathlib import Path

import pytest

from tests.language import messages
from tests.language.catalogue import Catalogue, Entry, places, read_catalogue

COMPLETE = frozenset({"de"})
"""Languages in which nothing may be missing. Add one here when `dev.py messages --complete` passes."""

LANGUAGES = messages.languages()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return read_catalogue(messages.catalogue_of(request.param))


def translated(catalogue: Catalogue) -> list[Entry]:
    return [entry for entry in catalogue.entries if any(entry.translations)]


def test_german_is_a_language() -> None:
    assert "de" in LANGUAGES


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_is_collected(language: str, tmp_path: Path) -> None:
    """If not: python3 dev.py messages"""
    merged = tmp_path / "merged.po"
    shutil.copyfile(messages.catalogue_of(language), merged)
    collected = tmp_path / "collected"
    collected.mkdir()
    messages.merge(messages.collect(collected), merged, language)
    fresh = {entry.key for entry in read_catalogue(merged).entries}
    kept = {entry.key for entry in read_catalogue(messages.catalogue_of(language)).entries}
    assert fresh - kept == set()
    assert kept - fresh == set()


def test_values_of_a_text_are_those_of_its_translation(catalogue: Catalogue) -> None:
    wrong = []
    for entry in translated(catalogue):
        wanted = places(entry.text) | places(entry.plural)
        for told in filter(None, entry.translations):
            # A singular may say "one" where the text puts the count.
            may_miss = {"count", "counter"} if entry.plural else set[str]()
            if not wanted - may_miss <= places(told) <= wanted:
                wrong.append((entry.text, told))
    assert wrong == []


def test_nothing_is_guessed(catalogue: Catalogue) -> None:
    assert [entry.text for entry in catalogue.entries if "fuzzy" in entry.flags] == []


def test_translations_stay_within_attributes(catalogue: Catalogue) -> None:
    """A text may stand between double quotes in HTML, so it brings none that its source has not."""
    wrong = [
        told
        for entry in translated(catalogue)
        for told in entry.translations
        if told.count('"') > max(entry.text.count('"'), entry.plural.count('"'))
    ]
    assert wrong == []


def test_tags_of_a_text_are_those_of_its_translation(catalogue: Catalogue) -> None:
    wrong = [
        (entry.text, told)
        for entry in translated(catalogue)
        for told in filter(None, entry.translations)
        if entry.text.count("<") != told.count("<")
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_translated(language: str) -> None:
    """If not: python3 dev.py messages"""
    path = messages.catalogue_of(language)
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in read_catalogue(path).entries:
        for form, told in enumerate(entry.translations):
            count = 1 if form == 0 else 2
            found = (
                compiled.ngettext(entry.text, entry.plural, count)
                if entry.plural
                else compiled.gettext(entry.text)
            )
            untold = entry.text if form == 0 else entry.plural
            if not entry.context:
                assert found == (told or untold)


def test_nothing_is_missing() -> None:
    assert set(LANGUAGES) >= COMPLETE
    catalogues = {each: read_catalogue(messages.catalogue_of(each)) for each in COMPLETE}
    missing = {each: messages.untranslated(catalogue) for each, catalogue in catalogues.items()}
    assert {each: texts for each, texts in missing.items() if texts} == {}
