"""Writes docs/reference/phone-systems.md from the catalogue, and the schema of its files beside it.

    python3 dev.py run python -m tests.docs.coverage --write

Everything in the tables is read from the files and from the tests that try them; a test compares.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from tests.docs.manual import ROOT
from tests.phone_systems.test_coverage import SYSTEMS
from tests.phone_systems.test_program_calls import SERVING
from webdial.dialstring import DialString
from webdial.dialstring.functions import is_hash
from webdial.dialstring.model import HttpTarget
from webdial.dialstring.values import Apply, Slot, Template
from webdial.phonesystems import Kind, NumberForm, Owner, PhoneSystem, SentFrom, catalogue
from webdial.phonesystems.answers import Subject
from webdial.phonesystems.remarks import requests_of
from webdial.phonesystems.schema import file_schema

PAGE: Final = ROOT / "docs/reference/phone-systems.md"
SCHEMA: Final = ROOT / "docs/reference/phone-system-file.schema.json"
TRIALS: Final = ROOT / "tests/phone_systems"
BEGIN, END = "<!-- generated: {} -->", "<!-- end -->"

KINDS: Final = {
    Kind.PBX: "PBX",
    Kind.HOSTED: "Hosted",
    Kind.PHONE: "Phone",
    Kind.PROGRAM: "Program",
    Kind.LINK: "Link",
}
SENT_FROM: Final = {
    SentFrom.SERVER: "server",
    SentFrom.PHONE_NETWORK: "network of the phones",
    SentFrom.USERS_MACHINE: "user's machine",
}


class Level(IntEnum):
    """How much of the dial-string language and of its files a phone system needs."""

    PLAIN = 0
    VALUES = 1
    DIGEST = 2
    LOG_IN = 3
    FUNCTIONS = 4
    SIGN_IN = 5


LEVELS: Final = {
    Level.PLAIN: "what the old system had: GET, POST and PUT with a form, links",
    Level.VALUES: (
        "headers, passwords by HTTP, JSON and XML, values of single users, forms of numbers, "
        "rules that read the answer"
    ),
    Level.DIGEST: "Digest authentication",
    Level.LOG_IN: "a log-in whose answer gives what the call needs",
    Level.FUNCTIONS: "functions on values: hashes, signatures, base64",
    Level.SIGN_IN: "a sign-in of each user in the browser (OAuth 2.0)",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a file uses: what the table calls it, and the level that it needs."""

    name: str
    level: Level
    is_used: Callable[[PhoneSystem], bool]


def _strings(system: PhoneSystem) -> list[DialString]:
    return [request.string for request in requests_of(system)]


def _has(directive: str) -> Callable[[PhoneSystem], bool]:
    pattern = re.compile(
        rf"\{{{directive}[ }}]"
    )  # the catalogue's are in capitals, functions are not
    return lambda system: any(pattern.search(string.source) for string in _strings(system))


def _has_user_info(system: PhoneSystem) -> bool:
    targets = (string.target for string in _strings(system))
    return any(isinstance(target, HttpTarget) and target.user_info for target in targets)


def _functions(templates: Iterable[Template]) -> Iterator[str]:
    for template in templates:
        for part in template:
            if isinstance(part, Slot) and isinstance(part.value, Apply):
                yield part.value.function
                yield from _functions(part.value.templates)


def _computes(system: PhoneSystem) -> bool:
    used = {name for string in _strings(system) for name in _functions(string.templates)}
    return any(is_hash(name) or name.startswith(("jwt_", "base64")) for name in used)


def _signs_in_by_secret(system: PhoneSystem) -> bool:
    return any(secret.of is not Owner.SITE for secret in system.secrets.values())


def _reads_answers(system: PhoneSystem) -> bool:
    rules = [condition for rule in system.dial.success for condition in rule.conditions]
    return any(condition.subject is not Subject.STATUS for condition in rules)


FEATURES: Final = (
    Feature("header", Level.VALUES, _has("HEADER")),
    Feature("cookie", Level.VALUES, _has("COOKIE")),
    Feature("Basic", Level.VALUES, lambda each: _has("BASIC")(each) or _has_user_info(each)),
    Feature("bearer token", Level.VALUES, _has("BEARER")),
    Feature("JSON", Level.VALUES, _has("JSON")),
    Feature("XML", Level.VALUES, _has("XML")),
    Feature("other body", Level.VALUES, _has("BODY")),
    Feature("opened URL", Level.VALUES, _has("OPEN")),
    Feature("secrets of users", Level.VALUES, _signs_in_by_secret),
    Feature(
        "form of numbers",
        Level.VALUES,
        lambda each: each.number_form is not NumberForm.AS_DIALLED,
    ),
    Feature("answer read", Level.VALUES, _reads_answers),
    Feature("Digest", Level.DIGEST, _has("DIGEST")),
    Feature("log-in", Level.LOG_IN, lambda each: each.log_in is not None),
    Feature("functions", Level.FUNCTIONS, _computes),
    Feature("sign-in", Level.SIGN_IN, lambda each: each.sign_in is not None),
)


