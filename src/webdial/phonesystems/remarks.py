"""What the reader takes in the file of a phone system and what will surprise its author all the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from webdial.dialstring import NUMBER, DialString
from webdial.dialstring.functions import is_hash
from webdial.dialstring.model import HttpTarget
from webdial.dialstring.values import Field, Slot, Template
from webdial.language import translatable, translate
from webdial.phonesystems.model import PhoneSystem
from webdial.phonesystems.toml_text import Path, TomlPlaces

REMARKS: Final[Mapping[str, str]] = {
    "no_success_rule": translatable(
        "There is no success rule: a call is then told as sent, not confirmed."
    ),
    "no_number": translatable("The dial request takes no number: every call would dial the same."),
    "no_expired_rule": translatable(
        "The log-in is kept, and no rule says when it has lapsed: calls fail until its time is over."
    ),
    "unused_field": translatable("The field {name} is asked for, and no request takes it."),
    "unused_secret": translatable("The secret {name} is asked for, and no request takes it."),
    "unused_take": translatable("{name} is taken from the answer, and no request takes it."),
    "secret_in_url": translatable(
        "The secret {name} stands in a URL: logs and proxies on the way keep URLs."
    ),
    "link_with_rules": translatable(
        "A link is opened and not answered: success, message and call_id are never read."
    ),
    "link_with_log_in": translatable(
        "A link is opened by the user's machine: the log-in before it is never done."
    ),
}
"""By code. docs/reference/cli.md is checked against them."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One surprise: `start` to `end` (exclusive) count characters of the file from 0."""

    code: str
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a file and the keys under which it stands there."""

    path: Path
    string: DialString = field(repr=False)


def requests_of(system: PhoneSystem) -> tuple[Request, ...]:
    """Every request of the file, those of the sign-in first, then the log-in's, then the dial ones."""
    found: list[tuple[Path, DialString | None]] = []
    if (sign_in := system.sign_in) is not None:
        found += [
            (("sign_in", "authorize"), sign_in.authorize),
            (("sign_in", "token"), sign_in.token),
            (("sign_in", "refresh"), sign_in.refresh),
        ]
    steps = () if system.log_in is None else system.log_in.steps
    found += [(("log_in", "steps", at, "request"), step.request) for at, step in enumerate(steps)]
    found += [
        (("dial", "request"), system.dial.request),
        (("dial", "internal"), system.dial.internal),
    ]
    return tuple(Request(path, string) for path, string in found if string is not None)


def remarks_on(system: PhoneSystem, source: str) -> tuple[Remark, ...]:
    """The surprises in `source`, of which `system` was read, in the order of their places."""
    places = TomlPlaces(source)
    found = [
        Remark(code, translate(REMARKS[code], name=name), *places.key(path))
        for code, name, path in (
            *_of_dial(system),
            *_of_log_in(system),
            *_of_unused(system),
            *_of_secrets_in_urls(system),
        )
    ]
    return tuple(sorted(found, key=lambda remark: remark.start))


_Told = Iterator[tuple[str, str, Path]]
"""Code, the name that it is about or nothing, and the keys under which it stands."""


def _of_dial(system: PhoneSystem) -> _Told:
    dial = system.dial
    if system.is_link:
        if dial.success or dial.message or dial.call_id:
            yield "link_with_rules", "", ("dial",)
        if system.log_in is not None or system.sign_in is not None:
            yield "link_with_log_in", "", ("log_in" if system.log_in else "sign_in",)
    elif not dial.success:
        yield "no_success_rule", "", ("dial",)
    if not any(name.partition(".")[0] == NUMBER for name in dial.request.names):
        yield "no_number", "", ("dial", "request")


def _of_log_in(system: PhoneSystem) -> _Told:
    log_in = system.log_in
    if log_in is not None and log_in.lasts != 0.0 and log_in.expired is None:
        yield "no_expired_rule", "", ("log_in",)


def _of_unused(system: PhoneSystem) -> _Told:
    used = frozenset().union(*(each.string.names for each in requests_of(system)))
    for table, values in (("fields", system.fields), ("secrets", system.secrets)):
        code = f"unused_{table.removesuffix('s')}"
        yield from ((code, name, (table, name)) for name in values if name not in used)
    for index, step in enumerate(() if system.log_in is None else system.log_in.steps):
        for name in step.take.keys() - used:
            yield "unused_take", name, ("log_in", "steps", index, "take")


def _of_secrets_in_urls(system: PhoneSystem) -> _Told:
    for request in requests_of(system):
        found = {name for part in _url_parts(request.string) for name in _plain_names(part)}
        for name in sorted(found & system.secrets.keys()):
            yield "secret_in_url", name, request.path


def _url_parts(string: DialString) -> Iterable[Template]:
    """What is sent as URL. User and password before the host go into a header."""
    target = string.target
    if not isinstance(target, HttpTarget):
        return (target,)
    return tuple(part for part in (target.host, target.path, target.query) if part)


def _plain_names(template: Template) -> Iterator[str]:
    """The names whose values can be read in the text: not those inside hashes and signatures."""
    for part in template:
        if not isinstance(part, Slot):
            continue
        if isinstance(part.value, Field):
            yield part.value.name
        elif not is_hash(part.value.function) and not part.value.function.startswith("jwt_"):
            for each in part.value.templates:
                yield from _plain_names(each)
