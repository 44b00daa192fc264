"""What the file of a phone system says, in the words of pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from webdial.language import translatable, translate
from webdial.phonesystems import Field, Kind, NumberForm, Owner, PhoneSystem, RingsFirst, SentFrom
from webdial.phonesystems.model import Confidence

KIND_TITLES: Final[Mapping[Kind, str]] = {
    Kind.PBX: translatable("Phone systems of your own"),
    Kind.HOSTED: translatable("Hosted services"),
    Kind.PHONE: translatable("Desk phones"),
    Kind.PROGRAM: translatable("Phone programs"),
    Kind.LINK: translatable("Links"),
}
"""In the order in which the catalogue shows them."""

_KINDS: Final[Mapping[Kind, str]] = {
    Kind.PBX: translatable("Phone system of one’s own"),
    Kind.HOSTED: translatable("Hosted service"),
    Kind.PHONE: translatable("Desk phone"),
    Kind.PROGRAM: translatable("Phone program"),
    Kind.LINK: translatable("Link"),
}

_CONFIDENCES: Final[Mapping[Confidence, str]] = {
    Confidence.DOCUMENTED: translatable("From the vendor’s documentation"),
    Confidence.CODE: translatable("From published code that uses it"),
    Confidence.REPORTED: translatable("From reports of others; test it well"),
    Confidence.OWN: translatable("Your own file"),
}

_SENT_FROM: Final[Mapping[SentFrom, str]] = {
    SentFrom.SERVER: translatable("This server sends the request"),
    SentFrom.PHONE_NETWORK: translatable(
        "This server sends the request and must reach the phones’ own network"
    ),
    SentFrom.USERS_MACHINE: translatable("It starts on the user’s own machine"),
}

_RINGS_FIRST: Final[Mapping[RingsFirst, str]] = {
    RingsFirst.CALLER: translatable(
        "The caller’s phone rings first; picked up, the number is dialled"
    ),
    RingsFirst.NOBODY: translatable("The caller’s phone dials at once"),
    RingsFirst.UNKNOWN: translatable("Not known"),
}

_NUMBER_FORMS: Final[Mapping[NumberForm, str]] = {
    NumberForm.AS_DIALLED: translatable("As the number settings of the branch give it"),
    NumberForm.E164: translatable("Like +442079460123"),
    NumberForm.DIGITS: translatable("Like 442079460123"),
    NumberForm.INTERNATIONAL: translatable("Like 00442079460123"),
    NumberForm.NATIONAL: translatable("Like 02079460123"),
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
        return translate(_KINDS[self.system.kind])

    @property
    def confidence(self) -> str:
        return translate(_CONFIDENCES[self.system.confidence])

    @property
    def is_well_known(self) -> bool:
        return self.system.confidence is Confidence.DOCUMENTED

    @property
    def marks(self) -> tuple[str, ...]:
        """What an administrator wants to know before choosing it, each in a few words."""
        system = self.system
        marks = {
            translate("Needs browser sign-in"): system.sign_in is not None,
            translate("Users fill in their own"): bool(self.of_users),
            translate("Starts on the user’s machine"): system.sent_from is SentFrom.USERS_MACHINE,
            translate("Sent into the phones’ network"): system.sent_from is SentFrom.PHONE_NETWORK,
            translate("Needs more"): bool(system.needs),
        }
        return tuple(text for text, is_so in marks.items() if is_so)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        system = self.system
        facts = [
            (translate("Kind"), self.kind),
            (translate("Starts"), translate(_SENT_FROM[system.sent_from])),
        ]
        facts += [(translate("Rings first"), translate(_RINGS_FIRST[system.rings_first]))]
        facts += [(translate("Numbers are sent"), translate(_NUMBER_FORMS[system.number_form]))]
        if system.log_in is not None:
            facts += [
                (
                    translate("Log-in"),
                    translate("Webdial logs in first and keeps the log-in while it lasts"),
                )
            ]
        if system.sign_in is not None:
            facts += [
                (
                    translate("Sign-in"),
                    translate("Each user signs in once in the browser, under My phones"),
                )
            ]
        facts += [(translate("Tells"), self._tells)]
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
            return translate("Nothing: a link is handed over")
        if not self.system.dial.success:
            return translate("Not whether a call was taken: outcomes are “sent, not confirmed”")
        if self.system.dial.queues:
            return translate("Whether it took the call into its queue, by the rule in its file")
        return translate("Whether it took the call on, by the rule in its file")


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
    return [
        Group(translate(KIND_TITLES[kind]), tuple(each)) for kind, each in by_kind.items() if each
    ]
