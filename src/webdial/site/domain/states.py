"""How a thing looks in the history of changes: its fields as JSON, and what people call them.

Other things are named by what outlives a row: a branch by its AgencyID, a phone system by its name.
No secret stands in a state.
"""

from collections.abc import Iterable
from typing import Any, Final

from webdial.exchange.general_settings import key_of
from webdial.language import translatable
from webdial.site.models import (
    Branch,
    Company,
    GeneralSetting,
    Person,
    Phone,
    PhoneSystemSetup,
    PhoneSystemValue,
    User,
    UserPhone,
)

FIELD_LABELS: Final = {
    "agency_id": translatable("AgencyID"),
    "branch": translatable("Branch"),
    "catalogue_id": translatable("In the catalogue"),
    "certificate": translatable("Certificate"),
    "certificate_text": translatable("Certificate’s text"),
    "company": translatable("Company"),
    "dials_without_asking": translatable("Dials without asking"),
    "email": translatable("Mail address"),
    "expires_at": translatable("Lapses"),
    "extension": translatable("Extension"),
    "is_active": translatable("Active"),
    "label": translatable("Name"),
    "login": translatable("Sign-in name"),
    "may_ring_abroad": translatable("Rings abroad"),
    "may_ring_in_quiet_hours": translatable("Rings in quiet hours"),
    "may_ring_premium": translatable("Rings premium-rate numbers"),
    "most_in_flight": translatable("Calls in progress at most"),
    "name": translatable("Name"),
    "notes": translatable("Notes"),
    "password": translatable("Password"),
    "phone_system": translatable("Phone system"),
    "phones": translatable("Numbers"),
    "places_calls": translatable("Places calls"),
    "platform": translatable("System"),
    "reads_calls": translatable("Reads calls"),
    "role": translatable("Role"),
    "secret": translatable("Secret"),
    "settings": translatable("Own settings"),
    "source": translatable("File"),
    "staff_id": translatable("StaffID"),
    "starts_from": translatable("Where requests start"),
    "user": translatable("User"),
    "value": translatable("Value"),
    "version": translatable("Version"),
}

VALUE: Final = "value of "
"""What stands before the name of a phone system's own field."""


def field_label(name: str) -> str:
    """What people call a field; that of a phone system has the name that its file gives it."""
    return FIELD_LABELS.get(name) or name.removeprefix(VALUE)


def user_state(row: User, branch: Branch | None) -> dict[str, Any]:
    return {
        "login": row.login,
        "staff_id": row.staff_id,
        "name": row.name,
        "email": row.email,
        "branch": branch.agency_id if branch else "",
        "extension": row.extension,
        "role": str(row.role),
        "is_active": row.is_active,
        "may_ring_abroad": row.may_ring_abroad,
        "may_ring_premium": row.may_ring_premium,
        "may_ring_in_quiet_hours": row.may_ring_in_quiet_hours,
        "phones": _numbers(Phone.objects.filter(user=row)),
    }


def user_as_kept(user_id: int) -> dict[str, Any] | None:
    row = User.objects.select_related("branch").filter(pk=user_id).first()
    return None if row is None else user_state(row, row.branch)


def branch_state(row: Branch) -> dict[str, Any]:
    return {"agency_id": row.agency_id, "name": row.name}


def branch_as_kept(branch_id: int) -> dict[str, Any] | None:
    row = Branch.objects.filter(pk=branch_id).first()
    return None if row is None else branch_state(row)


def branch_with_settings(row: Branch) -> dict[str, Any]:
    """A branch that is to be removed, with the values that go with it."""
    rows = GeneralSetting.objects.filter(branch=row).order_by("name")
    return branch_state(row) | {"settings": [[each.name, each.value] for each in rows]}


def person_as_kept(person_id: int) -> dict[str, Any] | None:
    row = Person.objects.select_related("company").filter(pk=person_id).first()
    if row is None:
        return None
    return {
        "name": row.name,
        "company": row.company.name if row.company else "",
        "notes": row.notes,
        "phones": _numbers(Phone.objects.filter(person=row)),
    }


def company_as_kept(company_id: int) -> dict[str, Any] | None:
    row = Company.objects.filter(pk=company_id).first()
    if row is None:
        return None
    numbers = _numbers(Phone.objects.filter(company=row))
    return {"name": row.name, "notes": row.notes, "phones": numbers}


def setting_key(name: str, branch: Branch | None) -> str:
    return f"{key_of(name)}|{branch.pk if branch else ''}"


def setting_label(name: str, branch: Branch | None) -> str:
    return f"{name}, {branch.name}" if branch else name


def setting_state(value: str, name: str, branch: Branch | None) -> dict[str, Any]:
    return {"value": value, "name": name, "branch": branch.agency_id if branch else ""}


def user_phone_state(row: UserPhone) -> dict[str, Any]:
    return {
        "user": row.user.login,
        "label": row.label,
        "extension": row.extension,
        "phone_system": row.setup.name if row.setup else "",
    }


def user_phone_as_kept(phone_id: int) -> dict[str, Any] | None:
    row = UserPhone.objects.select_related("user", "setup").filter(pk=phone_id).first()
    return None if row is None else user_phone_state(row)


def setup_as_kept(setup_id: int) -> dict[str, Any] | None:
    row = PhoneSystemSetup.objects.filter(pk=setup_id).first()
    if row is None:
        return None
    details = {
        "name": row.name,
        "catalogue_id": row.catalogue_id,
        "source": row.source,
        "certificate": str(row.certificate),
        "certificate_text": row.certificate_text,
        "is_active": row.is_active,
        "starts_from": str(row.starts_from),
        "most_in_flight": str(row.most_in_flight or ""),
    }
    return details | values_state(setup_id, None, None)


def values_state(setup_id: int, user_id: int | None, phone_id: int | None) -> dict[str, Any]:
    """What is filled in, but for secrets."""
    whose: dict[str, Any] = {"user_id": user_id, "phone_id": phone_id}
    rows = PhoneSystemValue.objects.filter(setup_id=setup_id, is_sealed=False, **whose)
    return {f"{VALUE}{row.name}": row.value for row in rows.order_by("name")}


def _numbers(phones: Iterable[Phone]) -> list[list[str]]:
    return [[phone.label, phone.number] for phone in phones]
