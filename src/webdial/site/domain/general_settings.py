"""General settings: one value for all branches, and others for single branches."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Q, QuerySet

from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange.configuration import EffectiveValue, Source
from webdial.exchange.general_settings import (
    MECHANISM,
    SETTINGS,
    SettingDefinition,
    definition_of,
    key_of,
    may_name_a_system,
)
from webdial.language import grouped, translate
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.fields import kept_text
from webdial.site.domain.states import setting_key, setting_label, setting_state
from webdial.site.models import Branch, ChangeSubject, GeneralSetting, PhoneSystemSetup

MAX_VALUE = 20_000
"""Characters of a value; a dial string's own limit is lower."""


@dataclass(frozen=True, slots=True)
class SettingView:
    """A setting as it stands for a branch (or for all): the value kept there and the one in force.

    `own_value` is None when nothing is kept there. `definition` is None for a setting of the
    administrator's own.
    """

    name: str
    definition: SettingDefinition | None
    own_value: str | None
    effective: EffectiveValue
    other_branches: int = 0


def find_settings(*, search: str = "", branch: Branch | None = None) -> list[SettingView]:
    """Settings in whose name or help every word of `search` occurs, as they stand for `branch`."""
    words = search.casefold().split()
    found: list[SettingView] = []
    for name, rows in _by_name().items():
        definition = definition_of(name)
        told = f"{definition.help} {translate(definition.help)}" if definition else ""
        text = f"{name} {told}".casefold()
        if all(word in text for word in words):
            found.append(_view(name, definition, rows, branch))
    return found


def setting_view(name: str, *, branch: Branch | None = None) -> SettingView:
    """One setting as it stands for `branch`."""
    definition = definition_of(name)
    shown = definition.name if definition else name.strip()
    return _view(shown, definition, list(_rows_of(shown)), branch)


def known_setting(name: str, *, branch: Branch | None = None) -> SettingView:
    """As `setting_view`, of a setting that the program has or that is kept somewhere.

    Raises NotFoundError, with the nearest name in the hint.
    """
    view = setting_view(name, branch=branch)
    if view.definition is None and not _rows_of(name).exists():
        names = {key_of(each): each for each in _by_name()}
        nearest = get_close_matches(key_of(name), names, n=1)
        hint = translate("Did you mean {names}?", names=names[nearest[0]]) if nearest else ""
        raise NotFoundError(
            translate("There is no setting {name}.", name=f"{view.name!r}"), hint=hint
        )
    return view


def branches_with_own_value(name: str) -> QuerySet[Branch]:
    """Branches, by name, that keep a value of this setting for themselves."""
    return Branch.objects.filter(
        pk__in=GeneralSetting.objects.filter(name__iexact=name.strip()).values("branch_id")
    )


def add_setting(name: str, value: str, *, branch: Branch | None = None) -> None:
    """Keep a setting of the administrator's own that is not kept there yet.

    Raises InvalidValueError.
    """
    shown = kept_text(name, field="name", label=translate("The setting's name"), most=120)
    view = setting_view(shown, branch=branch)
    if view.definition is not None or view.own_value is not None:
        raise InvalidValueError(
            translate("There is a setting {name} already.", name=view.name),
            field="name",
            hint=translate("Find it in the list and change its value there."),
        )
    override_setting(shown, value, branch=branch)


def override_setting(name: str, value: str, *, branch: Branch | None = None) -> None:
    """Keep `value` for `branch`, or for all branches when None.

    Raises InvalidValueError or, for a dial string, DialStringError with every fault.
    """
    definition = definition_of(name)
    shown = definition.name if definition else kept_text(
        name, field="name", label=translate("The setting's name"), most=120
    )  # fmt: skip
    check_value(shown, value, is_for_branch=branch is not None)
    with configuration_change():
        row = _rows_of(shown).filter(branch=branch).first() or GeneralSetting(
            name=shown, branch=branch
        )
        before = None if row.pk is None else row.value
        row.value = value.strip()
        row.save()
        keep_setting_change(row.name, branch, before=before, after=row.value)