def features_of(system: PhoneSystem) -> tuple[Feature, ...]:
    return tuple(feature for feature in FEATURES if feature.is_used(system))


def level_of(system: PhoneSystem) -> Level:
    return max((feature.level for feature in features_of(system)), default=Level.PLAIN)


def authentication_of(system: PhoneSystem) -> str:
    """How the phone system knows who asks, as an administrator would say it."""
    used = {feature.name for feature in features_of(system)}
    ways = [
        name
        for name, is_way in (
            ("sign-in in the browser", "sign-in" in used),
            ("log-in", "log-in" in used),
            ("Digest", "Digest" in used),
            ("Basic", "Basic" in used),
            ("bearer token", "bearer token" in used and not used & {"log-in", "sign-in"}),
        )
        if is_way
    ]
    whose = " of each user" if _signs_in_by_secret(system) else ""
    if not ways and system.secrets:
        ways = ["secret"]
    return f"{', '.join(ways)}{whose}" if ways else "–"


def tried_against(system: PhoneSystem) -> str:
    """Against what the tests try a file: the strongest of those whose module names it."""
    files = (path for path in TRIALS.glob("test_*.py") if path.name != "test_coverage.py")
    modules = [path.read_text(encoding="utf-8") for path in files]
    naming = [text for text in modules if f'"{system.id}"' in text]
    if any("tests.real" in text for text in naming):
        return "real"
    if system.is_link and system.id not in SERVING:
        return "link"
    return "stand-in" if naming else "–"


def page_parts() -> dict[str, str]:
    """What the page has between its marks, by the name of the mark."""
    systems = catalogue()
    return {
        "total": _total(systems),
        "levels": _levels(systems),
        "table": "\n\n".join(_sections(systems)),
        "needs": _needs(systems),
    }


def _total(systems: dict[str, PhoneSystem]) -> str:
    covered = sum(each in systems for each in SYSTEMS)
    more = len(systems.keys() - set(SYSTEMS))
    return (
        f"**{covered} of {len(SYSTEMS)}** phone systems that are known to start calls by HTTP or by a link "
        f"have a file. {more} files more are for other models or interfaces of theirs: {len(systems)} in all."
    )


def _levels(systems: dict[str, PhoneSystem]) -> str:
    known = [system for name, system in systems.items() if name in SYSTEMS]
    rows = []
    reached = 0
    for level, told in LEVELS.items():
        count = sum(level_of(system) is level for system in known)
        reached += count
        rows.append([str(int(level)), told, str(count), f"{reached / len(SYSTEMS):.0%}"])
    return _table(["level", "it needs", "systems", "with those before"], rows)


def _sections(systems: dict[str, PhoneSystem]) -> Iterator[str]:
    for kind, title in KINDS.items():
        rows = [_row(each) for each in systems.values() if each.kind is kind]
        yield f"### {title}\n\n{_table(HEAD, rows)}"


HEAD: Final = [
    "phone system", "id", "knows the caller by", "level", "uses", "sent from", "tried against", "facts",
]  # fmt: skip


def _row(system: PhoneSystem) -> list[str]:
    return [
        system.title,
        f"`{system.id}`",
        authentication_of(system),
        str(int(level_of(system))),
        ", ".join(feature.name for feature in features_of(system)) or "–",
        SENT_FROM[system.sent_from],
        tried_against(system),
        system.confidence.value,
    ]


def _needs(systems: dict[str, PhoneSystem]) -> str:
    return "\n".join(
        f"- {system.title}: {need.replace('<', '&lt;')}"
        for system in systems.values()
        for need in system.needs
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    shown = ["| " + " | ".join(line) + " |" for line in (head, *rows)]
    shown.insert(1, "|" + "---|" * len(head))
    return "\n".join(shown)


def page_with(text: str, parts: dict[str, str]) -> str:
    """The page with its generated parts in place of those that it has."""
    for name, part in parts.items():
        begin = BEGIN.format(name)
        before, mark, rest = text.partition(begin)
        _, end, after = rest.partition(END)
        assert mark and end, f"the page has no {begin}"
        text = f"{before}{begin}\n\n{part}\n\n{END}{after}"
    return text


def schema_text() -> str:
    return json.dumps(file_schema(), indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True)
    parser.parse_args()
    _write(PAGE, page_with(PAGE.read_text(encoding="utf-8"), page_parts()))
    _write(SCHEMA, schema_text())
