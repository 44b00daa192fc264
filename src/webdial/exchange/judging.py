"""What an answer means by the rules of a phone system's file."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from webdial.exchange.outcome import DIALLING, PICK_UP, SHOULD_DIAL, Outcome, Verdict
from webdial.exchange.redaction import redacted
from webdial.exchange.verdicts import one_line, shown_text, verdict_of_answer
from webdial.language import Kept, translatable
from webdial.phonesystems import Answer, Dial, Reading, RingsFirst, Rule, Step

MAX_MESSAGE: Final = 200
"""Characters of a phone system's own message: a sentence or two."""

MAX_REMOTE_ID: Final = 120

NOTHING_TO_TAKE: Final = translatable("its answer has no {names}")
"""Why a log-in failed; kept with the call."""

_NEXT_STEPS: Final = {
    RingsFirst.CALLER: PICK_UP,
    RingsFirst.NOBODY: DIALLING,
    RingsFirst.UNKNOWN: "",
}


def judge_dial(
    answer: Answer, dial: Dial, *, rings_first: RingsFirst, secrets: Iterable[str]
) -> Verdict:
    """The verdict on the answer to a dial request."""
    secrets = tuple(secrets)
    shown = shown_text(answer)
    text = redacted(shown, secrets)
    if dial.success and all(rule.holds(answer) for rule in dial.success):
        remote_id = read_short(dial.call_id, answer, MAX_REMOTE_ID)
        if text != shown or remote_id not in shown:
            remote_id = redacted(remote_id, secrets)
        return Verdict(
            Outcome.QUEUED if dial.queues else Outcome.ACCEPTED,
            answer.status,
            text,
            remote_id=remote_id,
            next_step=_NEXT_STEPS[rings_first],
        )
    by_status = verdict_of_answer(answer, text)
    message = redacted(read_short(dial.message, answer, MAX_MESSAGE), secrets)
    if by_status.outcome is not Outcome.SENT:
        return replace(by_status, message=message)
    if dial.success:
        return Verdict(Outcome.REJECTED, answer.status, text, message)
    if rings_first is RingsFirst.NOBODY:
        return replace(by_status, next_step=SHOULD_DIAL)
    return by_status


def judge_step(answer: Answer, step: Step, *, secrets: Iterable[str]) -> Verdict | None:
    """Why a log-in failed; None when its step succeeded and everything could be taken."""
    secrets = tuple(secrets)
    if not _succeeded(answer, step.success):
        message = redacted(read_short(step.message, answer, MAX_MESSAGE), secrets)
        text = redacted(shown_text(answer), secrets)
        return Verdict(Outcome.LOG_IN_FAILED, answer.status, text, message)
    missing = [name for name, reading in step.take.items() if reading.read(answer) is None]
    if missing:
        message = Kept(NOTHING_TO_TAKE, names=", ".join(missing))
        return Verdict(Outcome.LOG_IN_FAILED, answer.status, "", message)
    return None


def _succeeded(answer: Answer, rules: tuple[Rule, ...]) -> bool:
    if not rules:
        return 200 <= answer.status < 300
    return all(rule.holds(answer) for rule in rules)


def read_short(reading: Reading | None, answer: Answer, longest: int) -> str:
    """What a reading finds, on one line; empty when it finds nothing."""
    found = None if reading is None else reading.read(answer)
    return one_line(found, longest) if found else ""
