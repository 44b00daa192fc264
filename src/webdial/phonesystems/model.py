"""A phone system as its file describes it: what is filled in, what is sent, what answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final

from webdial.dialstring import Declared, DialString
from webdial.dialstring.encoding import Place, misfit
from webdial.dialstring.hosts import ascii_name, is_host, is_ipv6, is_ipv6_address
from webdial.errors import InvalidValueError
from webdial.language import grouped, translate
from webdial.numbers.forms import NumberForm
from webdial.phonesystems.rules import Reading, Rule

MAX_VALUE: Final = 8_192
"""Characters of a field or secret: room for a private key."""


class Owner(Enum):
    """Whose a value is, from wide to narrow."""

    SITE = "site"
    USER = "user"
    PHONE = "phone"


class Kind(Enum):
    """What a phone system is."""

    PBX = "pbx"
    HOSTED = "hosted"
    PHONE = "phone"
    PROGRAM = "program"
    LINK = "link"


class Confidence(Enum):
    """Where the facts of a file come from."""

    DOCUMENTED = "documented"
    CODE = "code"
    REPORTED = "reported"
    OWN = "own"


class SentFrom(Enum):
    """Where a request must start."""

    SERVER = "server"
    PHONE_NETWORK = "phone network"
    USERS_MACHINE = "user's machine"


class RingsFirst(Enum):
    """Whose phone rings before the number is dialled."""

    CALLER = "caller"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class FieldKind(Enum):
    """What may be filled in."""

    TEXT = "text"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    DIGITS = "digits"
    SCHEME = "scheme"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that somebody fills in, once for each `of`."""

    name: str
    label: str
    help: str = ""
    example: str = ""
    default: str = ""
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    of: Owner = Owner.SITE
    is_secret: bool = False
    is_optional: bool = False

    def check(self, value: str) -> str:
        """The value as it is kept. Raises InvalidValueError when it is none of its kind."""
        value = value if self.is_secret else value.strip()
        if not value:
            if self.is_optional or self.default:
                return ""
            raise self._wrong(translate("is missing"))
        if len(value) > MAX_VALUE:
            raise self._wrong(
                translate("has more than {MAX_VALUE} characters", MAX_VALUE=grouped(MAX_VALUE))
            )
        match self.kind:
            case FieldKind.HOST:
                return self._host(value)
            case FieldKind.PORT if why := misfit(value, Place.PORT):
                raise self._wrong(why)
            case FieldKind.SCHEME if why := misfit(value, Place.SCHEME):
                raise self._wrong(why)
            case FieldKind.DIGITS if not (value.isascii() and value.isdigit()):
                raise self._wrong(translate("is not made of digits alone"))
            case FieldKind.CHOICE if value not in self.choices:
                raise self._wrong(
                    translate("is none of {choices}", choices=", ".join(self.choices))
                )
            case FieldKind.PATH:
                return self._path(value)
        return value

    def declared(self) -> Declared:
        kind = "path" if self.kind is FieldKind.PATH else "text"
        return Declared(self.label, self.is_secret, kind)

    def _path(self, value: str) -> str:
        """Without a slash at its end, and at its beginning with one just where its example has one."""
        begins = "/" if (self.example or self.default).startswith("/") else ""
        return begins + value.strip("/")

    def _host(self, value: str) -> str:
        if is_ipv6(value):
            return value[1:-1]
        name = ascii_name(value).lower()
        if not (is_host(name) or is_ipv6_address(value)):
            hint = translate("A name or an address alone, such as pbx.example or 192.168.7.231.")
            raise self._wrong(translate("is no name or address of a host"), hint)
        return name or value

    def _wrong(self, why: str, hint: str = "") -> InvalidValueError:
        return InvalidValueError(
            translate("{label}: this {why}.", label=self.label, why=why), field=self.name, hint=hint
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a log-in, and the values that are taken from its answer."""

    request: DialString
    success: tuple[Rule, ...] = ()
    message: Reading | None = None
    take: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogIn:
    """What is done before the first call. `lasts` is in seconds; 0 is for every call anew."""

    steps: tuple[Step, ...]
    lasts: float | Reading = 0.0
    expired: Rule | None = None
    owner: Owner = Owner.SITE


@dataclass(frozen=True, slots=True)
class Dial:
    """The request that places a call, and what its answer means."""

    request: DialString
    internal: DialString | None = None
    success: tuple[Rule, ...] = ()
    queues: bool = False
    message: Reading | None = None
    call_id: Reading | None = None
    time_limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """OAuth 2.0 in the user's browser (RFC 6749 section 4.1, RFC 7636), and its refresh."""

    authorize: DialString
    token: DialString
    refresh: DialString | None
    access_token: Reading
    new_refresh_token: Reading | None
    lasts: float | Reading
    expired: Rule | None = None
    message: Reading | None = None


@dataclass(frozen=True)
class PhoneSystem:
    """A file that has been read, without faults."""

    id: str
    title: str
    vendor: str
    about: str
    kind: Kind
    confidence: Confidence
    sent_from: SentFrom
    rings_first: RingsFirst
    dial: Dial
    number_form: NumberForm = NumberForm.AS_DIALLED
    after_answer: str | None = None
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    secrets: Mapping[str, Field] = field(default_factory=dict)
    log_in: LogIn | None = None
    sign_in: SignIn | None = None

    @cached_property
    def values(self) -> Mapping[str, Field]:
        """Fields and secrets."""
        return {**self.fields, **self.secrets}

    @cached_property
    def expired_rules(self) -> tuple[Rule, ...]:
        """Which answers mean that a log-in or sign-in has lapsed: any of these."""
        found = (self.log_in, self.sign_in)
        return tuple(
            each.expired for each in found if each is not None and each.expired is not None
        )

    @cached_property
    def optional(self) -> frozenset[str]:
        """The names of the values that may be empty."""
        return frozenset(name for name, each in self.values.items() if each.is_optional)

    @cached_property
    def admission_names(self) -> frozenset[str]:
        """The names of the values that log-in and sign-in take."""
        requests = [] if self.log_in is None else [step.request for step in self.log_in.steps]
        if self.sign_in is not None:
            more = (self.sign_in.authorize, self.sign_in.token, self.sign_in.refresh)
            requests += [request for request in more if request is not None]
        return frozenset().union(*(request.names for request in requests))

    def wanted_values(self, request: DialString) -> tuple[str, ...]:
        """The fields and secrets that a dial request, log-in and sign-in take, in a fixed order."""
        is_internal = request is self.dial.internal
        return self._wanted[is_internal]

    @cached_property
    def _wanted(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        requests = (self.dial.request, self.dial.internal or self.dial.request)
        return tuple(
            tuple(sorted((self.admission_names | request.names) & self.values.keys()))
            for request in requests
        )  # type: ignore[return-value]

    @cached_property
    def admission_values(self) -> tuple[str, ...]:
        """Those of `admission_names` that are fields or secrets, in a fixed order."""
        return tuple(sorted(self.admission_names & self.values.keys()))

    @property
    def is_link(self) -> bool:
        return self.dial.request.is_link
