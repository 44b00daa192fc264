"""Trials of phone systems as they are printed."""

from collections.abc import Iterator, Sequence
from typing import Any

from webdial.cli.preview import shown_content, shown_text
from webdial.dialstring import Link
from webdial.exchange.trials import RuleRead, SentTrial, ShownStep, TriedStep
from webdial.phonesystems import PhoneSystem, SentFrom

_OPENED = "This link must be opened on the user's own machine; nothing is sent for it from here."
_FROM_PHONES = "These requests must start from the network of the phones."
_REPLACED = (
    "The phone system gave a new refresh token, and the old one may not hold any more: sign in anew "
    "for the next trial."
)


def planned_content(system: PhoneSystem, steps: Sequence[ShownStep]) -> dict[str, Any]:
    """A dry run as JSON content."""
    return {
        "id": system.id,
        "steps": [
            {
                "step": step.part.kind.value,
                "title": step.part.title,
                "request": shown_content(step.plan),
                "takes": list(step.takes),
            }
            for step in steps
        ],
    }


def planned_text(system: PhoneSystem, steps: Sequence[ShownStep]) -> str:
    """A dry run for a terminal."""
    if isinstance(steps[-1].plan, Link):
        return f"{shown_text(steps[-1].plan)}\n\n{_OPENED}"
    paragraphs = []
    for number, step in enumerate(steps, start=1):
        lines = [shown_text(step.plan)]
        lines += [f"From its answer: {', '.join(step.takes)}"] if step.takes else []
        paragraphs.append(_headed(f"{number}. {step.part.title}", lines))
    if system.sent_from is SentFrom.PHONE_NETWORK:
        paragraphs.append(_FROM_PHONES)
    return "\n\n".join([*paragraphs, "Nothing was sent; --send sends it."])


def sent_content(system: PhoneSystem, sent: SentTrial) -> dict[str, Any]:
    """A real send as JSON content."""
    verdict = sent.verdict
    return {
        "id": system.id,
        "steps": [_step_content(step) for step in sent.steps],
        "outcome": verdict.outcome.value,
        "is_success": verdict.outcome.is_success,
        "sentence": verdict.sentence,
        "message": verdict.message,
        "call_id": verdict.remote_id,
    }


def sent_text(system: PhoneSystem, sent: SentTrial, *, has_new: bool) -> str:
    """A real send for a terminal; `has_new` when it used up the refresh token that was given."""
    paragraphs = [
        _headed(f"{number}. {step.part.title}", [shown_text(step.request), *_answer_lines(step)])
        for number, step in enumerate(sent.steps, start=1)
    ]
    verdict = sent.verdict
    lines = [f"{verdict.outcome.label}: {verdict.sentence}"]
    lines += [f"Message: {verdict.message}"] if verdict.message else []
    lines += [f"Call id: {verdict.remote_id}"] if verdict.remote_id else []
    lines += [_REPLACED] if has_new else []
    return "\n\n".join([*paragraphs, "\n".join(lines)])


def _headed(title: str, parts: Sequence[str]) -> str:
    text = "\n\n".join(parts)
    return "\n".join([title, *(f"  {line}" if line else "" for line in text.splitlines())])


def _answer_lines(step: TriedStep) -> Iterator[str]:
    status = "" if step.status is None else f" {step.status}"
    told = f"No whole answer: {step.failure}" if step.failure else f"Answered{status}"
    yield f"{told}: {step.answer}" if step.answer else f"{told}, nothing more"
    if step.read:
        yield "\n".join(map(_read_line, step.read))


def _read_line(read: RuleRead) -> str:
    shown = f"{read.use}: {read.source}"
    if read.is_rule:
        told = "holds" if read.holds else "does not hold"
    else:
        told = "found" if read.holds else "found nothing"
    return f"{shown} -> {told}{f' ({read.found})' if read.found else ''}"


def _step_content(step: TriedStep) -> dict[str, Any]:
    return {
        "step": step.part.kind.value,
        "title": step.part.title,
        "request": shown_content(step.request),
        "status": step.status,
        "answer": step.answer,
        "failure": step.failure,
        "read": [
            {
                "use": read.use,
                "source": read.source,
                "kind": "rule" if read.is_rule else "reading",
                "holds": read.holds,
                "found": read.found,
            }
            for read in step.read
        ],
    }
