"""The menu of Maintenance: each page with the right that opens it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from webdial.language import translatable, translate
from webdial.site.domain.rights import Reach, Subject, reach_of
from webdial.site.models import User
from webdial.site.pages.requests import PageRequest

_LEAST: Final = {Subject.SETTINGS: Reach.BRANCH, Subject.USERS: Reach.BRANCH}
"""Pages that show a part to whoever reaches their own branch; all others want all of it."""

_ENTRIES: Final = (
    (Subject.SETTINGS, translatable("General Settings"), "settings", ("/maintenance/settings",)),
    (Subject.USERS, translatable("Users"), "users", ("/maintenance/users",)),
    (Subject.BRANCHES, translatable("Branches"), "branches", ("/maintenance/branches",)),
    (
        Subject.PEOPLE,
        translatable("People"),
        "people",
        ("/maintenance/people", "/maintenance/companies"),
    ),
    (
        Subject.PHONE_SYSTEMS,
        translatable("Phone Systems"),
        "phone-systems",
        ("/maintenance/phone-systems",),
    ),
    (
        Subject.CREDENTIALS,
        translatable("Credentials"),
        "credentials",
        ("/maintenance/credentials",),
    ),
    (
        Subject.FUNCTIONS,
        translatable("Database Functions"),
        "functions",
        ("/maintenance/functions",),
    ),
    (Subject.ACCESS, translatable("Access"), "access", ("/maintenance/access",)),
    (Subject.CHANGES, translatable("Changes"), "changes", ("/maintenance/changes",)),
    (
        Subject.PERSONAL_DATA,
        translatable("Personal Data"),
        "personal-data",
        ("/maintenance/personal-data",),
    ),
    (
        Subject.TRANSFER,
        translatable("Import and Export"),
        "import-export",
        ("/maintenance/import-export",),
    ),
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    label: str
    url: str
    is_current: bool


def menu_of(user: User, path: str = "") -> Iterator[MenuEntry]:
    """What the user may open; `path` is that of the page that is shown."""
    for subject, label, name, paths in _ENTRIES:
        if reach_of(user, subject) >= _LEAST.get(subject, Reach.ALL):
            yield MenuEntry(
                translate(label), reverse(f"maintenance:{name}"), path.startswith(paths)
            )


@require_safe
def first_page(request: PageRequest) -> HttpResponse:
    """To the first page that the user may open."""
    for entry in menu_of(request.user):
        return redirect(entry.url)
    raise PermissionDenied
