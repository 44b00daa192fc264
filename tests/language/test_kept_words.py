"""Texts that were put together when they were kept, and are told in another language later."""

import re
from collections.abc import Iterator

import pytest

from webdial.desktop.tapi.failures import (
    LINE_FAILURES,
    REQUEST_FAILURES,
    line_failure,
    request_failure,
)
from webdial.desktop.tapi.line_call import ENDED
from webdial.dialstring import FAULTS_OF_VALUES
from webdial.exchange import Outcome, Verdict
from webdial.exchange.admission import BLOCKS
from webdial.exchange.judging import NOTHING_TO_TAKE
from webdial.exchange.network_policy import REFUSALS
from webdial.exchange.outcome import DIAL_AGAIN_IN, TRIED_AGAIN_IN
from webdial.language import decimal, measured, translate, waited
from webdial.numbers import WHYS
from webdial.site.models import Change, ChangeSubject
from webdial.site.pages.kept_words import (
    told_answer,
    told_label,
    told_note,
    told_source,
    told_verdict,
    told_why,
)
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


WITHIN = {
    "The phone system Desk wants a plus and the country code. It stays: it is no whole number in GB.": (
        "Die Telefonanlage Desk verlangt diese Form: ein Plus und die Ländervorwahl. "
        "Sie bleibt: In diesem Land (GB) ist sie keine vollständige Nummer."
    ),
    "Line 2: 00(.*) => 0 -- It stays: so.": "Zeile 2: 00(.*) => 0 -- It stays: so.",
}


def filled(form: str) -> tuple[str, str]:
    """A text of this form as it is kept, and as it is told."""
    values = {name: f"<{name}>" for name in re.findall(r"\{(\w+)\}", form)}
    return form.format_map(values), translate(form, **values)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), WITHIN.items())
def test_text_within_a_text(kept: str, told: str) -> None:
    assert told_why(kept) == told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("form", [*WHYS, *BLOCKS])
def test_why_a_step_did_it(form: str) -> None:
    kept, told = filled(form)
    assert told_why(kept) == told != kept


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("form", REFUSALS)
def test_where_a_request_may_not_go(form: str) -> None:
    kept, told = filled(form)
    assert told_answer(kept) == told != kept


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("form", [*BLOCKS, NOTHING_TO_TAKE, *FAULTS_OF_VALUES])
def test_message_of_a_call(form: str) -> None:
    kept, told = filled(form)
    assert told_verdict(Verdict(Outcome.BLOCKED, message=kept)).message == told != kept
    refused = Verdict(Outcome.REJECTED, message=kept)
    assert told_verdict(refused).message == kept  # it is the phone system's own


HELPER = {
    "The number is busy.": "Die Nummer ist besetzt.",
    "The line is in use. (LINEERR_INUSE)": "Die Leitung wird gerade benutzt. (LINEERR_INUSE)",
    (
        "No program for telephone calls runs here, and none could be started. (TAPIERR_NOREQUESTRECIPIENT) "
        "Choose a line under My account | Computers."
    ): (
        "Hier läuft kein Programm für Anrufe, und es ließ sich keines starten. (TAPIERR_NOREQUESTRECIPIENT) "
        "Wählen Sie eine Leitung unter Mein Konto | Computer."
    ),
    "Extension 203 is busy. (17)": "Extension 203 is busy. (17)",
}


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("kept", "told"), HELPER.items())
def test_what_a_helper_said_of_a_line(kept: str, told: str) -> None:
    for outcome in (Outcome.REJECTED, Outcome.FAILED):
        assert told_verdict(Verdict(outcome, message=kept)).message == told


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    "failure",
    [
        *map(line_failure, LINE_FAILURES),
        *map(request_failure, REQUEST_FAILURES),
        *(each.detail for each in ENDED.values() if each.outcome != "accepted"),
    ],
    ids=str,
)
def test_every_failure_of_a_line_is_told(failure: object) -> None:
    verdict = Verdict(Outcome.REJECTED, message=str(failure))
    assert told_verdict(verdict).message != str(failure)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("form", [TRIED_AGAIN_IN, DIAL_AGAIN_IN])
def test_what_the_caller_does_next(form: str) -> None:
    kept = form.format(span="5 minutes")
    told = translate(form, span="5 Minuten")
    assert told_verdict(Verdict(Outcome.HELD_BACK, next_step=kept)).next_step == told != kept


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
