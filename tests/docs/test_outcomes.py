"""docs/reference/outcomes.md has every outcome, in the words that the caller reads."""

from tests.docs.manual import page, unquoted
from webdial.exchange.outcome import DIALLING, PICK_UP, Outcome, sentence_for
from webdial.exchange.sender import MAX_ANSWER_BYTES, MAX_REDIRECTS
from webdial.exchange.verdicts import MAX_KEPT_ANSWER

PAGE = page("docs/reference/outcomes.md")


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def test_table_is_the_closed_list() -> None:
    rows = PAGE.table("outcome", "shown as", "sentence", "success", "may have rung")
    assert [[unquoted(row[0]), *row[1:]] for row in rows] == [
        [
            outcome.value,
            outcome.label,
            outcome.sentence,
            yes_or_no(outcome.is_success),
            yes_or_no(outcome.may_have_rung),
        ]
        for outcome in Outcome
    ]


def test_sentences_of_refusals_are_told() -> None:
    rows = PAGE.table("status", "sentence")
    assert len(rows) >= 6
    assert rows == [[status, _sentence(int(status))] for status, _ in rows]


def test_sentences_in_the_phone_systems_words_are_told() -> None:
    rows = PAGE.table("outcome", "its words", "sentence")
    assert len(rows) == 4
    assert rows == [
        [outcome, words, sentence_for(Outcome(unquoted(outcome)), None, words)]
        for outcome, words, _ in rows
    ]
    assert all(f"“{step}”" in " ".join(PAGE.text.split()) for step in (PICK_UP, DIALLING))


def _sentence(status: int) -> str:
    outcome = Outcome.FAILED if status in {408, 500, 502, 504} else Outcome.REJECTED
    return sentence_for(outcome, status)


def test_bounds_are_told() -> None:
    words = {3: "three", 5: "five", 10: "ten"}
    assert f"{MAX_ANSWER_BYTES // 1024} KiB" in PAGE.text
    assert f"first {MAX_KEPT_ANSWER} characters" in PAGE.text
    assert f"at most {words[MAX_REDIRECTS]} times" in PAGE.text
