"""Putting a change back: what it changed becomes again what it was, by the act that changes it anyway.

Only the fields that the change touched go back; what was changed since in others stays. It is checked
like any change, and kept as one. Secrets are not in the history, so they cannot come back.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from webdial.errors import InvalidValueError, NotFoundError
from webdial.language import translatable, translate
from webdial.phonesystems import Owner
from webdial.site.domain.acting import actor, noting
from webdial.site.domain.branches import branch_by_agency_id, delete_branch, save_branch
from webdial.site.domain.changes import ChangedField, changed_fields
from webdial.site.domain.companies import delete_company, save_company
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.functions import save_function, version_by_id
from webdial.site.domain.general_settings import clear_setting, override_setting
from webdial.site.domain.people import delete_person, save_person
from webdial.site.domain.phone_systems import (
    OwnerOfValues,
    SetupDetails,
    delete_setup,
    fill_in,
    save_filled_setup,
    setup_by_name,
    system_of,
)
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.ring_rights import RING_RIGHTS
from webdial.site.domain.states import (
    VALUE,
    branch_as_kept,
    company_as_kept,
    person_as_kept,
    setting_state,
    setup_as_kept,
    user_as_kept,
    user_phone_as_kept,
    values_state,
)
from webdial.site.domain.user_phones import delete_phone, save_phone
from webdial.site.domain.users import UserDetails, save_user, user_by_login
from webdial.site.models import (
    Branch,
    Change,
    ChangeSubject,
    Company,
    FunctionVersion,
    GeneralSetting,
    Person,
    PhoneSystemSetup,
    User,
    UserPhone,
)
from webdial.watcom import DELIVERED_FUNCTION

State = dict[str, Any]

NO_SECRETS: Final = translatable(
    "Secrets are not kept in the history, so they stay as they are now."
)


@dataclass(frozen=True, slots=True)
class PutBack:
    """What putting a change back would do now. `refusal` says why it cannot be done at all.

    `steps` tell each field as it is now and as it would be. Without steps nothing would change.
    """

    steps: tuple[ChangedField, ...] = ()
    removes: bool = False
    restores: bool = False
    refusal: str = ""
    remarks: tuple[str, ...] = ()
    target: State | None = field(default=None, repr=False)

    @property
    def is_possible(self) -> bool:
        return not self.refusal and bool(self.steps or self.removes)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of thing is read and changed. `remove` is None where it cannot be removed."""

    read: Callable[[Change], State | None]
    write: Callable[[Change, State, bool], object]
    remove: Callable[[Change], object] | None


def plan_put_back(change: Change) -> PutBack:
    """What would be done; changes nothing."""
    kind = _KINDS.get(ChangeSubject(change.subject))
    if change.erased_at is not None:
        return PutBack(refusal=translate("Its content was erased with somebody’s personal data."))
    if change.before is None and change.after is None:
        return PutBack(refusal=translate("This is an act, and has nothing that could be put back."))
    if kind is None:
        return PutBack(refusal=translate(_REFUSALS[ChangeSubject(change.subject)]))
    now = kind.read(change)
    remarks = (translate(NO_SECRETS),) if change.secrets else ()
    if change.before is None:
        return _planned_removal(kind, now)
    if now is None and change.after is not None:
        return PutBack(refusal=translate("It is not there any more. Put its removal back first."))
    if now is not None and change.after is None:
        return PutBack(refusal=translate("It is there again."))
    target = dict(change.before) if now is None else _with_fields_of(change, now)
    steps = tuple(
        ChangedField(name, (now or {}).get(name), target.get(name))
        for name in dict.fromkeys([*(now or {}), *target])
        if (now or {}).get(name) != target.get(name)
    )
    if not steps:
        only_secret = bool(change.secrets) and not any(
            not each.is_secret for each in changed_fields(change)
        )
        return PutBack(
            refusal=translate(NO_SECRETS) if only_secret else translate("It is like this already.")
        )
    return PutBack(steps, restores=now is None, remarks=remarks, target=target)


def put_back(change: Change) -> PutBack:
    """Do it, all or nothing. Raises WebdialError when it cannot be done, or not any more."""
    with configuration_change(), noting(f"change {change.pk} put back"):
        plan = plan_put_back(change)
        if not plan.is_possible:
            raise InvalidValueError(plan.refusal)
        kind = _KINDS[ChangeSubject(change.subject)]
        if plan.removes:
            assert kind.remove is not None
            kind.remove(change)
        else:
            assert plan.target is not None
            kind.write(change, plan.target, plan.restores)
    return plan


