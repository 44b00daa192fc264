"""The document of a configuration file: which keys it has, and what each must be."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from webdial.site.domain.transfer.limits import MAX_FILE_BYTES
from webdial.site.domain.transfer.tables import unreadable

FORMAT: Final = 1
"""Moves when a file of an older version could be misunderstood."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: what kind of value it takes, and what it is for."""

    kind: str
    help: str
    is_required: bool = False


TEXT, TRUTH, TEXTS, NUMBERS, TABLE, TABLES = "text", "truth", "texts", "numbers", "table", "tables"
"""`texts` is a table of texts, `numbers` a list of pairs of texts, label and number."""

KEYS: Final[Mapping[str, Mapping[str, Key]]] = {
    "": {
        "format": Key("number", "The version of this form: 1.", is_required=True),
        "sealed": Key(TABLE, "How the secrets of the file are sealed."),
        "branches": Key(TABLES, "Branches."),
        "phone_systems": Key(TABLES, "Phone systems that are set up."),
        "users": Key(TABLES, "Users."),
        "settings": Key(TABLES, "General settings."),
        "credentials": Key(TABLES, "Secrets by name, for dial strings."),
        "function": Key(TABLE, "The database function in force, unless it is the delivered one."),
        "companies": Key(TABLES, "Companies to ring."),
        "people": Key(TABLES, "People to ring."),
    },
    "sealed": {
        "salt": Key(TEXT, "Goes into the key together with the passphrase.", is_required=True),
        "proof": Key(TEXT, "Tells whether a passphrase is the right one.", is_required=True),
    },
    "branches": {
        "agency_id": Key(TEXT, "AgencyID, by which a branch is found.", is_required=True),
        "name": Key(TEXT, "Name."),
    },
    "phone_systems": {
        "name": Key(TEXT, "Name, by which a set-up is found.", is_required=True),
        "catalogue": Key(TEXT, "Id of a file of the catalogue."),
        "file": Key(TEXT, "The text of a file of one's own."),
        "certificate": Key(TEXT, "verify, pinned or own_ca."),
        "certificate_text": Key(TEXT, "The fingerprint, or the authorities in PEM."),
        "starts_from": Key(TEXT, "server, computer, or empty: as the file says."),
        "most_in_flight": Key(
            TEXT, "Calls that it may have in progress; empty: by the general setting."
        ),
        "active": Key(TRUTH, "Whether it is on."),
        "values": Key(TEXTS, "What is filled in for the site, by the names of the file's fields."),
        "secrets": Key(TEXTS, "Sealed secrets of the site, by name."),
    },
    "users": {
        "staff_id": Key(TEXT, "StaffID, by which a user is found.", is_required=True),
        "login": Key(TEXT, "Sign-in name."),
        "name": Key(TEXT, "Name."),
        "email": Key(TEXT, "Mail address."),
        "branch": Key(TEXT, "AgencyID of the user's branch."),
        "extension": Key(TEXT, "Extension of the first phone."),
        "role": Key(TEXT, "The role."),
        "active": Key(TRUTH, "Whether the user may sign in."),
        "may_ring_abroad": Key(TRUTH, "Whether the user may ring numbers abroad."),
        "may_ring_premium": Key(TRUTH, "Whether the user may ring premium-rate numbers."),
        "may_ring_in_quiet_hours": Key(TRUTH, "Whether the user may ring in quiet hours."),
        "numbers": Key(NUMBERS, "Labels and numbers."),
        "password": Key(TEXT, "The password's hash, sealed."),
        "phones": Key(TABLES, "Further phones."),
        "systems": Key(TABLES, "What is filled in for the user at a phone system."),
    },
    "users.phones": {
        "label": Key(TEXT, "Name of the phone, by which it is found.", is_required=True),
        "extension": Key(TEXT, "Its extension."),
        "system": Key(TEXT, "The phone system that it rings through, if not the branch's."),
    },
    "users.systems": {
        "system": Key(TEXT, "Name of the phone system.", is_required=True),
        "phone": Key(TEXT, "Name of the further phone; without it, the user and the first phone."),
        "values": Key(TEXTS, "What is filled in, by the names of the file's fields."),
        "secrets": Key(TEXTS, "Sealed secrets, by name."),
    },
    "settings": {
        "name": Key(TEXT, "Name, by which with the branch a value is found.", is_required=True),
        "branch": Key(TEXT, "AgencyID; without it, for all branches."),
        "value": Key(TEXT, "The value."),
    },
    "credentials": {
        "name": Key(TEXT, "Name.", is_required=True),
        "secret": Key(TEXT, "The sealed secret.", is_required=True),
    },
    "function": {"source": Key(TEXT, "Its source.", is_required=True)},
    "companies": {
        "name": Key(TEXT, "Name, by which a company is found.", is_required=True),
        "notes": Key(TEXT, "Notes."),
        "numbers": Key(NUMBERS, "Labels and numbers."),
    },
    "people": {
        "name": Key(TEXT, "Name, by which with the company a person is found.", is_required=True),
        "company": Key(TEXT, "Company."),
        "notes": Key(TEXT, "Notes."),
        "numbers": Key(NUMBERS, "Labels and numbers."),
    },
}
"""By the path of the table. docs/reference/configuration-file.md is checked against it."""


def read_document(text: str) -> Document:
    """Raises InvalidValueError for what is no configuration file, with where and why."""
    if len(text) > MAX_FILE_BYTES:
        raise unreadable(f"The file has more than {MAX_FILE_BYTES // 1024**2} million characters.")
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise unreadable(f"The file is no TOML: {error}.") from error
    if document.get("format") != FORMAT:
        raise unreadable(
            "The file is no configuration of this version of Webdial.",
            hint=f"Its first line must be: format = {FORMAT}",
        )
    for fault in _faults(document, "", "the file"):
        raise unreadable(fault)
    return document


def _faults(table: Mapping[str, Any], path: str, place: str) -> Iterator[str]:
    keys = KEYS[path]
    for name in keys:
        if keys[name].is_required and name not in table:
            yield f"In {place}, {name} is missing."
    for name, value in table.items():
        if name not in keys:
            yield f"In {place}, there is no key {name!r}."
        elif not _is_kind(value, keys[name].kind):
            yield f"In {place}, {name} must be {_WORDS[keys[name].kind]}."
        elif keys[name].kind in {TABLE, TABLES}:
            below = f"{path}.{name}" if path else name
            tables = value if isinstance(value, list) else [value]
            for number, each in enumerate(tables, start=1):
                yield from _faults(each, below, f"{below} number {number}")


_WORDS: Final = {
    "number": "a number",
    TEXT: "a text",
    TRUTH: "true or false",
    TEXTS: "a table of texts",
    NUMBERS: 'a list of pairs, such as [["Work", "020 7946 0123"]]',
    TABLE: "a table",
    TABLES: "a list of tables",
}


def _is_kind(value: object, kind: str) -> bool:
    match kind:
        case "number":
            return type(value) is int
        case "text":
            return isinstance(value, str)
        case "truth":
            return isinstance(value, bool)
        case "texts":
            return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        case "numbers":
            return isinstance(value, list) and all(map(_is_pair, value))
        case "table":
            return isinstance(value, dict)
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)
    )
