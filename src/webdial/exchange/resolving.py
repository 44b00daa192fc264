"""Finds the values that a dial string asks for by name, for one caller and one number."""

from collections.abc import Callable, Mapping
from typing import Final

from webdial.dialstring import MASK, DialString, Values
from webdial.errors import CallNotPlacedError
from webdial.exchange.configuration import Caller, Configuration
from webdial.exchange.general_settings import (
    INTERNAL_NUMBERS,
    NUMBER_COUNTRY,
    OUTSIDE_LINE,
    SettingDefinition,
    key_of,
)
from webdial.exchange.numbering import path_in_force, string_destination, system_destination
from webdial.exchange.systems import (
    BoundSystem,
    StoredValue,
    SystemCall,
    SystemSetup,
    log_in_values,
)
from webdial.language import translate
from webdial.numbers import CleanNumber, NumberPath
from webdial.numbers.forms import DialledNumber, dialled_number
from webdial.phonesystems import Owner
from webdial.values import value_class

MAX_BOUND: Final = 5_000
"""Callers and phone systems whose values are kept ready; beyond it all are made anew."""

Opener = Callable[[StoredValue], str]
"""Opens a sealed value. Raises WebdialError when it does not open."""


def open_nothing(stored: StoredValue) -> str:
    """An Opener where there is no key."""
    raise CallNotPlacedError(
        translate("A credential is needed, and this program has no key to read it."),
        code="credential_unreadable",
    )


def show_nothing(_: StoredValue) -> str:
    """An Opener for what is only shown: the secret's place is masked anyway."""
    return MASK


@value_class(frozen=True, slots=True)
class Resolver:
    """The values around one call."""

    configuration: Configuration
    caller: Caller
    number: CleanNumber
    opener: Opener
    phone_id: int | None = None
    """The further phone that was chosen; `caller` has its extension then."""

    def dialled(self) -> DialledNumber:
        """The number as the branch's settings know it."""
        return dialled_number(
            self.number,
            country=self._setting_value(NUMBER_COUNTRY).strip().upper(),
            internal=self._setting_value(INTERNAL_NUMBERS),
        )

    def path_to_string(self, string: DialString) -> NumberPath:
        """What is dialled of the number by a dial string of its own, step by step."""
        branch_id = self.caller.branch_id
        destination = string_destination(string.names)
        return path_in_force(self.configuration, branch_id, self.number, destination)

    def path_to_system(self, setup: SystemSetup) -> NumberPath:
        """What is dialled of the number through a phone system, step by step."""
        destination = self._bound(setup).destination
        return path_in_force(self.configuration, self.caller.branch_id, self.number, destination)

    def for_string(self, string: DialString, path: NumberPath | None = None) -> Values:
        """The values for a dial string of its own; `path` is that of the number if it is known."""
        dialled = (path or self.path_to_string(string)).number
        if string.names <= {"number", "extension"}:
            return Values(dialled, self.caller.extension)
        return Values(dialled, self.caller.extension, self._named(string.names))

    def for_system(self, setup: SystemSetup, path: NumberPath | None = None) -> SystemCall:
        """The call through a phone system; `path` is that of the number if it is known."""
        system = setup.system
        assert system is not None
        path = path or self.path_to_system(setup)
        bound = self._bound(setup)
        more = bound.more
        if bound.of_number:
            more = {**more, **self._named(bound.of_number, self.dialled())}
        values = Values(path.number, self.caller.extension, more, system.optional)
        user_id = self.caller.user_id
        settled = bound.settled()
        return SystemCall(setup, user_id, bound.request, values, self.phone_id, settled, bound)

    def _bound(self, setup: SystemSetup) -> BoundSystem:
        """What does not change from number to number, kept as long as the configuration holds."""
        system = setup.system
        assert system is not None
        is_internal = system.dial.internal is not None and self.dialled().is_internal
        known = self.configuration.bound
        # Who only shows opens nothing, and must not leave that to who sends.
        key = (setup.id, self.caller.user_id, self.phone_id, is_internal, self.opener)
        found = known.get(key)
        if found is None:
            if len(known) >= MAX_BOUND:
                known.clear()
            found = known[key] = self._bind(setup, is_internal=is_internal)
        return found

    def _bind(self, setup: SystemSetup, *, is_internal: bool) -> BoundSystem:
        system = setup.system
        assert system is not None
        internal = system.dial.internal if is_internal else None
        request = internal or system.dial.request
        names = request.names | system.admission_names
        of_number = frozenset(name for name in names if _is_of_number(name))
        more = self._named(names - of_number)
        for name in system.wanted_values(request):
            more[name] = self._of_system(setup, name)
        return BoundSystem(
            request,
            system_destination(setup.name, system, request.names),
            more,
            of_number,
            made_with=log_in_values(system, more, self.caller.extension),
        )

    def for_sign_in(self, setup: SystemSetup) -> Values:
        """The values for the user's sign-in at a phone system in the browser; no number is among them."""
        system = setup.system
        assert system is not None
        more = self._named(system.admission_names)
        for name in system.admission_values:
            more[name] = self._of_system(setup, name)
        return Values("", self.caller.extension, more, system.optional)

    def _of_system(self, setup: SystemSetup, name: str) -> str:
        """The user's own value before the site's, before the file's default."""
        system = setup.system
        assert system is not None
        owner = system.values[name].of
        phone_id = self.phone_id if owner is Owner.PHONE else None
        own = self.configuration.user_values.get((setup.id, self.caller.user_id, phone_id), {})
        stored = (None if owner is Owner.SITE else own.get(name)) or setup.values.get(name)
        if stored is None:
            return system.values[name].default
        return self.opener(stored) if stored.is_sealed else stored.text

    def _named(self, names: frozenset[str], known: DialledNumber | None = None) -> dict[str, str]:
        """The values of every call among `names`, without those of a phone system."""
        found: dict[str, str] = {}
        for name in names:
            kind, _, rest = name.partition(" ")
            if rest:
                found[name] = self._credential(rest) if kind == "secret" else self._setting(rest)
            elif name.startswith("number."):
                known = known or self.dialled()
                found[name] = self._of_number(name.partition(".")[2], known)
            elif name in _OF_CALLER:
                found[name] = _OF_CALLER[name](self.caller)
            elif name == "branch.agency_id":
                found[name] = self.configuration.agency_ids.get(self.caller.branch_id, "")
            elif name == "outside_line":
                known = known or self.dialled()
                prefix = self._setting_value(OUTSIDE_LINE).strip()
                found[name] = "" if known.is_internal else prefix
        return found

    def _of_number(self, form: str, known: DialledNumber) -> str:
        if form == "typed":
            return self.number.typed
        if form == "after_answer":
            return known.after_answer
        return known.main if known.forms is None else str(getattr(known.forms, form))

    def _setting(self, name: str) -> str:
        agency_id = self.configuration.agency_ids.get(self.caller.branch_id)
        return self.configuration.value_for_agency(name, agency_id) or ""

    def _setting_value(self, definition: SettingDefinition) -> str:
        return self.configuration.effective(definition, self.caller.branch_id).value

    def _credential(self, name: str) -> str:
        stored = self.configuration.credentials.get(key_of(name))
        return "" if stored is None else self.opener(stored)


def _is_of_number(name: str) -> bool:
    return name.startswith("number.") or name == "outside_line"


_OF_CALLER: Mapping[str, Callable[[Caller], str]] = {
    "user.name": lambda caller: caller.name,
    "user.login": lambda caller: caller.login,
    "user.staff_id": lambda caller: caller.staff_id,
    "branch.name": lambda caller: caller.branch_name,
}