def _planned_removal(kind: _Kind, now: State | None) -> PutBack:
    if now is None:
        return PutBack(refusal=translate("It is not there any more."))
    if kind.remove is None:
        return PutBack(refusal=translate("A user is not removed. Deactivate them instead."))
    steps = tuple(ChangedField(name, value, None) for name, value in now.items() if value)
    return PutBack(steps, removes=True)


def _with_fields_of(change: Change, now: State) -> State:
    before = change.before or {}
    target = dict(now)
    for each in changed_fields(change):
        if each.is_secret:
            continue
        if each.name in before:
            target[each.name] = before[each.name]
        else:
            target.pop(each.name, None)
    return target


def _row_id(change: Change) -> int:
    return int(change.key)


def _branch_named(agency_id: str) -> Branch | None:
    return branch_by_agency_id(agency_id) if agency_id else None


def _numbers(state: State) -> list[LabelledNumber]:
    return [LabelledNumber(label, number) for label, number in state["phones"]]


def _write_user(change: Change, state: State, is_new: bool) -> None:
    details = UserDetails(
        login=state["login"],
        staff_id=state["staff_id"],
        name=state["name"],
        branch=_branch_named(state["branch"]),
        extension=state["extension"],
        role=state["role"],
        is_active=state["is_active"],
        email=state["email"],
        phones=_numbers(state),
        # A history from before there were these rights leaves them as they are.
        **{name: state.get(name) for name in RING_RIGHTS},
    )
    save_user(details, user=User.objects.get(pk=_row_id(change)))


def _write_branch(change: Change, state: State, is_new: bool) -> None:
    row = None if is_new else Branch.objects.get(pk=_row_id(change))
    branch = save_branch(agency_id=state["agency_id"], name=state["name"], branch=row)
    for name, value in state.get("settings", ()):
        override_setting(name, value, branch=branch)


def _write_person(change: Change, state: State, is_new: bool) -> None:
    row = None if is_new else Person.objects.get(pk=_row_id(change))
    save_person(
        name=state["name"], company=state["company"], phones=_numbers(state),
        notes=state["notes"], person=row,
    )  # fmt: skip


def _write_company(change: Change, state: State, is_new: bool) -> None:
    row = None if is_new else Company.objects.get(pk=_row_id(change))
    save_company(name=state["name"], phones=_numbers(state), notes=state["notes"], company=row)


def _setting_of(change: Change) -> tuple[str, Branch | None]:
    """The setting and the branch as they are called now."""
    name, _, branch_id = change.key.rpartition("|")
    state = change.after or change.before or {}
    branch = Branch.objects.filter(pk=int(branch_id)).first() if branch_id else None
    if branch_id and branch is None:
        raise NotFoundError(translate("The branch is not there any more."))
    return state.get("name", name), branch


def _read_setting(change: Change) -> State | None:
    with suppress(NotFoundError):
        name, branch = _setting_of(change)
        row = GeneralSetting.objects.filter(name__iexact=name, branch=branch).first()
        return None if row is None else setting_state(row.value, row.name, branch)
    return None


def _write_setting(change: Change, state: State, is_new: bool) -> None:
    name, branch = _setting_of(change)
    override_setting(name, state["value"], branch=branch)


def _remove_setting(change: Change) -> None:
    name, branch = _setting_of(change)
    clear_setting(name, branch=branch)


def _write_user_phone(change: Change, state: State, is_new: bool) -> None:
    row = None if is_new else UserPhone.objects.select_related("user").get(pk=_row_id(change))
    name = state["phone_system"]
    save_phone(
        row.user if row else user_by_login(state["user"]),
        label=state["label"],
        extension=state["extension"],
        setup=setup_by_name(name) if name else None,
        phone=row,
    )


def _write_setup(change: Change, state: State, is_new: bool) -> None:
    row = None if is_new else PhoneSystemSetup.objects.get(pk=_row_id(change))
    details = SetupDetails(**{name: state[name] for name in state if not name.startswith(VALUE)})
    if row is not None and system_of(row) is None and details.source == row.source:
        raise InvalidValueError(translate("Its file has a fault. Mend that first."))
    save_filled_setup(details, _given(state, row, None, None), setup=row)


