"""Phone systems as an administrator has set them up: part of the picture that a dial reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from webdial.dialstring import EXTENSION, DialString, HttpRequest, Plan, Values
from webdial.dialstring.model import Settled
from webdial.numbers import Destination
from webdial.phonesystems import PhoneSystem


class CertificateMode(Enum):
    """How a phone system's certificate is looked at. There is no mode that does not look."""

    VERIFY = "verify"
    PINNED = "pinned"
    OWN_CA = "own_ca"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The rule for certificates: `text` is a SHA-256 fingerprint in hexadecimal, or CAs in PEM."""

    mode: CertificateMode
    text: str = field(default="", repr=False)


VERIFY: Final = Certificate(CertificateMode.VERIFY)


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A field's value, or a secret as it is sealed (webdial.sealing) for `place`."""

    text: str = field(repr=False)
    place: str = ""

    @property
    def is_sealed(self) -> bool:
        return bool(self.place)


Stored = Mapping[str, StoredValue]


@dataclass(frozen=True, slots=True)
class SystemSetup:
    """A phone system with its values for the site. `system` is None while its file has a `fault`."""

    id: int
    name: str
    system: PhoneSystem | None = field(repr=False)
    fault: str = ""
    values: Stored = field(default_factory=dict, repr=False)
    certificate: Certificate = VERIFY
    is_active: bool = True
    starts_at_computer: bool = False
    """Requests leave from the caller's own machine, and not from this server."""
    most_in_flight: int | None = None
    """How many calls it may have in progress; None: as the general setting says."""


@dataclass(frozen=True, slots=True)
class UserPhone:
    """A further phone of a user's, to be chosen when dialling.

    `setup_id` is the phone system that it rings through; None for the one that is set for the user.
    """

    id: int
    label: str
    extension: str | None
    setup_id: int | None


@dataclass(slots=True)
class BoundSystem:
    """A dial request with the values for one caller that are the same for every number.

    `of_number` are the names whose values are not; `made_with` are the values of a log-in. When requests
    differ in their bodies alone, `shown` and `sent` are an earlier one of them, masked and as it left;
    `sent_with` is what the log-in had given to that.
    """

    request: DialString
    destination: Destination
    more: Mapping[str, str] = field(repr=False)
    of_number: frozenset[str]
    made_with: tuple[str, ...] = field(repr=False)
    is_filled_in: bool = False
    shown: HttpRequest | None = field(default=None, repr=False)
    sent: HttpRequest | None = field(default=None, repr=False)
    sent_with: Mapping[str, str] | None = field(default=None, repr=False)

    def settled(self) -> Settled:
        """What is finished of the next request."""
        return Settled() if self.shown is None else Settled(self.shown.url, None, self.shown)

    def with_body(self, body: str | None, taken: Mapping[str, str]) -> HttpRequest | None:
        """The request with another body, when just this log-in's was sent before."""
        sent = self.sent
        if sent is None or body is None or self.sent_with is not taken:
            return None
        return HttpRequest(sent.method, sent.url, sent.headers, body, sent.digest, sent.secrets)


def log_in_values(
    system: PhoneSystem, more: Mapping[str, str], extension: str | None
) -> tuple[str, ...]:
    """What a log-in is made with: other values are another log-in."""
    own = {**more, EXTENSION: extension or ""}
    return tuple(own.get(name, "") for name in sorted(system.admission_names))


def with_taken(values: Values, taken: Mapping[str, str]) -> Values:
    """The values with what sign-in and log-in gave."""
    if not taken:
        return values
    more = {**values.more, **taken}
    return Values(values.number, values.extension, more, values.optional, values.clock)


@dataclass(frozen=True, slots=True)
class SystemCall:
    """One call through a phone system, everything decided. `values` are those for every request.

    `phone_id` is the user's phone that was chosen; None for the first one.
    """

    setup: SystemSetup
    user_id: int
    request: DialString
    values: Values = field(repr=False)
    phone_id: int | None = None
    settled: Settled = field(default_factory=Settled, repr=False, compare=False)
    """The parts of the dial request that are finished; they take nothing from a log-in."""
    bound: BoundSystem | None = field(default=None, repr=False, compare=False)

    def shown(self) -> Plan:
        """The dial request with its secrets masked. Raises DialStringError."""
        plan = self.request.shown(self.values, self.settled)
        bound = self.bound
        if bound is not None and self.request.varies_in_body_alone and bound.shown is None:
            assert isinstance(plan, HttpRequest)
            bound.shown = plan
        return plan

    def planned(self, taken: Mapping[str, str]) -> HttpRequest:
        """The dial request as it leaves, with what a log-in gave. Raises DialStringError."""
        bound = self.bound
        if bound is not None and (known := bound.with_body(self.settled.body, taken)) is not None:
            return known
        plan = self.request.plan(with_taken(self.values, taken), self.settled)
        assert isinstance(plan, HttpRequest)
        if bound is not None and self.request.varies_in_body_alone:
            bound.sent, bound.sent_with = plan, taken
        return plan

    @property
    def system(self) -> PhoneSystem:
        assert self.setup.system is not None
        return self.setup.system
