"""Texts that were put together when they were kept, and are told in another language later."""

from collections.abc import Iterator

import pytest

from webdial.language import decimal, measured, waited
from webdial.site.models import Change, ChangeSubject
from webdial.site.pages.kept_words import told_answer, told_label, told_note, told_source
from webdial.site.pages.language import say_in


@pytest.fixture
def german() -> Iterator[None]:
    say_in("de")
    yield
    say_in("en-gb")


SOURCES = {
    "set for all branches": "gesetzt für alle Niederlassungen",
    "set for the branch Köln, Süd": "gesetzt für die Niederlassung Köln, Süd",
    "phone system Head office, set for the branch Köln, Süd": (
        "Telefonanlage Head office, gesetzt für die Niederlassung Köln, Süd"
    ),
    "phone system Desk, set for the phone Home; started by the computer Ada’s laptop": (
        "Telefonanlage Desk, gesetzt für das Telefon Home; gestartet vom Computer Ada’s laptop"
    ),
    "of a later version": "of a later version",
}
LABELS = {
    (ChangeSubject.USER_PHONE, "Mobile of Carl Osei"): "Mobile von Carl Osei",
    (ChangeSubject.FILLED_IN, "Head office for Carl Osei, Mobile"): (
        "Head office für Carl Osei, Mobile"
    ),
    (ChangeSubject.CREDENTIAL, "All secrets"): "Alle Geheimnisse",
    (ChangeSubject.BRANCH, "Isle of Man"): "Isle of Man",
}
NOTES = {
    "import of staff.xlsx": "Import von staff.xlsx",
    "change 12 put back": "Änderung 12 zurückgesetzt",
    "a number that ends in 23": "eine Nummer, die auf 23 endet",
    "as Bea asked": "as Bea asked",
}
ANSWERS = {
    "It redirected in a circle.": "Sie leitete im Kreis um.",
    "It pointed to pbx.example:8080": "Sie verwies auf pbx.example:8080",
    "The certificate's fingerprint is now 0a1b.": (
        "Der Fingerabdruck des Zertifikats ist jetzt 0a1b."
    ),
    "OK 200": "OK 200",
}


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), SOURCES.items())
def test_why_a_call_went_its_way(kept: str, told: str) -> None:
    assert told_source(kept) == told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), LABELS.items())
def test_what_was_changed(kept: tuple[ChangeSubject, str], told: str) -> None:
    subject, label = kept
    assert told_label(Change(subject=subject, label=label)) == told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), NOTES.items())
def test_note(kept: str, told: str) -> None:
    assert told_note(kept) == told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), ANSWERS.items())
def test_what_stands_instead_of_an_answer(kept: str, told: str) -> None:
    assert told_answer(kept) == told


@pytest.mark.parametrize("kept", [*SOURCES, *NOTES, *ANSWERS])
def test_english_is_as_it_was_kept(kept: str) -> None:
    assert told_source(kept) == told_note(kept) == told_answer(kept) == kept


@pytest.mark.usefixtures("german")
def test_numbers_and_durations_in_german() -> None:
    assert [waited(0.04), waited(0.44), waited(12.6)] == ["unter 0,1 s", "0,4 s", "13 s"]
    assert [measured(0.00042), measured(0.412), measured(1.25)] == ["0,42 ms", "412 ms", "1,25 s"]
    assert [decimal(1234.5), decimal(5.0), decimal(12.3456, 1)] == ["1.234,5", "5", "12,3"]


def test_durations_in_english() -> None:
    assert [waited(0.04), waited(0.44), waited(12.6)] == ["under 0.1 s", "0.4 s", "13 s"]
    assert [measured(0.00042), measured(0.412), measured(1.25)] == ["0.42 ms", "412 ms", "1.25 s"]
