"""Users as a table. No passwords: a new user has none until an administrator sets one."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from secrets import token_urlsafe
from typing import ClassVar, Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from webdial.errors import InvalidValueError
from webdial.language import translatable, translate
from webdial.site.domain.fields import kept_text
from webdial.site.domain.oneself import check_own_email, check_own_standing, is_oneself
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.ring_rights import RING_RIGHTS
from webdial.site.domain.sign_in_names import check_alphabet, sign_in_name
from webdial.site.domain.transfer.bulk import (
    add_phones,
    batches,
    phones_by_owner,
    replace_phones,
    update_rows,
)
from webdial.site.domain.transfer.columns import Column
from webdial.site.domain.transfer.known_branches import KnownBranches
from webdial.site.domain.transfer.plan import Item
from webdial.site.domain.transfer.subject import (
    CheckValue,
    Draft,
    Record,
    Recorded,
    Subject,
    final_items,
    phones_state,
)
from webdial.site.domain.users import checked_email
from webdial.site.models import ChangeSubject, Role, User

# And besides the words of the reader's language.
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "active"})
_NO: Final = frozenset({"no", "n", "false", "0", "inactive"})
_ROLES: Final = ", ".join(Role.values)
_PLAIN: Final = ("staff_id", "login", "name", "email", "extension", "role")
_MOST: Final = {"staff_id": 40, "login": 80, "name": 120, "extension": 80}


class Users(Subject):
    name = "users"
    title = translatable("Users")
    change_subject = ChangeSubject.USER
    has_numbers = True
    columns = (
        Column(
            "staff_id",
            "StaffID",
            "The user's name in the source system. By it a row finds its user.",
            "CO",
            is_key=True,
            is_required=True,
        ),
        Column(
            "login",
            "Sign-in name",
            "Kept in small letters.",
            "carl",
            is_required=True,
            also=("Login", "User name", "Benutzername", "Anmeldename"),
        ),
        Column(
            "name",
            "Name",
            "As people call the user.",
            "Carl Osei",
            is_required=True,
            also=("Full name", "Display name"),
        ),
        Column(
            "email",
            "Mail address",
            "For links that set a password.",
            "carl@example.com",
            also=("E-mail", "E-mail address", "Mail", "E-Mail-Adresse"),
        ),
        Column(
            "branch",
            "AgencyID",
            "Of the user's branch. Empty: of none.",
            "LON",
            also=("Branch", "Niederlassung"),
        ),
        Column(
            "extension",
            "Extension",
            "Of the user's first phone.",
            "203",
            also=("Ext", "Durchwahl", "Nebenstelle"),
        ),
        Column(
            "role",
            "Role",
            f"One of {_ROLES}. Empty: as it is, and caller for a new user.",
            "caller",
            keeps_when_empty=True,
        ),
        Column(
            "active",
            "Active",
            "yes or no. Empty: as it is, and yes for a new user.",
            "yes",
            keeps_when_empty=True,
        ),
        *(
            Column(
                name,
                heading,
                f"{told} yes or no. Empty: as it is, and no for a new user.",
                "no",
                keeps_when_empty=True,
            )
            for name, heading, told in (
                ("may_ring_abroad", "Rings abroad", "May ring numbers abroad."),
                ("may_ring_premium", "Rings premium rate", "May ring premium-rate numbers."),
                ("may_ring_in_quiet_hours", "Rings in quiet hours", "May ring at any time."),
            )
        ),
    )
    defaults: ClassVar[Mapping[str, str]] = {
        "staff_id": "",
        "login": "",
        "name": "",
        "email": "",
        "branch": "",
        "extension": "",
        "role": Role.CALLER.value,
        "active": "yes",
        **dict.fromkeys(RING_RIGHTS, "no"),
    }

    def kept(self) -> list[Item]:
        phones = phones_by_owner("user")
        rows = User.objects.values_list(
            "id",
            "staff_id",
            "login",
            "name",
            "email",
            "branch__agency_id",
            "extension",
            "role",
            "is_active",
            *RING_RIGHTS,
        )
        return [_item(row, phones.get(row[0], ())) for row in rows]

    def checker(self) -> CheckValue:
        branches = KnownBranches()

        def check(field: str, given: str) -> str:
            match field:
                case "branch":
                    return branches.agency_id(given)
                case "email":
                    return checked_email(given)
                case "role":
                    return _role(given)
                case "active":
                    return _active(given)
                case _ if field in RING_RIGHTS:
                    return _active(given)
            label, is_required = self.column_of(field).heading, field != "extension"
            text = kept_text(
                given, field=field, label=label, most=_MOST[field], required=is_required
            )
            if field != "login":
                return text
            name = sign_in_name(text)
            check_alphabet(name)
            return name

        return check

    def judge(self, drafts: Sequence[Draft], kept: Sequence[Item]) -> None:
        for field in ("login", "email"):
            _blame_taken(self, field, drafts, kept)
        _blame_last_administrator(self, drafts, kept)
        _blame_oneself(self, drafts)

    def title_of(self, values: Mapping[str, str]) -> str:
        return values["name"] or values["login"] or values["staff_id"]

    def add(self, items: Sequence[Item]) -> Sequence[int]:
        branches = KnownBranches()
        ids: list[int] = []
        for batch in batches(items):
            rows = User.objects.bulk_create(
                User(password=_no_password(), **_fields(item, branches)) for item in batch
            )
            add_phones("user", [(r.pk, i.phones) for r, i in zip(rows, batch, strict=True)])
            ids += [row.pk for row in rows]
        return ids

    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        branches = KnownBranches()
        for field in ("login", "email"):
            _set_aside(field, changes)
        rows = [(old.row_id, _fields(new, branches)) for old, new in changes]
        names = (*_PLAIN, "branch_id", "is_active", *RING_RIGHTS)
        update_rows(User, names, [(row_id, [row[n] for n in names]) for row_id, row in rows])
        replace_phones("user", changes)

    def recorder(self) -> Record:
        def record(item: Item, row_id: int) -> Recorded:
            truths = {"active", *RING_RIGHTS}
            plain = {name: value for name, value in item.values.items() if name not in truths}
            state = {
                **plain,
                "is_active": item.values["active"] == "yes",
                **{name: item.values[name] == "yes" for name in RING_RIGHTS},
                "phones": phones_state(item.phones),
            }
            return Recorded(row_id, item.values["name"], state)

        return record


def _item(
    row: tuple[int, str, str, str, str, str | None, str, str, bool, bool, bool, bool],
    phones: tuple[LabelledNumber, ...],
) -> Item:
    row_id, staff_id, login, name, email, branch, extension, role, is_active, *rights = row
    values = {
        "staff_id": staff_id,
        "login": login,
        "name": name,
        "email": email,
        "branch": branch or "",
        "extension": extension,
        "role": role,
        "active": _yes_or_no(is_active),
        **{name: _yes_or_no(given) for name, given in zip(RING_RIGHTS, rights, strict=True)},
    }
    return Item(values, phones, row_id)


def _no_password() -> str:
    """What Django keeps where there is none, made in a fraction of the time that it takes for it."""
    return UNUSABLE_PASSWORD_PREFIX + token_urlsafe(30)


def _yes_or_no(is_active: object) -> str:
    return "yes" if is_active else "no"


def _role(given: str) -> str:
    """By the word that is kept, or that which pages show."""
    text = given.strip().casefold()
    roles = {str(role.label).casefold(): role.value for role in Role} | {r: r for r in Role.values}
    if text in roles:
        return roles[text]
    begun = [role for role in Role.values if role.startswith(text)]
    near = begun or get_close_matches(text[:40], Role.values, n=1)
    hint = (
        translate("Did you mean {near}?", near=near[0])
        if near
        else translate("Roles are {ROLES}.", ROLES=_ROLES)
    )
    raise InvalidValueError(
        translate("There is no role {strip}.", strip=f"{given.strip()[:40]!r}"), hint=hint
    )


def _active(given: str) -> str:
    text = given.strip().casefold()
    yes, no = _YES | {translate("Yes").casefold()}, _NO | {translate("No").casefold()}
    if text in yes | no:
        return _yes_or_no(text in yes)
    raise InvalidValueError(
        translate("{strip} is neither yes nor no.", strip=f"{given.strip()[:40]!r}")
    )


def _fields(item: Item, branches: KnownBranches) -> dict[str, object]:
    """By the names of the model's fields."""
    plain = {name: item.values[name] for name in _PLAIN}
    return {
        **plain,
        "branch_id": branches.id_of(item.values["branch"]),
        "is_active": item.values["active"] == "yes",
        **{name: item.values[name] == "yes" for name in RING_RIGHTS},
    }


