"""Reads the file of a phone system and reports every fault of it at once, each at its place.

docs/reference/phone-system-files.md describes the form; a test holds the two together.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

from webdial.dialstring import (
    CALL_NAMES,
    EXTENSION,
    Declared,
    DialString,
    DialStringError,
    parse_dial_string,
)
from webdial.dialstring.values import IN_NUMBER
from webdial.errors import Fault, InvalidValueError, SourceError
from webdial.language import grouped, translate
from webdial.numbers.forms import NumberForm
from webdial.phonesystems.model import (
    Confidence,
    Dial,
    Field,
    FieldKind,
    Kind,
    LogIn,
    Owner,
    PhoneSystem,
    RingsFirst,
    SentFrom,
    SignIn,
    Step,
)
from webdial.phonesystems.rules import Reading, Rule, RuleError, read_reading, read_rule
from webdial.phonesystems.toml_text import Path, TomlPlaces

MAX_FILE: Final = 100_000
"""Characters of a file: fifty times those of the catalogue."""

TABLES: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(
        {
            "title", "vendor", "about", "kind", "confidence", "sources", "notes", "unknown", "needs",
            "sent_from", "rings_first", "number", "fields", "secrets", "log_in", "dial", "sign_in",
        }
    ),
    "number": frozenset({"format", "after_answer"}),
    "fields": frozenset(
        {"label", "help", "example", "default", "optional", "kind", "choices", "of"}
    ),
    "secrets": frozenset({"label", "help", "of", "optional"}),
    "log_in": frozenset({"lasts_s", "expired", "steps"}),
    "log_in.steps": frozenset({"request", "success", "message", "take"}),
    "dial": frozenset(
        {"request", "internal", "success", "queues", "message", "call_id", "time_limit_s"}
    ),
    "sign_in": frozenset(
        {
            "authorize", "token", "refresh", "access_token", "new_refresh_token", "lasts_s", "expired",
            "message",
        }
    ),
}  # fmt: skip
"""The keys of each table. docs/reference/phone-system-files.md is checked against them."""

SIGN_IN_NAMES: Final[Mapping[str, Declared]] = {
    "code": Declared("code of the sign-in", is_secret=True),
    "redirect_uri": Declared("address of this site for the answer"),
    "state": Declared("mark of the sign-in", is_secret=True),
    "code_verifier": Declared("proof of the sign-in", is_secret=True),
    "code_challenge": Declared("mark of the proof"),
    "refresh_token": Declared("token that renews the sign-in", is_secret=True),
}
ACCESS_TOKEN: Final = Declared("token of the sign-in", is_secret=True)

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
"""Names of fields, secrets, and of what is taken from an answer."""

_OF_NUMBER: Final = IN_NUMBER | {"outside_line"}
_OF_USER: Final = ("user.", "branch.", "setting ")
"""How names begin whose values differ between users, or between their branches."""

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

_UNREAD: Final = Dial(parse_dial_string("tel:#"))
"""In place of a dial table with a fault, so that the faults of the rest are told too."""

_Choice = TypeVar("_Choice", bound=Enum)


class PhoneSystemError(SourceError):
    """The text is no file of a phone system."""

    code = "phone_system_file"


def read_phone_system(text: str, *, id: str) -> PhoneSystem:  # noqa: A002 - it is the system's id
    """Read a file. Raises PhoneSystemError with every fault that can be told."""
    if len(text) > MAX_FILE:
        message = translate("A file has at most {MAX_FILE} characters.", MAX_FILE=grouped(MAX_FILE))
        raise PhoneSystemError(text, [Fault("file_too_long", message, MAX_FILE, MAX_FILE + 1)])
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PhoneSystemError(text, [_toml_fault(text, str(error))]) from error
    except (ValueError, RecursionError) as error:
        told = translate("it is nested too deeply or names no number")
        raise PhoneSystemError(text, [_toml_fault(text, told)]) from error
    reader = _Reader(text, content)
    system = reader.phone_system(id)
    if reader.faults:
        raise PhoneSystemError(text, reader.faults)
    return system


def _toml_fault(text: str, told: str) -> Fault:
    match = _TOML_PLACE.search(told)
    start = len(text)
    if match is not None and match[1] is not None:
        lines = text.splitlines(keepends=True)
        start = sum(map(len, lines[: int(match[1]) - 1])) + int(match[2]) - 1
    reason = told[: match.start()] if match else told
    return Fault("toml", translate("This is no TOML: {reason}.", reason=reason), start, start + 1)


class _Reader:
    """One file that is being read."""

    def __init__(self, text: str, content: dict[str, Any]) -> None:
        self._content = content
        self._places = TomlPlaces(text)
        self.faults: list[Fault] = []
        self._names: dict[str, Declared] = {}
        self._owners: dict[str, Owner] = {}

    def phone_system(self, system_id: str) -> PhoneSystem:
        """The whole file; what has a fault, which is told, is something else of its kind."""
        content = self._content
        self._check_keys((), content, "")
        number = self._table((), "number", TABLES["number"])
        fields = self._fields("fields")
        secrets = self._fields("secrets")
        for name in fields.keys() & secrets.keys():
            self._fault(
                "repeated_name",
                translate("{name} is a field and a secret.", name=name),
                ("secrets", name),
            )
        values = {**fields, **secrets}
        self._names = {name: each.declared() for name, each in values.items()}
        self._owners = {name: each.of for name, each in values.items()}
        sign_in = self._sign_in()
        log_in = self._log_in()
        dial = self._dial() or _UNREAD
        return PhoneSystem(
            id=system_id,
            title=self._text((), "title", is_needed=True),
            vendor=self._text((), "vendor", is_needed=True),
            about=self._text((), "about"),
            kind=self._choice((), content, "kind", Kind, Kind.PBX),
            confidence=self._choice((), content, "confidence", Confidence, Confidence.OWN),
            sent_from=self._choice((), content, "sent_from", SentFrom, SentFrom.SERVER),
            rings_first=self._choice((), content, "rings_first", RingsFirst, RingsFirst.UNKNOWN),
            dial=dial,
            number_form=self._choice(
                ("number",), number, "format", NumberForm, NumberForm.AS_DIALLED
            ),
            after_answer=self._text(("number",), "after_answer", number) or None,
            sources=self._texts("sources"),
            notes=self._texts("notes"),
            unknown=self._texts("unknown"),
            needs=self._texts("needs"),
            fields=fields,
            secrets=secrets,
            log_in=log_in,
            sign_in=sign_in,
        )

    def _fields(self, table: str) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for name, content in self._table((), table).items():
            path = (table, name)
            if not NAME.fullmatch(name) or name in CALL_NAMES:
                message = translate("{name} cannot be a name here.", name=name)
                hint = translate(
                    "Small letters, digits and _, and none of the names of every call."
                )
                self._fault("bad_name", message, path, hint)
            elif not isinstance(content, dict):
                self._fault(
                    "bad_type",
                    translate("{name} must be a table: [{table}.{name}]", name=name, table=table),
                    path,
                )
            else:
                self._check_keys(path, content, table)
                found[name] = self._field(path, name, content, is_secret=table == "secrets")
        return found

    def _field(self, path: Path, name: str, content: dict[str, Any], *, is_secret: bool) -> Field:
        kind = self._choice(path, content, "kind", FieldKind, FieldKind.TEXT)
        choices = content.get("choices", [])
        is_list = isinstance(choices, list) and all(isinstance(each, str) for each in choices)
        if not is_list or bool(choices) is not (kind is FieldKind.CHOICE):
            message = translate("choices are a list of texts, and go with the kind choice.")
            self._fault("bad_type", message, (*path, "choices"))
            choices = []
        made = Field(
            name,
            label=self._text(path, "label", content, is_needed=True),
            help=self._text(path, "help", content),
            example=self._text(path, "example", content),
            default=self._text(path, "default", content),
            kind=kind,
            choices=tuple(choices),
            of=self._choice(path, content, "of", Owner, Owner.SITE),
            is_secret=is_secret,
            is_optional=self._yes(path, content, "optional"),
        )
        for key, value in (("default", made.default), ("example", made.example)):
            if not value or self.faults:
                continue
            try:
                made.check(value)
            except InvalidValueError as error:
                self._fault("bad_value", error.message, (*path, key), error.hint)
        return made

    def _log_in(self) -> LogIn | None:
        if "log_in" not in self._content:
            return None
        content = self._table((), "log_in", TABLES["log_in"])
        rows = content.get("steps", [])
        if not isinstance(rows, list) or not rows:
            message = translate("A log-in has one request at least: [[log_in.steps]]")
            self._fault("missing", message, ("log_in",))
            return None
        lasts = self._lasts(("log_in",), content)
        owner = Owner.SITE
        steps: list[Step] = []
        for index, row in enumerate(rows):
            step = self._step(("log_in", "steps", index), row)
            if step is not None:
                steps.append(step)
                owner = max(owner, self._owner_of(step.request), key=list(Owner).index)
                if lasts and step.request.names & _OF_NUMBER:
                    message = translate(
                        "A log-in that lasts cannot take the number: the next call has another."
                    )
                    hint = translate(
                        "Leave lasts_s out, so that the log-in is made for every call anew."
                    )
                    self._fault("bad_value", message, ("log_in", "steps", index, "request"), hint)
        return LogIn(
            tuple(steps),
            lasts,
            self._rule(("log_in",), content, "expired"),
            owner,
        )

    def _step(self, path: Path, row: Any) -> Step | None:
        if not isinstance(row, dict):
            self._fault("bad_type", translate("A step is a table: [[log_in.steps]]"), path)
            return None
        self._check_keys(path, row, "log_in.steps")
        request = self._request(path, row, "request", is_needed=True)
        success = self._rules(path, row, "success")
        message = self._reading(path, row, "message")
        taken: dict[str, Reading] = {}
        take = row.get("take", {})
        for name in take if isinstance(take, dict) else {}:
            reading = self._reading((*path, "take"), take, name)
            if not NAME.fullmatch(name) or name in CALL_NAMES or name in self._owners:
                message_text = translate("{name} cannot be the name of what is taken.", name=name)
                self._fault("bad_name", message_text, (*path, "take", name))
            elif reading is not None:
                taken[name] = reading
                self._names[name] = Declared(f"{name} of the log-in", is_secret=True)
        if not isinstance(take, dict):
            self._fault(
                "bad_type", translate("take is a table of names and readings."), (*path, "take")
            )
        return None if request is None else Step(request, success, message, taken)

    def _owner_of(self, request: DialString) -> Owner:
        """The narrowest owner of a value that the request takes."""
        owners = [self._owners.get(name, Owner.SITE) for name in request.names]
        if any(name.startswith(_OF_USER) for name in request.names):
            owners.append(Owner.USER)
        if EXTENSION in request.names:
            owners.append(Owner.PHONE)
        return max(owners, key=list(Owner).index, default=Owner.SITE)

    def _dial(self) -> Dial | None:
        if "dial" not in self._content:
            self._fault("missing", translate("A file says what is sent to dial: [dial]"), ())
            return None
        content = self._table((), "dial", TABLES["dial"])
        path = ("dial",)
        request = self._request(path, content, "request", is_needed=True)
        limit = content.get("time_limit_s")
        is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if limit is not None and not (is_number and 0.1 <= limit <= 3600):
            message = translate("time_limit_s is a number of seconds from 0.1 to 3600.")
            self._fault("bad_value", message, (*path, "time_limit_s"))
            limit = None
        dial = Dial(
            request or _UNREAD.request,
            self._request(path, content, "internal"),
            self._rules(path, content, "success"),
            self._yes(path, content, "queues"),
            self._reading(path, content, "message"),
            self._reading(path, content, "call_id"),
            None if limit is None else float(limit),
        )
        return None if request is None else dial

    def _sign_in(self) -> SignIn | None:
        if "sign_in" not in self._content:
            return None
        content = self._table((), "sign_in", TABLES["sign_in"])
        path = ("sign_in",)
        own = self._names
        self._names = {**own, **SIGN_IN_NAMES}
        authorize = self._request(path, content, "authorize", is_needed=True)
        token = self._request(path, content, "token", is_needed=True)
        refresh = self._request(path, content, "refresh")
        self._names = {**own, "access_token": ACCESS_TOKEN}
        access_token = self._reading(path, content, "access_token")
        if access_token is None and "access_token" not in content:
            self._fault("missing", translate("access_token says where the token stands."), path)
        if authorize is None or token is None or access_token is None:
            return None
        return SignIn(
            authorize,
            token,
            refresh,
            access_token,
            self._reading(path, content, "new_refresh_token"),
            self._lasts(path, content),
            self._rule(path, content, "expired"),
            self._reading(path, content, "message"),
        )

    def _request(
        self, path: Path, content: dict[str, Any], key: str, *, is_needed: bool = False
    ) -> DialString | None:
        source = self._text(path, key, content, is_needed=is_needed)
        if not source:
            return None
        try:
            return parse_dial_string(source, names=self._names)
        except DialStringError as error:
            self._inner((*path, key), error)
            return None

    def _rules(self, path: Path, content: dict[str, Any], key: str) -> tuple[Rule, ...]:
        """One rule, or a list of rules that must all hold."""
        given = content.get(key, [])
        if isinstance(given, str):
            rule = self._rule(path, content, key)
            return () if rule is None else (rule,)
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            self._fault(
                "bad_type", translate("{key} is a rule or a list of rules.", key=key), (*path, key)
            )
            return ()
        rules: list[Rule] = []
        for each in given:
            try:
                rules.append(read_rule(each))
            except RuleError as error:
                self._fault(error.error_code, f"{error.message} ({each})", (*path, key))
        return tuple(rules)

    def _rule(self, path: Path, content: dict[str, Any], key: str) -> Rule | None:
        source = self._text(path, key, content)
        if not source:
            return None
        try:
            return read_rule(source)
        except RuleError as error:
            self._inner((*path, key), error)
            return None

    def _reading(self, path: Path, content: dict[str, Any], key: str) -> Reading | None:
        source = self._text(path, key, content)
        if not source:
            return None
        try:
            return read_reading(source)
        except RuleError as error:
            self._inner((*path, key), error)
            return None

    def _lasts(self, path: Path, content: dict[str, Any]) -> float | Reading:
        lasts = content.get("lasts_s", 0)
        if isinstance(lasts, str):
            return self._reading(path, content, "lasts_s") or 0.0
        if isinstance(lasts, bool) or not isinstance(lasts, int | float) or lasts < 0:
            message = translate(
                "lasts_s is a number of seconds, or a reading such as json expires_in."
            )
            self._fault("bad_value", message, (*path, "lasts_s"))
            return 0.0
        return float(lasts)

    def _inner(self, path: Path, error: SourceError) -> None:
        """Faults of a text inside the file, moved to where they stand in it."""
        start = self._places.value(path)
        for fault in error.faults:
            if start is None:
                self._fault(fault.code, fault.message, path, fault.hint)
                continue
            moved = Fault(
                fault.code, fault.message, start + fault.start, start + fault.end, fault.hint
            )
            self.faults.append(moved)

    def _table(self, path: Path, key: str, keys: frozenset[str] | None = None) -> dict[str, Any]:
        content = self._content.get(key, {})
        if not isinstance(content, dict):
            self._fault(
                "bad_type", translate("{key} must be a table: [{key}]", key=key), (*path, key)
            )
            return {}
        if keys is not None:
            self._check_keys((*path, key), content, key)
        return content

    def _check_keys(self, path: Path, content: dict[str, Any], table: str) -> None:
        for key in content:
            if key not in TABLES[table]:
                known = ", ".join(sorted(TABLES[table]))
                message = translate("{key} is no key that is known here.", key=key)
                self._fault(
                    "unknown_key",
                    message,
                    (*path, key),
                    translate("The keys are {known}.", known=known),
                )

    def _text(
        self,
        path: Path,
        key: str,
        content: dict[str, Any] | None = None,
        *,
        is_needed: bool = False,
    ) -> str:
        value = (self._content if content is None else content).get(key, "")
        if not isinstance(value, str):
            self._fault("bad_type", translate("{key} must be a text.", key=key), (*path, key))
            return ""
        if is_needed and not value.strip():
            self._fault(
                "missing",
                translate("{key} is missing.", key=key),
                path if key not in (content or self._content) else (*path, key),
            )
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value: Any = self._content.get(key, [])
        if not isinstance(value, Sequence) or isinstance(value, str):
            self._fault("bad_type", translate("{key} must be a list of texts.", key=key), (key,))
            return ()
        return tuple(str(each) for each in value)

    def _choice(
        self,
        path: Path,
        content: dict[str, Any],
        key: str,
        kind: type[_Choice],
        default: _Choice,
    ) -> _Choice:
        value = content.get(key, default.value)
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(each.value) for each in kind)
            self._fault(
                "bad_value",
                translate("{key} is one of: {known}.", key=key, known=known),
                (*path, key),
            )
            return default

    def _yes(self, path: Path, content: dict[str, Any], key: str) -> bool:
        value = content.get(key, False)
        if not isinstance(value, bool):
            self._fault("bad_type", translate("{key} is true or false.", key=key), (*path, key))
        return value is True

    def _fault(self, code: str, message: str, path: Path, hint: str = "") -> None:
        self.faults.append(Fault(code, message, *self._places.key(path), hint))
