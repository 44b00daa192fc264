"""The phone that will ring: which one the user has chosen, and how a call of theirs begins."""

from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest

from webdial.dialstring import EXTENSION
from webdial.exchange.calls import Computer
from webdial.exchange.computers import ActionKind
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import MECHANISM, is_function, key_of
from webdial.exchange.mechanism import read_mechanism
from webdial.exchange.systems import SystemSetup, UserPhone
from webdial.language import translate
from webdial.phonesystems import RingsFirst
from webdial.site.domain.fields import id_in
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.requests import PageRequest

CHOSEN_PHONE: Final = "chosen_phone"
"""In the session: the id of the further phone that rings; not there for the first one."""


@dataclass(frozen=True, slots=True)
class PhoneChoice:
    """One of the user's phones to choose from; `value` is empty for the first one."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """How a call of this user begins, by the phone that is chosen and the setting in force.

    `choices` are empty when there is only one phone. `system` names the phone system that the
    call goes through, if one is set up; `is_signed_out` tells that the user has yet to sign in to it.
    """

    is_link: bool
    is_faulty: bool
    wants_extension: bool
    extension: str = ""
    label: str = ""
    rings_first: RingsFirst = RingsFirst.CALLER
    system: str = ""
    is_signed_out: bool = False
    value: str = ""
    choices: tuple[PhoneChoice, ...] = ()
    starts_at_computer: bool = False
    computer: str = ""
    """The user's own machine that starts the call; empty when none is connected."""
    is_standard: bool = False
    """Whether nothing is set, so that calls are left to the machine's own program."""
    opens_page: bool = False
    """Whether the link is a web page: that is opened in a tab of its own."""

    @property
    def setting_name(self) -> str:
        """The general setting that says how calls are placed."""
        return MECHANISM.name

    @property
    def dials_at_once(self) -> bool:
        return self.rings_first is RingsFirst.NOBODY


def own_phone(request: PageRequest) -> OwnPhone:
    configuration = exchange_of(request).configuration
    user = request.user
    phone = chosen_phone(request, configuration)
    value = configuration.effective(MECHANISM, user.branch_id).value
    if phone is not None and phone.setup_id is not None:
        setup = configuration.setup_by_id(phone.setup_id)
    else:
        setup = configuration.setups.get(key_of(value))
    way = _by_value(value) if setup is None else _by_system(setup, configuration, user.pk)
    way = _at_computer(way, value, setup, exchange_of(request).computer_of(user.pk))
    return replace(
        way,
        extension=user.extension if phone is None else phone.extension or "",
        label="" if phone is None else phone.label,
        value="" if phone is None else str(phone.id),
        choices=_choices(user.extension, configuration.phones.get(user.pk, ())),
    )


def chosen_phone(request: HttpRequest, configuration: Configuration) -> UserPhone | None:
    """The further phone that was chosen in this session, if the user still has it."""
    chosen = request.session.get(CHOSEN_PHONE)
    phones = configuration.phones.get(request.user.pk or 0, ())
    return next((phone for phone in phones if phone.id == chosen), None)


def choose_phone(request: HttpRequest, phone_id: int | None) -> None:
    """Remember the phone for the rest of the session."""
    if request.session.get(CHOSEN_PHONE) == phone_id:
        return
    if phone_id is None:
        request.session.pop(CHOSEN_PHONE, None)
    else:
        request.session[CHOSEN_PHONE] = phone_id


def phone_id_of(text: str) -> int | None:
    """The phone that a form names: None for the first one, 0 (which nobody has) for nonsense."""
    if not text:
        return None
    return id_in(text) or 0


def _at_computer(
    way: OwnPhone, value: str, setup: SystemSetup | None, computer: Computer | None
) -> OwnPhone:
    """As webdial.exchange.computers decides it: then the page waits for the outcome as for a request."""
    name = "" if computer is None else computer.name
    if setup is not None and setup.starts_at_computer and not way.is_link:
        return replace(way, starts_at_computer=True, computer=name)
    if not way.is_link or computer is None:
        return way
    is_standard = setup is None and not value.strip()
    wanted = ActionKind.TAPI if is_standard else ActionKind.LINK
    if wanted.value not in computer.can:
        return way
    return replace(way, is_link=False, starts_at_computer=True, computer=name)


def _by_value(value: str) -> OwnPhone:
    mechanism = read_mechanism(value)
    return OwnPhone(
        is_link=mechanism.is_link,
        is_standard=not value.strip(),
        opens_page=mechanism.string is not None and mechanism.string.opens_page,
        is_faulty=mechanism.fault is not None,
        # What a function will want is known only when it has run.
        wants_extension=is_function(value)
        or (mechanism.string is not None and mechanism.string.uses(EXTENSION)),
    )


def _by_system(setup: SystemSetup, configuration: Configuration, user_id: int) -> OwnPhone:
    system = setup.system
    if system is None:
        return OwnPhone(is_link=False, is_faulty=True, wants_extension=False, system=setup.name)
    is_signed_in = (setup.id, user_id) in configuration.signed_in
    return OwnPhone(
        is_link=system.is_link,
        opens_page=system.dial.request.opens_page,
        is_faulty=not setup.is_active,
        wants_extension=system.dial.request.uses(EXTENSION),
        rings_first=system.rings_first,
        system=setup.name,
        is_signed_out=system.sign_in is not None and not is_signed_in,
    )


def _choices(extension: str, phones: tuple[UserPhone, ...]) -> tuple[PhoneChoice, ...]:
    if not phones:
        return ()
    first = (
        translate("Extension {extension}", extension=extension)
        if extension
        else translate("First phone")
    )
    further = (
        PhoneChoice(
            str(phone.id),
            translate(
                "{label}, extension {extension}", label=phone.label, extension=phone.extension
            )
            if phone.extension
            else phone.label,
        )
        for phone in phones
    )
    return (PhoneChoice("", first), *further)
