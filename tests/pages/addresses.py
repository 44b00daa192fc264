"""Which pages there are and who opens them: every name of the site's addresses, with rows that exist."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import urlencode

from tests.pages.filled import Filled
from webdial.exchange import Outcome
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT


class Who(Enum):
    ADMINISTRATOR = "administrator"
    CALLER = "caller"
    NOBODY = "nobody"
    HALF_WAY = "half-way"
    """Has given the password, and not yet the code."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page: a name for its picture, its path, and the status that it answers with."""

    name: str
    path: str
    status: int = 200


NO_PAGE: Final = {
    "home": "leads to the Dial page",
    "sign-out": "an act",
    "provider-sign-in": "an act",
    "provider-done": "leads back from the provider",
    "change-mail": "an act",
    "choose-language": "an act",
    "account_login": "another name of sign-in",
    "mfa_login_webauthn": "told to a script",
    "choose-phone": "an act",
    "fill-in-phone-system": "an act",
    "phone-sign-in": "an act",
    "phone-sign-out": "an act",
    "phone-sign-in-done": "leads back from a phone system",
    "change-star": "an act",
    "move-favourite": "an act",
    "export-calls": "a file",
    "latest-call": "a part of pages",
    "call-line": "a part of pages",
    "maintenance:start": "leads to the first page",
    "maintenance:check-setting": "a part of pages",
    "maintenance:change-users": "an act",
    "maintenance:try-phone-system-now": "an act",
    "maintenance:user-choices": "a part of pages",
    "maintenance:branch-choices": "a part of pages",
    "maintenance:fill-in-for-user": "an act",
    "maintenance:sign-user-out": "an act",
    "maintenance:company-choices": "a part of pages",
    "maintenance:export": "a file",
    "download-helper": "a file",
    "maintenance:import-template": "a file",
    "maintenance:check-function": "told to a script",
    "maintenance:try-function": "an act",
}
"""Addresses that show no page when they are opened, and what they do."""

FIRST_START: Final = Visit("first-start", "/first-start")
"""The only page of a site that nobody has set up; afterwards it is gone."""

_SIGNED_OUT: Final = {"sign-in", "forgotten", "set-password"}
_HALF_WAY: Final = {"mfa_authenticate"}
_NOT_SIGNED_IN: Final = _SIGNED_OUT | _HALF_WAY | {FIRST_START.name}
_WITH_SECOND_FACTOR: Final = {
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "confirm-mail",
}
_WITHOUT_SECOND_FACTOR: Final = {"mfa_activate_totp"}
_OF_THE_USER: Final = {"revoke-own-token", "revoke-computer"}
"""Pages of what Carl has and Ada has not."""

_QUERIES: Final = {
    "dial-link": {"to": "tel:+44-20-7946-0123;ext=12;phone-context=crm.example"},
    "maintenance:edit-setting": {"name": MECHANISM.name},
    "maintenance:clear-setting": {"name": TOTAL_TIME_LIMIT.name, "branch": "{GLA}"},
    "maintenance:explain": {"user": "carl", "number": "020 7946 0123"},
    "maintenance:personal-data": {"number": "020 7946 0123"},
}
_WORDS: Final = {
    "form": "csv",
    "kind": "csv",
    "name": "webdial-desktop.pyz",
    "subject": "users",
    "favourite_id": "1",
    "system_id": "yeastar-p-series",
    "page": "reference/general-settings",
}


def visits(who: Who, filled: Filled) -> list[Visit]:
    """Every page that `who` may open."""
    names = [name for name in filled.routes if name not in NO_PAGE and _opens(who, name)]
    found = [Visit(_file_name(name), path_of(name, filled)) for name in names]
    return [*found, *_more(who, filled)]


def path_of(name: str, filled: Filled) -> str:
    def part(match: re.Match[str]) -> str:
        return _part(name, match[1], filled)

    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", part, filled.routes[name])
    query = {key: text.format(**filled.rows) for key, text in _QUERIES.get(name, {}).items()}
    return f"{path}?{urlencode(query)}" if query else path


def _part(name: str, part: str, filled: Filled) -> str:
    if part == "token":
        return filled.rows["mail_token" if name == "confirm-mail" else "link"]
    return _WORDS.get(part) or filled.rows[part]


def _opens(who: Who, name: str) -> bool:
    match who:
        case Who.NOBODY:
            return name in _SIGNED_OUT
        case Who.HALF_WAY:
            return name in _HALF_WAY
        case Who.ADMINISTRATOR:
            return name not in _NOT_SIGNED_IN | _WITHOUT_SECOND_FACTOR | _OF_THE_USER
        case Who.CALLER:
            is_theirs = not name.startswith("maintenance:")
            return is_theirs and name not in _NOT_SIGNED_IN | _WITH_SECOND_FACTOR


def _more(who: Who, filled: Filled) -> Iterator[Visit]:
    """Pages that look different by what is asked of them, and those that tell of a fault."""
    match who:
        case Who.ADMINISTRATOR:
            leeds = urlencode({"name": MECHANISM.name, "branch": filled.rows["LDS"]})
            yield Visit("edit-setting-branch", f"/maintenance/settings/edit?{leeds}")
            yield Visit("calls-filtered", "/calls?number=0113&outcome=sent")
            yield Visit("calls-of-nobody", "/calls?number=999999")
            yield Visit("change-missing", "/maintenance/changes/999999", 404)
            yield Visit("button-only", "/maintenance/users/bulk", 405)
        case Who.CALLER:
            yield from (Visit(f"dial-{kind}", f"/dial?list={kind}") for kind in _LISTS)
            yield Visit("dial-found", "/dial?q=quill")
            yield Visit("dial-none", "/dial?q=nobody+at+all")
            yield Visit("dial-link-wrong", "/dial/link?to=tel:sales", 422)
            yield Visit("api", "/api/v1/docs")
            yield Visit("not-allowed", "/maintenance/users", 403)
            for outcome in Outcome:
                yield Visit(f"call-{outcome.value}", f"/calls/{filled.calls[outcome.value]}")
        case Who.NOBODY:
            yield Visit("link-gone", "/sign-in/link/MQ/no-such-token", 404)


_LISTS: Final = ("colleagues", "favourites", "recent")


def _file_name(name: str) -> str:
    return name.replace(":", "-").replace("_", "-")
