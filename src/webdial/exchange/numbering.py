"""What a branch's settings make of a number: which hold, and the path that they give it."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from webdial.errors import CallNotPlacedError, InvalidValueError, SourceError
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import (
    INTERNAL_NUMBERS,
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    NUMBER_RULES,
    OUTSIDE_LINE,
    SettingDefinition,
    key_of,
)
from webdial.language import translate
from webdial.numbers import (
    PLAIN,
    BranchRules,
    CleanNumber,
    Destination,
    NumberPath,
    NumberStep,
    StepKind,
    branch_rules,
    follow,
)
from webdial.numbers.forms import NumberForm
from webdial.phonesystems import PhoneSystem

NUMBER_SETTINGS: Final = (
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    INTERNAL_NUMBERS,
    NUMBER_RULES,
    OUTSIDE_LINE,
)
"""In the order in which `branch_rules` takes their values."""

_KEYS: Final = tuple((key_of(setting.name), setting.default) for setting in NUMBER_SETTINGS)

_AFTER_ANSWER: Final = "number.after_answer"
_OUTSIDE_LINE: Final = "outside_line"

_SETTING_OF: Final = {
    StepKind.INTERNAL: INTERNAL_NUMBERS,
    StepKind.FORM: NUMBER_FORMAT,
    StepKind.RULE: NUMBER_RULES,
    StepKind.PREFIX: OUTSIDE_LINE,
}


def rules_in_force(configuration: Configuration, branch_id: int | None) -> BranchRules:
    """What holds for the numbers of a branch. Raises CallNotPlacedError for a value at fault."""
    found = configuration.number_rules.get(branch_id)
    if found is None:
        found = configuration.number_rules[branch_id] = _rules_of(configuration, branch_id)
    return found


def _rules_of(configuration: Configuration, branch_id: int | None) -> BranchRules:
    values = configuration.values
    texts: list[str] = []
    for key, default in _KEYS:
        value = None if branch_id is None else values.get((key, branch_id))
        if value is None:
            value = values.get((key, None))
        texts.append(default if value is None else value)
    try:
        return branch_rules(*texts)
    except (SourceError, InvalidValueError) as fault:
        raise CallNotPlacedError(
            translate(
                "A setting for numbers that holds for you has a fault, so nothing was dialled."
            ),
            hint=translate("An administrator can mend it in Maintenance | General Settings."),
            code="number_setting_faulty",
        ) from fault


def string_destination(names: AbstractSet[str]) -> Destination:
    """Where a number goes with a dial string that uses these names."""
    if _AFTER_ANSWER not in names and _OUTSIDE_LINE not in names:
        return PLAIN
    return Destination(has_after_answer=_AFTER_ANSWER in names, has_prefix=_OUTSIDE_LINE in names)


def system_destination(name: str, system: PhoneSystem, names: AbstractSet[str]) -> Destination:
    """Where a number goes with a phone system set up as `name`, whose request uses these names."""
    return Destination(
        system=name,
        form=system.number_form,
        after_answer=system.after_answer,
        has_after_answer=_AFTER_ANSWER in names,
        has_prefix=_OUTSIDE_LINE in names,
    )


def path_in_force(
    configuration: Configuration,
    branch_id: int | None,
    number: CleanNumber,
    destination: Destination = PLAIN,
) -> NumberPath:
    """The path of a number by the settings of a branch, each step with where its setting stands.

    Raises NumberRuleError, CallNotPlacedError or NumberError when nothing comes of it.
    """
    path = follow(number, rules_in_force(configuration, branch_id), destination)
    if len(path.steps) == 1:
        return path
    steps = tuple(_placed(step, configuration, branch_id, destination) for step in path.steps)
    return replace(path, steps=steps)


def _placed(
    step: NumberStep, configuration: Configuration, branch_id: int | None, destination: Destination
) -> NumberStep:
    setting: SettingDefinition | None = _SETTING_OF.get(step.kind)
    if step.kind is StepKind.FORM and destination.form is not NumberForm.AS_DIALLED:
        setting = NUMBER_COUNTRY
    if setting is None:
        return step
    where = configuration.effective(setting, branch_id).explanation
    return replace(step, setting=setting.name, where=where)
