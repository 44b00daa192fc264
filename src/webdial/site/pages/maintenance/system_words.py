"""What the file of a phone system says, in the words of pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from webdial.phonesystems import Field, Kind, NumberForm, Owner, PhoneSystem, RingsFirst, SentFrom
from webdial.phonesystems.model import Confidence

KIND_TITLES: Final[Mapping[Kind, str]] = {
    Kind.PBX: "Phone systems of your own",
    Kind.HOSTED: "Hosted services",
    Kind.PHONE: "Desk phones",
    Kind.PROGRAM: "Phone programs",
    Kind.LINK: "Links",
}
"""In the order in which the catalogue shows them."""

_KINDS: Final[Mapping[Kind, str]] = {
    Kind.PBX: "Phone system of one’s own",
    Kind.HOSTED: "Hosted service",
    Kind.PHONE: "Desk phone",
    Kind.PROGRAM: "Phone program",
    Kind.LINK: "Link",
}

_CONFIDENCES: Final[Mapping[Confidence, str]] = {
    Confidence.DOCUMENTED: "From the vendor’s documentation",
    Confidence.CODE: "From published code that uses it",
    Confidence.REPORTED: "From reports of others; test it well",
    Confidence.OWN: "Your own file",
}

_SENT_FROM: Final[Mapping[SentFrom, str]] = {
    SentFrom.SERVER: "This server sends the request",
    SentFrom.PHONE_NETWORK: "This server sends the request and must reach the phones’ own network",
    SentFrom.USERS_MACHINE: "It starts on the user’s own machine",
}

_RINGS_FIRST: Final[Mapping[RingsFirst, str]] = {
    RingsFirst.CALLER: "The caller’s phone rings first; picked up, the number is dialled",
    RingsFirst.NOBODY: "The caller’s phone dials at once",
    RingsFirst.UNKNOWN: "Not known",
}

_NUMBER_FORMS: Final[Mapping[NumberForm, str]] = {
    NumberForm.AS_DIALLED: "As the number settings of the branch give it",
    NumberForm.E164: "Like +442079460123",
    NumberForm.DIGITS: "Like 442079460123",
    NumberForm.INTERNATIONAL: "Like 00442079460123",
    NumberForm.NATIONAL: "Like 02079460123",
}


@dataclass(frozen=True, slots=True)
class ShownSystem:
    """A phone system's file as the catalogue and the pages of a set-up tell it."""

    system: PhoneSystem

    @property
    def id(self) -> str:
        return self.system.id

    @property
    def kind(self) -> str:
        return _KINDS[self.system.kind]

    @property
    def confidence(self) -> str:
        return _CONFIDENCES[self.system.confidence]

    @property
    def is_well_known(self) -> bool:
        return self.system.confidence is Confidence.DOCUMENTED

    @property
    def marks(self) -> tuple[str, ...]:
        """What an administrator wants to know before choosing it, each in a few words."""
        system = self.system
        marks = {
            "Needs browser sign-in": system.sign_in is not None,
            "Users fill in their own": bool(self.of_users),
            "Starts on the user’s machine": system.sent_from is SentFrom.USERS_MACHINE,
            "Sent into the phones’ network": system.sent_from is SentFrom.PHONE_NETWORK,
            "Needs more": bool(system.needs),
        }
        return tuple(text for text, is_so in marks.items() if is_so)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        system = self.system
        facts = [("Kind", self.kind), ("Starts", _SENT_FROM[system.sent_from])]
        facts += [("Rings first", _RINGS_FIRST[system.rings_first])]
        facts += [("Numbers are sent", _NUMBER_FORMS[system.number_form])]
        if system.log_in is not None:
            facts += [("Log-in", "Webdial logs in first and keeps the log-in while it lasts")]
        if system.sign_in is not None:
            facts += [("Sign-in", "Each user signs in once in the browser, under My phones")]
        facts += [("Tells", self._tells)]
        return tuple(facts)

    @property
    def of_users(self) -> tuple[Field, ...]:
        """What users fill in themselves, or an administrator for them."""
        return tuple(each for each in self.system.values.values() if each.of is not Owner.SITE)

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Each source with its address where it is one that can be opened, else an empty text."""
        return tuple(
            (source, source if source.startswith("https://") and " " not in source else "")
            for source in self.system.sources
        )

    @property
    def _tells(self) -> str:
        if self.system.is_link:
            return "Nothing: a link is handed over"
        if not self.system.dial.success:
            return "Not whether a call was taken: outcomes are “sent, not confirmed”"
        taken = "into its queue" if self.system.dial.queues else "on"
        return f"Whether it took the call {taken}, by the rule in its file"


@dataclass(frozen=True, slots=True)
class Group:
    """The phone systems of one kind."""

    title: str
    systems: tuple[ShownSystem, ...]


def found_systems(systems: Iterable[PhoneSystem], search: str) -> list[PhoneSystem]:
    """Those in whose title, vendor, description or id every word of `search` occurs, by title."""
    words = search.casefold().split()
    found = [
        system
        for system in systems
        if all(
            word in f"{system.title} {system.vendor} {system.about} {system.id}".casefold()
            for word in words
        )
    ]
    return sorted(found, key=lambda system: system.title.casefold())


def grouped(systems: Iterable[PhoneSystem]) -> list[Group]:
    by_kind: dict[Kind, list[ShownSystem]] = {kind: [] for kind in KIND_TITLES}
    for system in systems:
        by_kind[system.kind].append(ShownSystem(system))
    return [Group(KIND_TITLES[kind], tuple(each)) for kind, each in by_kind.items() if each]