def _read_filled_in(change: Change) -> State | None:
    setup_id, user_id, phone_id = change.key.split("|")
    is_there = (
        PhoneSystemSetup.objects.filter(pk=int(setup_id)).exists()
        and User.objects.filter(pk=int(user_id)).exists()
        and (not phone_id or UserPhone.objects.filter(pk=int(phone_id)).exists())
    )
    if not is_there:
        return None
    return values_state(int(setup_id), int(user_id), int(phone_id) if phone_id else None)


def _write_filled_in(change: Change, state: State, is_new: bool) -> None:
    setup_id, user_id, phone_id = change.key.split("|")
    setup = PhoneSystemSetup.objects.get(pk=int(setup_id))
    user = User.objects.get(pk=int(user_id))
    phone = UserPhone.objects.get(pk=int(phone_id)) if phone_id else None
    owners = {Owner.PHONE} if phone else {Owner.PHONE, Owner.USER}
    given = _given(state, setup, user.pk, phone.pk if phone else None)
    fill_in(setup, given, owners=owners, whose=OwnerOfValues(user, phone))


def _given(
    state: State, setup: PhoneSystemSetup | None, user_id: int | None, phone_id: int | None
) -> dict[str, str]:
    """What to fill in: the values of the state, and nothing for those that it has not."""
    kept = {} if setup is None else values_state(setup.pk, user_id, phone_id)
    names = [*kept, *(name for name in state if name.startswith(VALUE) and name not in kept)]
    return {name.removeprefix(VALUE): str(state.get(name, "")) for name in names}


def _read_function(change: Change) -> State:
    newest = FunctionVersion.objects.values_list("pk", flat=True).first()
    return {"version": newest or 0}


def _write_function(change: Change, state: State, is_new: bool) -> None:
    version = state["version"]
    source = version_by_id(version).source if version else DELIVERED_FUNCTION
    user_id = actor().user_id
    author = None if user_id is None else User.objects.filter(pk=user_id).first()
    save_function(source, author=author, note=f"change {change.pk} put back")


_KINDS: Final[dict[ChangeSubject, _Kind]] = {
    ChangeSubject.SETTING: _Kind(_read_setting, _write_setting, _remove_setting),
    ChangeSubject.USER: _Kind(lambda c: user_as_kept(_row_id(c)), _write_user, None),
    ChangeSubject.BRANCH: _Kind(
        lambda c: branch_as_kept(_row_id(c)),
        _write_branch,
        lambda c: delete_branch(Branch.objects.get(pk=_row_id(c))),
    ),
    ChangeSubject.PERSON: _Kind(
        lambda c: person_as_kept(_row_id(c)),
        _write_person,
        lambda c: delete_person(Person.objects.get(pk=_row_id(c))),
    ),
    ChangeSubject.COMPANY: _Kind(
        lambda c: company_as_kept(_row_id(c)),
        _write_company,
        lambda c: delete_company(Company.objects.get(pk=_row_id(c))),
    ),
    ChangeSubject.PHONE_SYSTEM: _Kind(
        lambda c: setup_as_kept(_row_id(c)),
        _write_setup,
        lambda c: delete_setup(PhoneSystemSetup.objects.get(pk=_row_id(c))),
    ),
    ChangeSubject.USER_PHONE: _Kind(
        lambda c: user_phone_as_kept(_row_id(c)),
        _write_user_phone,
        lambda c: delete_phone(UserPhone.objects.select_related("user").get(pk=_row_id(c))),
    ),
    ChangeSubject.FILLED_IN: _Kind(_read_filled_in, _write_filled_in, None),
    ChangeSubject.FUNCTION: _Kind(_read_function, _write_function, None),
}

_REFUSALS: Final = {
    ChangeSubject.CREDENTIAL: (
        translatable(
            "A secret is not kept in the history, so it cannot be put back. Give the credential its secret anew."
        )
    ),
    ChangeSubject.TOKEN: (
        translatable(
            "A token is shown once and not kept, so it cannot be put back. Make another one, or revoke this one."
        )
    ),
    ChangeSubject.COMPUTER: (
        translatable(
            "What a computer was paired with is not kept, so it cannot be put back. Pair it again, or revoke it."
        )
    ),
}
