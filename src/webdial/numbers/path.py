"""The path of a number: from what was cleaned to what is dialled, with each step told.

    cleaned -> digits for after the answer set aside -> internal: left alone, nothing more
            -> written in the form that is wanted -> the branch's rules, in their order
            -> prefix of the outside line -> digits for after the answer put back

Pure. What a branch has set comes in as `BranchRules`, where the number goes as `Destination`.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final

from webdial.errors import CallNotPlacedError, Fault
from webdial.language import Kept, translatable, translate
from webdial.numbers.cleaning import MAX_DIALLED, CleanNumber, NumberError
from webdial.numbers.forms import (
    DialledNumber,
    NumberForm,
    check_country,
    check_internal,
    dialled_number,
    form_of,
)
from webdial.numbers.rules import NumberRules, is_dialable, read_rules
from webdial.values import value_class


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What a branch has set for its numbers. As it stands here nothing is set."""

    country: str = ""
    form: NumberForm = NumberForm.AS_DIALLED
    internal: str = ""
    rules: NumberRules = field(default_factory=lambda: NumberRules(""))
    prefix: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether a number goes out as it was cleaned. A country alone changes nothing."""
        return (
            self.form is NumberForm.AS_DIALLED
            and not self.rules.rules
            and not self.prefix
            and not self.internal
        )


@lru_cache(maxsize=4096)
def branch_rules(
    country: str = "", form: str = "", internal: str = "", rules: str = "", prefix: str = ""
) -> BranchRules:
    """Read the settings' values; each combination is read once.

    Raises SourceError or InvalidValueError for a value that could not be kept today.
    """
    check_country(country)
    check_internal(internal)
    return BranchRules(
        country.strip().upper(), form_of(form), internal.strip(), read_rules(rules), prefix.strip()
    )


@dataclass(frozen=True, slots=True)
class Destination:
    """What the place takes to which the number goes. As it stands here: a dial string or a function.

    `system` is the phone system's name, `form` what its file wants. `after_answer` parts the number from
    the digits for after the answer; None: they cannot stand in the number. `has_after_answer` says that
    the request has a place of its own for them, `has_prefix` that it writes the prefix itself.
    """

    system: str = ""
    form: NumberForm = NumberForm.AS_DIALLED
    after_answer: str | None = None
    has_after_answer: bool = False
    has_prefix: bool = False


PLAIN: Final = Destination()


class StepKind(Enum):
    """What a step is, in the words of pages."""

    CLEANED = translatable("What can be dialled")
    INTERNAL = translatable("Internal number")
    FORM = translatable("Number format")
    RULE = translatable("Number rule")
    PREFIX = translatable("Outside line")
    AFTER_ANSWER = translatable("After the answer")
    RINGING = translatable("Who may ring what")


_WANTED_BY_SYSTEM: Final = translatable("The phone system {name} wants {form}.")
_WANTED: Final = translatable("Wanted: {form}.")
_IT_STAYS: Final = translatable("{wanted} It stays: {why}.")
_NOT_WHOLE: Final = translatable("it is no whole number in {country}")
_BY_RULE: Final = translatable("Line {line}: {text}")
_WHEN_ANSWERED: Final = translatable("{after_answer} is dialled when the call is answered.")
_WHEN_ANSWERED_ELSEWHERE: Final = translatable(
    "{after_answer} is dialled when the call is answered; it has a place of its own."
)
_NO_PLACE_IN_SYSTEM: Final = translatable(
    "{digits} is not dialled: the phone system {name} has no place for it. "
    "The caller is told to ask for it."
)
_NO_PLACE_IN_STRING: Final = translatable(
    "{digits} is not dialled: a dial string has no place for it. The caller is told to ask for it."
)
WHYS: Final = (
    *(_BY_RULE, _IT_STAYS, _WANTED_BY_SYSTEM, _WANTED, _NOT_WHOLE),
    *(_WHEN_ANSWERED_ELSEWHERE, _WHEN_ANSWERED, _NO_PLACE_IN_SYSTEM, _NO_PLACE_IN_STRING),
)
"""What steps say with values in it, the outermost form first; a call keeps it in English."""


@value_class(frozen=True, slots=True)
class NumberStep:
    """One step. `setting` and `where` name the setting that made it and where its value stands."""

    kind: StepKind
    before: str
    after: str
    why: str = ""
    setting: str = ""
    where: str = ""

    @property
    def changes(self) -> bool:
        return self.before != self.after


@value_class(frozen=True, slots=True)
class NumberPath:
    """`number` is put where the number stands in a request; `dialled` is all that is dialled of it.

    The two differ where the digits for after the answer have a place or a sign of their own; in
    `dialled` they stand behind a comma.
    """

    number: str
    dialled: str
    steps: tuple[NumberStep, ...]
    is_internal: bool = False


def follow(number: CleanNumber, rules: BranchRules, destination: Destination = PLAIN) -> NumberPath:
    """What is dialled of a cleaned number, step by step.

    Raises NumberRuleError when a rule, CallNotPlacedError when the prefix makes what cannot be dialled,
    NumberError when it grows too long.
    """
    first = NumberStep(StepKind.CLEANED, number.typed.strip(), number.dialled)
    if (
        rules.is_nothing
        and number.extension is None
        and (
            destination is PLAIN
            or (destination.form is NumberForm.AS_DIALLED and "," not in number.dialled)
        )
    ):
        return NumberPath(number.dialled, number.dialled, (first,))
    known = dialled_number(number, country=rules.country, internal=rules.internal)
    steps = [first]
    if known.is_internal:
        why = Kept("A colleague's number: nothing below is done to it.")
        steps.append(NumberStep(StepKind.INTERNAL, known.main, known.main, why))
    else:
        _add_form(steps, known, rules, destination)
        _add_rules(steps, known, rules)
        _add_prefix(steps, known, rules, destination)
    main = _reached(steps, known)
    text, dialled = _with_digits_behind(steps, main, number, known, destination)
    if len(dialled) > MAX_DIALLED:
        message = translate(
            "This is too long for one number: {dialled} characters to dial.", dialled=len(dialled)
        )
        raise NumberError(number.typed, [Fault("number_too_long", message, 0, len(number.typed))])
    return NumberPath(text, dialled, tuple(steps), known.is_internal)


def _reached(steps: list[NumberStep], known: DialledNumber) -> str:
    """The number so far, without digits for after the answer."""
    return known.main if len(steps) == 1 else steps[-1].after


def _add_form(
    steps: list[NumberStep], known: DialledNumber, rules: BranchRules, destination: Destination
) -> None:
    form = rules.form if destination.form is NumberForm.AS_DIALLED else destination.form
    if form is NumberForm.AS_DIALLED:
        return
    wanted = Kept(_FORM_TEXTS[form])
    why = (
        Kept(_WANTED_BY_SYSTEM, name=destination.system, form=wanted)
        if form is destination.form
        else Kept(_WANTED, form=wanted)
    )
    forms = known.forms
    if forms is None:
        steps.append(
            NumberStep(
                StepKind.FORM,
                known.main,
                known.main,
                Kept(_IT_STAYS, wanted=why, why=_no_form(rules)),
            )
        )
    else:
        steps.append(NumberStep(StepKind.FORM, known.main, forms.written(form), why))


_FORM_TEXTS: Final = {
    NumberForm.E164: translatable("a plus and the country code"),
    NumberForm.DIGITS: translatable("the country code, without a plus"),
    NumberForm.INTERNATIONAL: translatable("00 and the country code"),
    NumberForm.NATIONAL: translatable("the number as it is dialled inside the country"),
}


def _no_form(rules: BranchRules) -> str:
    if not rules.country:
        return Kept("without a plus, or a Number Country, nobody knows its country")
    return Kept(_NOT_WHOLE, country=rules.country)


def _add_rules(steps: list[NumberStep], known: DialledNumber, rules: BranchRules) -> None:
    reached = _reached(steps, known)
    count = len(steps)
    for rule, before, after in rules.rules.fitting(reached):
        why = Kept(_BY_RULE, line=rule.line, text=rule.text)
        steps.append(NumberStep(StepKind.RULE, before, after, why))
    if rules.rules.rules and len(steps) == count:
        steps.append(NumberStep(StepKind.RULE, reached, reached, Kept("No rule fits.")))


def _add_prefix(
    steps: list[NumberStep], known: DialledNumber, rules: BranchRules, destination: Destination
) -> None:
    if not rules.prefix:
        return
    reached = _reached(steps, known)
    if destination.form is not NumberForm.AS_DIALLED:
        why = Kept("Not put: the phone system wants the number in a form of its own.")
        steps.append(NumberStep(StepKind.PREFIX, reached, reached, why))
    elif destination.has_prefix:
        why = Kept("Not put: the request writes {outside_line} itself.")
        steps.append(NumberStep(StepKind.PREFIX, reached, reached, why))
    else:
        after = f"{rules.prefix}{reached}"
        if reached.startswith("+"):
            raise CallNotPlacedError(
                translate(
                    "“{after}” cannot be dialled: no prefix stands before a plus.", after=after
                ),
                hint=(
                    translate(
                        "An administrator can set Number Format to 00 or national, or take the "
                        "Outside Line Prefix away, in Maintenance | General Settings."
                    )
                ),
                code="prefix_before_plus",
            )
        steps.append(
            NumberStep(StepKind.PREFIX, reached, after, Kept("Put before numbers outside."))
        )


def _with_digits_behind(
    steps: list[NumberStep],
    main: str,
    number: CleanNumber,
    known: DialledNumber,
    destination: Destination,
) -> tuple[str, str]:
    """What stands for the number, and all that is dialled, digits for after the answer included."""
    tail = "" if destination.system else number.dialled[len(known.main) :]
    text, dialled, why = main, main, ""
    if tail:
        text = dialled = f"{main}{tail}"
        if len(steps) > 1:
            why = Kept("The digits behind the pause go out as they were typed.")
    elif not known.after_answer:
        return main, main
    elif destination.after_answer:
        between = destination.after_answer
        if between == "," and known.pauses:
            between = known.pauses
        text = f"{main}{between}{known.after_answer}"
        dialled = f"{main}{known.pauses or ','}{known.after_answer}"
        why = Kept(_WHEN_ANSWERED, after_answer=known.after_answer)
    elif destination.has_after_answer:
        dialled = f"{main}{known.pauses or ','}{known.after_answer}"
        why = Kept(_WHEN_ANSWERED_ELSEWHERE, after_answer=known.after_answer)
    else:
        why = _not_dialled(known, destination)
    if why:
        steps.append(NumberStep(StepKind.AFTER_ANSWER, main, dialled, why))
    return text, dialled


def _not_dialled(known: DialledNumber, destination: Destination) -> str:
    if destination.system:
        return Kept(_NO_PLACE_IN_SYSTEM, digits=known.after_answer, name=destination.system)
    return Kept(_NO_PLACE_IN_STRING, digits=known.after_answer)


__all__ = [
    "PLAIN",
    "WHYS",
    "BranchRules",
    "Destination",
    "NumberPath",
    "NumberStep",
    "StepKind",
    "branch_rules",
    "follow",
    "is_dialable",
]