def check_value(
    name: str, value: str, *, is_for_branch: bool, systems: Iterable[str] | None = None
) -> None:
    """Whether the setting may have this value; `systems` names phone systems, where they are known.

    Raises InvalidValueError or, for a dial string, DialStringError with every fault.
    """
    definition = definition_of(name)
    if len(value) > MAX_VALUE:
        message = translate(
            "The value has more than {MAX_VALUE} characters.", MAX_VALUE=grouped(MAX_VALUE)
        )
        raise InvalidValueError(message, field="value")
    if "\x00" in value:
        raise InvalidValueError(
            translate("The value holds characters that cannot be kept."), field="value"
        )
    if definition is not None:
        if definition.is_for_all and is_for_branch:
            message = translate("{name} has one value for all branches.", name=definition.name)
            raise InvalidValueError(message, field="value", hint=translate("Choose all branches."))
        definition.check(value)
    if definition is MECHANISM:
        if systems is None:
            systems = PhoneSystemSetup.objects.values_list("name", flat=True)
        _check_system_is_there(value, systems)


def _check_system_is_there(value: str, systems: Iterable[str]) -> None:
    """Raises InvalidValueError for a value that can only be the name of a phone system and is none."""
    if not may_name_a_system(value):
        return
    names = {key_of(name): name for name in systems}
    if key_of(value) in names:
        return
    nearest = get_close_matches(key_of(value), names, n=1)
    hint = translate("Did you mean {names}?", names=names[nearest[0]]) if nearest else (
        translate("A dial string begins with http:// or https://, or with another scheme such as tel:. Phone "
        "systems are set up in Maintenance | Phone Systems.")
    )  # fmt: skip
    raise InvalidValueError(
        translate(
            "“{strip}” is no dial string, and no phone system has this name.",
            strip=value.strip()[:80],
        ),
        field="value",
        hint=hint,
    )


def clear_setting(name: str, *, branch: Branch | None = None) -> None:
    """Keep no value there any more; the next wider one is then in force."""
    with configuration_change():
        for row in _rows_of(name).filter(branch=branch):
            keep_setting_change(row.name, branch, before=row.value, after=None)
            row.delete()


def keep_setting_change(
    name: str, branch: Branch | None, *, before: str | None, after: str | None
) -> None:
    """Write down that a value has changed; None is no value."""
    states = [
        None if value is None else setting_state(value, name, branch) for value in (before, after)
    ]
    keep_change(
        ChangeSubject.SETTING, setting_key(name, branch), setting_label(name, branch),
        before=states[0], after=states[1],
    )  # fmt: skip


def _rows_of(name: str) -> QuerySet[GeneralSetting]:
    return GeneralSetting.objects.select_related("branch").filter(Q(name__iexact=name.strip()))


def _by_name() -> dict[str, list[GeneralSetting]]:
    """Rows by setting: the program's own settings first, then the administrator's by name."""
    rows = list(GeneralSetting.objects.select_related("branch"))
    by_name: dict[str, list[GeneralSetting]] = {definition.name: [] for definition in SETTINGS}
    names = {key_of(name): name for name in by_name}
    for row in rows:
        name = names.setdefault(key_of(row.name), row.name)
        by_name.setdefault(name, []).append(row)
    return by_name


def _view(
    name: str,
    definition: SettingDefinition | None,
    rows: list[GeneralSetting],
    branch: Branch | None,
) -> SettingView:
    values = {row.branch_id: row.value for row in rows}
    own = values.get(branch.pk if branch else None)
    if branch is not None and own is not None:
        effective = EffectiveValue(name, own, Source.BRANCH, branch.name)
    elif None in values:
        effective = EffectiveValue(name, values[None], Source.ALL_BRANCHES)
    else:
        effective = EffectiveValue(name, definition.default if definition else "", Source.DEFAULT)
    others = sum(branch_id is not None for branch_id in values)
    return SettingView(name, definition, own, effective, others)
