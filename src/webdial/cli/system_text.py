"""A phone system's file as it is printed: everything that an administrator wants to know of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from webdial.errors import Fault, line_and_column, point_at
from webdial.phonesystems import (
    Field,
    FieldKind,
    LogIn,
    NumberForm,
    Owner,
    PhoneSystem,
    PhoneSystemError,
    Reading,
    RingsFirst,
    Rule,
    SentFrom,
    SignIn,
    read_phone_system,
)
from webdial.phonesystems.model import Confidence
from webdial.phonesystems.remarks import Remark, remarks_on

_CONFIDENCE = {
    Confidence.DOCUMENTED: "documented by its vendor",
    Confidence.CODE: "read from working code",
    Confidence.REPORTED: "reported by somebody who uses it",
    Confidence.OWN: "your own",
}
_SENT_FROM = {
    SentFrom.SERVER: "this server",
    SentFrom.PHONE_NETWORK: "the network of the phones",
    SentFrom.USERS_MACHINE: "the user's own machine",
}
_RINGS_FIRST = {
    RingsFirst.CALLER: "the caller's phone",
    RingsFirst.NOBODY: "nobody's: the phone dials at once",
    RingsFirst.UNKNOWN: "not known",
}
_NUMBER_FORM = {
    NumberForm.AS_DIALLED: "as they are dialled",
    NumberForm.E164: "+442079460123",
    NumberForm.DIGITS: "442079460123",
    NumberForm.INTERNATIONAL: "00442079460123",
    NumberForm.NATIONAL: "02079460123",
}
_OWNER = {
    Owner.SITE: "one for all",
    Owner.USER: "one for each user",
    Owner.PHONE: "one for each phone",
}
NO_RULE = "no rule: a call is told as sent, not confirmed"


def system_text(system: PhoneSystem) -> str:
    """Several paragraphs for a terminal."""
    paragraphs = [
        [f"{system.title} ({system.id})", *([system.about] if system.about else [])],
        list(_properties(system)),
        _titled("Fields", _value_lines(system.fields.values())),
        _titled("Secrets", _value_lines(system.secrets.values())),
        _titled("Sign-in in the browser", _sign_in_lines(system.sign_in)),
        *_log_in_paragraphs(system.log_in),
        _titled("Link" if system.is_link else "Dial", _dial_lines(system)),
        _titled("Notes", _listed(system.notes)),
        _titled("Needs", _listed(system.needs)),
        _titled("Not known", _listed(system.unknown)),
        _titled("Sources", _listed(system.sources)),
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def system_row(system: PhoneSystem) -> dict[str, str]:
    """What a list tells of it, as JSON content."""
    return {
        "id": system.id,
        "title": system.title,
        "vendor": system.vendor,
        "about": system.about,
        "kind": system.kind.value,
        "confidence": system.confidence.value,
        "sent_from": system.sent_from.value,
    }


def system_content(system: PhoneSystem) -> dict[str, Any]:
    """The same as JSON content."""
    dial, log_in, sign_in = system.dial, system.log_in, system.sign_in
    return {
        **system_row(system),
        "rings_first": system.rings_first.value,
        "number": {"format": system.number_form.value, "after_answer": system.after_answer},
        "fields": [_value_content(each) for each in system.fields.values()],
        "secrets": [_value_content(each) for each in system.secrets.values()],
        "sign_in": None if sign_in is None else _sign_in_content(sign_in),
        "log_in": None if log_in is None else _log_in_content(log_in),
        "dial": {
            "request": dial.request.source,
            "internal": None if dial.internal is None else dial.internal.source,
            "success": [rule.source for rule in dial.success],
            "queues": dial.queues,
            "message": _source(dial.message),
            "call_id": _source(dial.call_id),
            "time_limit_s": dial.time_limit_s,
        },
        "notes": list(system.notes),
        "needs": list(system.needs),
        "unknown": list(system.unknown),
        "sources": list(system.sources),
    }


def checked_content(file: str, text: str) -> dict[str, Any]:
    """The faults of a file and, when it has none, what will surprise, as JSON content."""
    try:
        system = read_phone_system(text, id=file)
    except PhoneSystemError as error:
        return {
            "file": file,
            "faults": [_place(text, each) for each in error.faults],
            "warnings": [],
        }
    warnings = [_place(text, each) for each in remarks_on(system, text)]
    return {"file": file, "faults": [], "warnings": warnings}


def checked_text(content: dict[str, Any], text: str) -> str:
    """What `checked_content` found, each with its line and a caret under it."""
    file = content["file"]
    lines = [] if content["faults"] else [f"{file}: no faults"]
    for word, found in (("", content["faults"]), ("warning: ", content["warnings"])):
        for each in found:
            lines.append(f"{file}:{each['line']}:{each['column']}: {word}{each['message']}")
            lines.append(point_at(text, each["start"], each["end"]))
            lines += [f"  {each['hint']}"] if each.get("hint") else []
    return "\n".join(lines)


def _place(text: str, fault: Fault | Remark) -> dict[str, Any]:
    line, column = line_and_column(text, fault.start)
    content = {
        "code": fault.code,
        "message": fault.message,
        "line": line,
        "column": column,
        "start": fault.start,
        "end": fault.end,
    }
    return content | ({"hint": fault.hint} if isinstance(fault, Fault) and fault.hint else {})


def _properties(system: PhoneSystem) -> Iterator[str]:
    yield f"Vendor: {system.vendor}"
    yield f"Kind: {system.kind.value}"
    yield f"How it is known: {_CONFIDENCE[system.confidence]} ({system.confidence.value})"
    yield f"Requests start from: {_SENT_FROM[system.sent_from]}"
    yield f"Rings first: {_RINGS_FIRST[system.rings_first]}"
    yield f"Numbers outside: {_NUMBER_FORM[system.number_form]}"
    if system.after_answer:
        yield f"Before what is dialled after the answer: {system.after_answer}"
    if not system.is_link:
        limit = system.dial.time_limit_s
        told = "that of the general settings" if limit is None else f"{limit:g} seconds"
        yield f"Time limit: {told}"


def _value_lines(fields: Iterable[Field]) -> Iterator[str]:
    for each in fields:
        yield f"{each.name}: {each.label}"
        facts = [_OWNER[each.of]]
        facts += ["may be left out"] if each.is_optional else []
        facts += [f"example {each.example}"] if each.example else []
        facts += [f"default {each.default}"] if each.default else []
        facts += [f"one of {', '.join(each.choices)}"] if each.kind is FieldKind.CHOICE else []
        yield f"  {'; '.join(facts)}"
        if each.help:
            yield f"  {each.help}"


def _sign_in_lines(sign_in: SignIn | None) -> Iterator[str]:
    if sign_in is None:
        return
    yield f"page: {sign_in.authorize.source}"
    yield f"token: {sign_in.token.source}"
    if sign_in.refresh is not None:
        yield f"renewal: {sign_in.refresh.source}"
    yield f"  access token: {sign_in.access_token.source}"
    yield f"  lasts: {_lasts(sign_in.lasts)}"
    yield from _expressions(message=sign_in.message, expired=sign_in.expired)


def _log_in_paragraphs(log_in: LogIn | None) -> Iterator[list[str]]:
    steps = () if log_in is None else log_in.steps
    for number, step in enumerate(steps, start=1):
        title = "Log-in" if len(steps) == 1 else f"Log-in, step {number} of {len(steps)}"
        lines = [step.request.source, *_success(step.success, "no rule: any status of 2xx")]
        lines += _expressions(message=step.message)
        lines += [f"  take {name}: {reading.source}" for name, reading in step.take.items()]
        if log_in is not None and number == len(steps):
            lines.append(f"  lasts: {_lasts(log_in.lasts)}")
            lines += _expressions(expired=log_in.expired)
        yield _titled(title, lines)


def _dial_lines(system: PhoneSystem) -> Iterator[str]:
    dial = system.dial
    yield dial.request.source
    if dial.internal is not None:
        yield f"internal: {dial.internal.source}"
    if system.is_link:
        return
    yield from _success(dial.success, NO_RULE)
    if dial.queues:
        yield "  success means: put into a queue"
    yield from _expressions(message=dial.message, call_id=dial.call_id)


def _success(rules: tuple[Rule, ...], otherwise: str) -> list[str]:
    return [f"  success: {rule.source}" for rule in rules] or [f"  success: {otherwise}"]


def _expressions(**named: Rule | Reading | None) -> list[str]:
    return [
        f"  {name.replace('_', ' ')}: {each.source}"
        for name, each in named.items()
        if each is not None
    ]


def _lasts(lasts: float | Reading) -> str:
    if isinstance(lasts, Reading):
        return f"{lasts.source} (seconds)"
    return f"{lasts:g} seconds" if lasts else "not kept"


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [title, *found] if found else []


def _listed(texts: tuple[str, ...]) -> list[str]:
    return [f"- {text}" for text in texts]


def _value_content(field: Field) -> dict[str, Any]:
    content: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "help": field.help,
        "of": field.of.value,
        "optional": field.is_optional,
    }
    if field.is_secret:
        return content
    return content | {
        "kind": field.kind.value,
        "example": field.example,
        "default": field.default,
        "choices": list(field.choices),
    }


def _log_in_content(log_in: LogIn) -> dict[str, Any]:
    return {
        "lasts_s": log_in.lasts.source if isinstance(log_in.lasts, Reading) else log_in.lasts,
        "expired": _source(log_in.expired),
        "steps": [
            {
                "request": step.request.source,
                "success": [rule.source for rule in step.success],
                "message": _source(step.message),
                "take": {name: reading.source for name, reading in step.take.items()},
            }
            for step in log_in.steps
        ],
    }


def _sign_in_content(sign_in: SignIn) -> dict[str, Any]:
    return {
        "authorize": sign_in.authorize.source,
        "token": sign_in.token.source,
        "refresh": None if sign_in.refresh is None else sign_in.refresh.source,
        "access_token": sign_in.access_token.source,
        "new_refresh_token": _source(sign_in.new_refresh_token),
        "lasts_s": sign_in.lasts.source if isinstance(sign_in.lasts, Reading) else sign_in.lasts,
        "expired": _source(sign_in.expired),
        "message": _source(sign_in.message),
    }


def _source(expression: Rule | Reading | None) -> str | None:
    return None if expression is None else expression.source
