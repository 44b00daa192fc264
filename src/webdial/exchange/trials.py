"""Trials of a phone system: what would be sent, in order, and what a real send made of each answer.

For the command line and for the page where an administrator tries a phone system. Everything that is
given out here may be shown: secrets are masked, in requests and in answers.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from webdial.dialstring import MASK, DialString, HttpRequest, Plan
from webdial.exchange.awaited import shown_awaiting
from webdial.exchange.calls import TimeLimits
from webdial.exchange.outcome import Verdict
from webdial.exchange.redaction import redacted
from webdial.exchange.sign_ins import SignInStore
from webdial.exchange.system_calls import ACCESS_TOKEN_NAME, SystemCaller, Transport
from webdial.exchange.systems import SystemCall
from webdial.exchange.verdicts import MAX_KEPT_ANSWER, one_line
from webdial.language import translate
from webdial.phonesystems import Answer, LogIn, Reading, Rule, SignIn, Step
from webdial.phonesystems.answers import Subject, find
from webdial.phonesystems.rules import Condition

MAX_FOUND: Final = 120
"""Characters shown of what a rule found in an answer."""

# Members and elements of an answer to a log-in whose texts nobody should see: beside what the file takes,
# such an answer may hold tokens of which the file knows nothing.
_SENSITIVE_NAME = r"[^\"<>]{0,60}?(?:token|secret|passw|session|cookie|sid\b|key)[^\"<>]{0,60}"
_SECRET_MEMBER = re.compile(rf'("{_SENSITIVE_NAME}"\s*:\s*")(?:[^"\\]|\\.)+', re.IGNORECASE)
_SECRET_ELEMENT = re.compile(rf"(<{_SENSITIVE_NAME}>)[^<]+", re.IGNORECASE)
_LOOKS_SECRET = re.compile(r"token|secret|passw|session|cookie|sid\b|key", re.IGNORECASE)


class PartKind(Enum):
    """What a request of a file is for."""

    SIGN_IN = "sign_in"
    LOG_IN = "log_in"
    DIAL = "dial"


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a file; `number` counts the steps of a log-in, `of` is how many there are."""

    kind: PartKind
    number: int = 1
    of: int = 1

    @property
    def title(self) -> str:
        match self.kind:
            case PartKind.SIGN_IN:
                return translate("Renewal of the sign-in")
            case PartKind.LOG_IN if self.of > 1:
                return translate("Log-in, step {number} of {all}", number=self.number, all=self.of)
            case PartKind.LOG_IN:
                return translate("Log-in")
            case PartKind.DIAL:
                return translate("Dial")


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A request or link as it would leave, secrets masked.

    A value that an earlier answer will give stands in it by its name, as `{token}`. `takes` are the
    names of what is taken from its own answer.
    """

    part: Part
    plan: Plan
    takes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRead:
    """What a rule or a reading of the file made of an answer, secrets masked.

    `use` is its key in the file. A rule holds or does not; a reading `holds` when it found something.
    `found` is what stood there: for a rule what each of its conditions looked at.
    """

    use: str
    source: str
    is_rule: bool
    holds: bool
    found: str = ""


@dataclass(frozen=True, slots=True)
class TriedStep:
    """A request as it left, and its answer: `answer` is the beginning of it, `failure` why there is none.

    `answer_headers` are the answer's, those masked that may hold a secret.
    """

    part: Part
    request: HttpRequest
    status: int | None
    answer: str = ""
    failure: str = ""
    read: tuple[RuleRead, ...] = ()
    answer_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SentTrial:
    """A real send: each request in its order, and what became of the call."""

    steps: tuple[TriedStep, ...]
    verdict: Verdict


def dry_run(call: SystemCall, *, unknown: frozenset[str] = frozenset()) -> tuple[ShownStep, ...]:
    """The requests that `call` would send, in order; the link alone when it is one.

    What is `unknown` stands by its name too. Secrets need not be known. Raises DialStringError when
    another value is missing or does not fit.
    """
    awaited = _awaited_names(call) | unknown
    return tuple(
        ShownStep(part, shown_awaiting(string, call.values, awaited), _takes(call, part))
        for part, string in _parts(call)
    )


async def send_trial(
    call: SystemCall,
    transport: Transport,
    limits: TimeLimits,
    *,
    sign_ins: SignInStore | None = None,
) -> SentTrial:
    """Place `call` once, for real, with a log-in of its own. A call that is a link is none to send."""
    trial = Trial(call)
    caller = SystemCaller(transport, sign_ins=sign_ins, observer=trial.observe)
    verdict = await caller.place(call, limits)
    return SentTrial(tuple(trial.steps), trial.masked(verdict))


class Trial:
    """Watches a call and keeps what may be shown of it: `observe` is the Observer of a SystemCaller."""

    def __init__(self, call: SystemCall) -> None:
        self._call = call
        self._parts = tuple(_parts(call))
        more = call.values.more
        self._secrets = dict.fromkeys(more[name] for name in call.system.secrets if more.get(name))
        self.steps: list[TriedStep] = []

    def observe(self, string: DialString, request: HttpRequest, answer: Answer | Verdict) -> None:
        part = next(part for part, each in self._parts if each is string)
        self._note(request.secrets)
        self._note(_credentials(request))
        shown = request.masked()
        if isinstance(answer, Verdict):
            told = answer.outcome.label
            text = self._hidden(answer.answer, part)
            self.steps.append(TriedStep(part, shown, answer.status, text, failure=told))
            return
        self._note(_tokens(self._call, part, answer))
        read = tuple(self._read(each, answer) for each in _expressions(self._call, part))
        text = self._hidden(answer.text, part)
        headers = tuple(self._header(name, value) for name, value in answer.headers)
        self.steps.append(TriedStep(part, shown, answer.status, text, "", read, headers))

    def masked(self, verdict: Verdict) -> Verdict:
        """The verdict without any secret that came up in this call."""
        return replace(
            verdict,
            answer=redacted(verdict.answer, self._secrets),
            message=redacted(verdict.message, self._secrets),
            remote_id=redacted(verdict.remote_id, self._secrets),
        )

    def _note(self, secrets: Iterable[str]) -> None:
        # Long ones first: what is left of a secret, once another inside it is masked, is no longer found.
        found = dict.fromkeys((*self._secrets, *secrets))
        self._secrets = dict.fromkeys(sorted(found, key=len, reverse=True))

    def _hidden(self, text: str, part: Part) -> str:
        """The beginning of an answer. It is masked before it is cut: no part of a secret is left over."""
        text = redacted(text, self._secrets)[: MAX_KEPT_ANSWER * 8]
        if part.kind is not PartKind.DIAL:
            text = _SECRET_MEMBER.sub(rf"\g<1>{MASK}", text)
            text = _SECRET_ELEMENT.sub(rf"\g<1>{MASK}", text)
        return one_line(text, MAX_KEPT_ANSWER)

    def _header(self, name: str, value: str) -> tuple[str, str]:
        if _LOOKS_SECRET.search(name) or name.lower().startswith(("authori", "www-auth")):
            return name, MASK
        return name, self._short(value)

    def _read(self, expression: "_Expression", answer: Answer) -> RuleRead:
        use, rule = expression.use, expression.rule
        if isinstance(rule, Rule):
            found = ", ".join(self._looked_at(rule, answer))
            return RuleRead(use, rule.source, is_rule=True, holds=rule.holds(answer), found=found)
        text = rule.read(answer)
        shown = MASK if text and expression.is_secret else self._short(text or "")
        return RuleRead(use, rule.source, is_rule=False, holds=text is not None, found=shown)

    def _looked_at(self, rule: Rule, answer: Answer) -> Iterator[str]:
        if not rule.speaks_of_status and not 200 <= answer.status < 300:
            yield translate("{what} is {value}", what="status", value=answer.status)
        for condition in rule.conditions:
            # The text of the whole answer is shown anyway.
            if condition.subject is not Subject.TEXT:
                yield self._state(condition, answer)

    def _state(self, condition: Condition, answer: Answer) -> str:
        what, text = _subject(condition), find(answer, condition.subject, condition.path)
        if text is None:
            return translate("{what} is missing", what=what)
        if not condition.values:
            return translate("{what} is there", what=what)
        if condition.subject is Subject.COOKIE or _LOOKS_SECRET.search(condition.path):
            shown = MASK
        else:
            shown = self._short(text) or translate("empty")
        return translate("{what} is {value}", what=what, value=shown)

    def _short(self, text: str) -> str:
        return one_line(redacted(text, self._secrets), MAX_FOUND)


@dataclass(frozen=True, slots=True)
class _Expression:
    """A rule or reading of a file with the key it stands under."""

    use: str
    rule: Rule | Reading
    is_secret: bool = field(default=False, kw_only=True)


def _parts(call: SystemCall) -> Iterator[tuple[Part, DialString]]:
    """Every request that belongs to `call`, in the order in which they are sent."""
    system = call.system
    if not call.request.is_link:
        if system.sign_in is not None and system.sign_in.refresh is not None:
            yield Part(PartKind.SIGN_IN), system.sign_in.refresh
        steps = () if system.log_in is None else system.log_in.steps
        for number, step in enumerate(steps, start=1):
            yield Part(PartKind.LOG_IN, number, len(steps)), step.request
    yield Part(PartKind.DIAL), call.request


def _step(call: SystemCall, part: Part) -> Step:
    assert call.system.log_in is not None
    return call.system.log_in.steps[part.number - 1]


def _takes(call: SystemCall, part: Part) -> tuple[str, ...]:
    match part.kind:
        case PartKind.SIGN_IN:
            return (ACCESS_TOKEN_NAME,)
        case PartKind.LOG_IN:
            return tuple(_step(call, part).take)
        case PartKind.DIAL:
            return ()


def _awaited_names(call: SystemCall) -> frozenset[str]:
    """The names of what only answers will tell."""
    names = {name for part, _ in _parts(call) for name in _takes(call, part)}
    return (
        frozenset(names) if call.system.sign_in is None else frozenset({*names, ACCESS_TOKEN_NAME})
    )


# What a real answer is read by


def _expressions(call: SystemCall, part: Part) -> Iterator[_Expression]:
    """The rules and readings that the answer to a part is read by."""
    match part.kind:
        case PartKind.SIGN_IN:
            assert call.system.sign_in is not None
            yield from _of_sign_in(call.system.sign_in)
        case PartKind.LOG_IN:
            assert call.system.log_in is not None
            yield from _of_log_in(call.system.log_in, part)
        case PartKind.DIAL:
            yield from _of_dial(call)


def _of_sign_in(sign_in: SignIn) -> Iterator[_Expression]:
    yield _Expression("access_token", sign_in.access_token, is_secret=True)
    if sign_in.new_refresh_token is not None:
        yield _Expression("new_refresh_token", sign_in.new_refresh_token, is_secret=True)
    if isinstance(sign_in.lasts, Reading):
        yield _Expression("lasts_s", sign_in.lasts)
    if sign_in.message is not None:
        yield _Expression("message", sign_in.message)


def _of_log_in(log_in: LogIn, part: Part) -> Iterator[_Expression]:
    step = log_in.steps[part.number - 1]
    yield from (_Expression("success", rule) for rule in step.success)
    if step.message is not None:
        yield _Expression("message", step.message)
    for name, reading in step.take.items():
        yield _Expression(f"take {name}", reading, is_secret=True)
    if part.number == part.of and isinstance(log_in.lasts, Reading):
        yield _Expression("lasts_s", log_in.lasts)


def _of_dial(call: SystemCall) -> Iterator[_Expression]:
    system, dial = call.system, call.system.dial
    yield from (_Expression("success", rule) for rule in dial.success)
    for use, reading in (("message", dial.message), ("call_id", dial.call_id)):
        if reading is not None:
            yield _Expression(use, reading)
    for each in (system.log_in, system.sign_in):
        if each is not None and each.expired is not None:
            yield _Expression("expired", each.expired)


def _subject(condition: Condition) -> str:
    return f"{condition.subject.value} {condition.path}".strip()


def _tokens(call: SystemCall, part: Part, answer: Answer) -> Iterator[str]:
    """What an answer gave that nobody may see."""
    for expression in _expressions(call, part):
        if expression.is_secret and isinstance(expression.rule, Reading):
            yield expression.rule.read(answer) or ""


def _credentials(request: HttpRequest) -> Iterator[str]:
    """Header values that are masked: a phone system may echo them whole."""
    shown = dict(request.masked().headers)
    for name, value in request.headers:
        if shown.get(name) != value:
            yield from (value, value.partition(" ")[2])
