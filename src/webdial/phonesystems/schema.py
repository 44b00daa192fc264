"""The form of a phone system's file as JSON Schema (draft 7), for editors that complete and check TOML.

    python3 dev.py run python -m webdial.phonesystems.schema docs/reference/phone-system-file.schema.json

It says what keys there are and what each takes. What stands inside requests, rules and readings is
left to the reader (webdial.phonesystems.file). The manual's tables have the sentences that stand here.
"""

import json
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from webdial.dialstring import CALL_NAMES
from webdial.numbers.forms import NumberForm
from webdial.phonesystems.file import NAME, TABLES
from webdial.phonesystems.model import (
    Confidence,
    FieldKind,
    Kind,
    Owner,
    RingsFirst,
    SentFrom,
)

Schema = dict[str, Any]


def _one_of(kind: type[Enum]) -> Schema:
    return {"enum": [each.value for each in kind]}


_TEXT: Final[Schema] = {"type": "string"}
_FILLED: Final[Schema] = {"type": "string", "pattern": r"\S"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
_YES: Final[Schema] = {"type": "boolean"}
_RULES: Final[Schema] = {"anyOf": [_TEXT, _TEXTS]}
_LASTS: Final[Schema] = {"anyOf": [{"type": "number", "minimum": 0}, _TEXT]}

KEYS: Final[Mapping[str, Mapping[str, tuple[Schema, str]]]] = {
    "": {
        "title": (_FILLED, "What people call the phone system. Needed."),
        "vendor": (_FILLED, "Who makes it. Needed."),
        "about": (_TEXT, "Which products and versions the file is for, in one line."),
        "kind": (_one_of(Kind), "What it is; see [Kinds](#kinds)."),
        "confidence": (_one_of(Confidence), "Where the facts come from; see [Kinds](#kinds)."),
        "sources": (_TEXTS, "The pages and programs that the facts come from."),
        "notes": (_TEXTS, "What an administrator should know: what to switch on first, and traps."),
        "unknown": (_TEXTS, "What no source told."),
        "needs": (_TEXTS, "What is needed besides, such as a number or a page of one's own."),
        "sent_from": (
            _one_of(SentFrom),
            "Where requests must start; see [Where requests start](#where-requests-start).",
        ),
        "rings_first": (
            _one_of(RingsFirst),
            "Whose phone rings first; see [Who rings first](#who-rings-first).",
        ),
        "number": ({"$ref": "#/definitions/number"}, "The table below."),
        "fields": ({"$ref": "#/definitions/fields"}, "A table for each field."),
        "secrets": ({"$ref": "#/definitions/secrets"}, "A table for each secret."),
        "log_in": ({"$ref": "#/definitions/log_in"}, "The table below, where there is a log-in."),
        "sign_in": ({"$ref": "#/definitions/sign_in"}, "The table below, where users sign in."),
        "dial": ({"$ref": "#/definitions/dial"}, "The table below. Needed."),
    },
    "number": {
        "format": (
            _one_of(NumberForm),
            "The form in which numbers outside are wanted; see [Form of the number](#form-of-the-number).",
        ),
        "after_answer": (
            _TEXT,
            "What stands between the number and the digits that are dialled after the answer.",
        ),
    },
    "fields": {
        "label": (_FILLED, "What the page calls it. Needed."),
        "help": (_TEXT, "One sentence below the field."),
        "example": (_TEXT, "A value as it might be filled in."),
        "default": (_TEXT, "What holds while nothing is filled in."),
        "optional": (_YES, "`true` if it may stay empty without a default."),
        "kind": (_one_of(FieldKind), "What may be filled in; see [Kinds of fields](#kinds-of-fields)."),
        "choices": (
            {"type": "array", "items": _TEXT, "minItems": 1},
            "What can be chosen, with the kind `choice` alone.",
        ),
        "of": (_one_of(Owner), "Whose value it is; see [Owners](#owners)."),
    },
    "secrets": {
        "label": (_FILLED, "What the page calls it. Needed."),
        "help": (_TEXT, "One sentence below the field."),
        "of": (_one_of(Owner), "Whose secret it is; see [Owners](#owners)."),
        "optional": (_YES, "`true` if it may stay empty."),
    },
    "log_in": {
        "lasts_s": (
            _LASTS,
            ("For how many seconds a log-in is kept, or a reading that finds them in the last answer. "
            "0 is for a log-in before every call."),
        ),
        "expired": (
            _TEXT,
            ("A rule on the answer to the dial request: the log-in has lapsed. It is then made anew, "
            "and the call is sent once more."),
        ),
        "steps": (
            {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/log_in.steps"}},
            "The requests of the log-in, in their order: `[[log_in.steps]]` for each. Needed.",
        ),
    },
    "log_in.steps": {
        "request": (_FILLED, "A dial string. Needed."),
        "success": (_RULES, "A rule, or a list of rules that must all hold. Without one any 2xx will do."),
        "message": (_TEXT, "A reading that finds the phone system's own words for a refusal."),
        "take": (
            {"type": "object", "additionalProperties": _TEXT},
            "Names, each with a reading: what later requests take from this answer. All count as secrets.",
        ),
    },
    "dial": {
        "request": (_FILLED, "The dial string of a call. Needed."),
        "internal": (_TEXT, "Another one for internal numbers, where they are dialled in another way."),
        "success": (
            _RULES,
            "A rule, or a list of rules that must all hold: the phone system has taken the call.",
        ),
        "queues": (_YES, "`true` if success says only that the call waits in a queue."),
        "message": (_TEXT, "A reading that finds the phone system's own words for a refusal."),
        "call_id": (_TEXT, "A reading that finds the phone system's name of the call."),
        "time_limit_s": (
            {"type": "number", "minimum": 0.1, "maximum": 3600},
            "How long to wait for the whole answer, in seconds, in place of the general setting.",
        ),
    },
    "sign_in": {
        "authorize": (_FILLED, "The page on which the user signs in. Needed."),
        "token": (_FILLED, "The request that changes the page's code for tokens. Needed."),
        "refresh": (_TEXT, "The request that renews the access token."),
        "access_token": (_FILLED, "A reading that finds the access token. Needed."),
        "new_refresh_token": (_TEXT, "A reading that finds the token for the next renewal."),
        "lasts_s": (
            _LASTS,
            "For how many seconds an access token holds, or a reading that finds them.",
        ),
        "expired": (
            _TEXT,
            ("A rule on the answer to the dial request: the access token has lapsed. It is then renewed, "
            "and the call is sent once more."),
        ),
        "message": (_TEXT, "A reading that finds the phone system's own words for a refusal."),
    },
}  # fmt: skip
"""What each key of each table takes, and the sentence that the manual has for it."""

_NEEDED: Final = {
    "": ["title", "vendor", "dial"],
    "fields": ["label"],
    "secrets": ["label"],
    "log_in": ["steps"],
    "log_in.steps": ["request"],
    "dial": ["request"],
    "sign_in": ["authorize", "token", "access_token"],
}
_CHOICES_GO_WITH_THEIR_KIND: Final[Schema] = {
    "if": {"properties": {"kind": {"const": FieldKind.CHOICE.value}}, "required": ["kind"]},
    "then": {"required": ["choices"]},
    "else": {"not": {"required": ["choices"]}},
}
_NAMES: Final[Schema] = {
    "pattern": f"^{NAME.pattern}$",
    "not": {"enum": sorted(CALL_NAMES)},
}


def file_schema() -> Schema:
    """The schema of a whole file."""
    definitions = {
        table: _table(table) for table in TABLES if table not in {"", "fields", "secrets"}
    }
    definitions["log_in.steps"]["properties"]["take"]["propertyNames"] = _NAMES
    definitions["fields"] = _named(_table("fields") | _CHOICES_GO_WITH_THEIR_KIND)
    definitions["secrets"] = _named(_table("secrets"))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "File of a phone system",
        "description": "What to fill in, what to send, and what the answers mean.",
        **_table(""),
        "definitions": definitions,
    }


def _table(table: str) -> Schema:
    properties = {
        key: {**schema} if "$ref" in schema else {**schema, "description": _plain(told)}
        for key, (schema, told) in KEYS[table].items()
        if key in TABLES[table]
    }
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": _NEEDED[table]} if table in _NEEDED else {})


def _named(table: Schema) -> Schema:
    return {"type": "object", "propertyNames": _NAMES, "additionalProperties": table}


def _plain(told: str) -> str:
    """A sentence of the manual without its links, which lead nowhere from an editor."""
    return told.partition("; see [")[0].rstrip(".") + "." if "; see [" in told else told


def main(path: str) -> None:
    text = json.dumps(file_schema(), indent=2, ensure_ascii=False)
    Path(path).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