_TAKEN: Final = {
    "login": "{} signs in with this name.",
    "email": "{} has this mail address.",
}


def _blame_taken(
    subject: Subject, field: str, drafts: Sequence[Draft], kept: Sequence[Item]
) -> None:
    """Of two that would have the same, the one whose row gives it is told."""
    takers: dict[str, tuple[Item, Draft | None]] = {}
    for item, draft in final_items(drafts, kept):
        value = item.values[field]
        other, other_draft = takers.setdefault(value, (item, draft)) if value else (item, None)
        told = draft or other_draft
        if other is not item and told is not None:
            whom = subject.title_of((other if told is draft else item).values)
            told.blame(subject.column_of(field), _TAKEN[field].format(whom))


def _blame_last_administrator(
    subject: Subject, drafts: Sequence[Draft], kept: Sequence[Item]
) -> None:
    """Once there is an administrator, there is always one who may sign in."""
    administers = {item.row_id for item in kept if _administers(item)}
    if not administers or any(_administers(item) for item, _ in final_items(drafts, kept)):
        return
    for draft in drafts:
        if draft.old and draft.new and draft.old.row_id in administers:
            field = "role" if draft.new.values["active"] == "yes" else "active"
            draft.blame(
                subject.column_of(field),
                translate("At least one administrator must stay active."),
                hint=translate("Make another user an administrator in the same file, or before."),
            )


def _blame_oneself(subject: Subject, drafts: Sequence[Draft]) -> None:
    """Whoever imports the file does not lose their own place by it, nor gets another mail address."""
    for draft in drafts:
        if draft.old is None or draft.new is None or draft.faults:
            continue
        if not is_oneself(draft.old.row_id):
            continue
        kept, new = User.objects.get(pk=draft.old.row_id), draft.new.values
        try:
            check_own_standing(
                kept.pk, was=kept.role, role=new["role"], is_active=new["active"] == "yes"
            )
            check_own_email(kept, new["email"])
        except InvalidValueError as error:
            field = "active" if error.field == "is_active" else error.field
            draft.blame(subject.column_of(field), error.message, hint=error.hint)


def _administers(item: Item) -> bool:
    return item.values["role"] == Role.ADMINISTRATOR.value and item.values["active"] == "yes"


def _set_aside(field: str, changes: Iterable[tuple[Item, Item]]) -> None:
    """Free the names that change hands, so that two users can exchange theirs."""
    changed = [(old, new) for old, new in changes if old.values[field] != new.values[field]]
    wanted = {new.values[field] for _, new in changed}
    freed = [old.row_id for old, _ in changed if old.values[field] in wanted]
    update_rows(User, (field,), [(row_id, (f"\N{RIGHTWARDS ARROW}{row_id}",)) for row_id in freed])
