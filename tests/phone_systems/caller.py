"""A caller with one phone system of the catalogue, over the exchange's own parts: no page, no database.

What is sent goes through the resolver, the log-ins and the sender that a real call goes through.
"""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import trustme

from webdial.dialstring import Plan
from webdial.exchange import Caller as Person
from webdial.exchange import Configuration, HttpSender, Outcome, TimeLimits, Verdict
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.resolving import Resolver, open_nothing
from webdial.exchange.sign_ins import SignedIn
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import StoredValue, SystemCall, SystemSetup
from webdial.numbers import clean_number
from webdial.phonesystems import Owner, PhoneSystem, catalogue_system

__all__ = ["Caller", "Outcome", "Verdict"]

USER_ID, SETUP_ID = 7, 1
LIMITS = TimeLimits(connect_s=5, total_s=10)
PHONES_ARE_HERE = ("allowed hosts", None)
"""The stand-ins of phones: what users fill in names no host."""
SETTINGS = {("number country", None): "GB", ("internal numbers", None): "3"}


class KeptSignIns:
    """Sign-ins in memory, as the site keeps them in its database."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], SignedIn] = {}

    async def find(self, setup_id: int, user_id: int) -> SignedIn | None:
        return self.kept.get((setup_id, user_id))

    async def keep(self, setup_id: int, user_id: int, signed_in: SignedIn) -> None:
        self.kept[setup_id, user_id] = signed_in


class Caller:
    """Somebody in a British branch whose extensions have three digits.

    `values` are the fields and secrets by name. With a `refresh_token` the user has signed in to the
    phone system in the browser, some hours ago: the access token of that time has lapsed.
    """

    def __init__(
        self,
        system: str,
        values: Mapping[str, str],
        extension: str,
        authority: trustme.CA,
        *,
        refresh_token: str = "",
        settings: Mapping[tuple[str, int | None], str] = SETTINGS,
    ) -> None:
        self.system: PhoneSystem = catalogue_system(system)
        self._configuration = _configuration(
            self.system, values, extension, settings, is_signed_in=bool(refresh_token)
        )
        context = ssl.create_default_context()
        authority.configure_trust(context)
        self._sender = HttpSender(
            policy=lambda: policy_of(self._configuration), ssl_context=context
        )
        self.sign_ins = KeptSignIns()
        if refresh_token:
            lapsed_at = datetime.now(UTC) - timedelta(hours=3)
            old = SignedIn("lapsed-access-token", lapsed_at, refresh_token)
            self.sign_ins.kept[SETUP_ID, USER_ID] = old
        self._systems = SystemCaller(self._sender, sign_ins=self.sign_ins)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._sender.close()

    async def dial(self, number: str) -> Verdict:
        """One click on `number`, up to the outcome."""
        return await self._systems.place(self.resolve(number), LIMITS)

    def resolve(self, number: str) -> SystemCall:
        """The call as it is decided, before anything is sent."""
        configuration = self._configuration
        resolver = Resolver(
            configuration, configuration.callers[USER_ID], clean_number(number), open_nothing
        )
        (setup,) = configuration.setups.values()
        return resolver.for_system(setup)

    def plan(self, number: str) -> Plan:
        """The request or link that would go out for `number`; for a system without a log-in."""
        call = self.resolve(number)
        return call.request.plan(call.values)


def _configuration(
    system: PhoneSystem,
    values: Mapping[str, str],
    extension: str,
    settings: Mapping[tuple[str, int | None], str],
    *,
    is_signed_in: bool,
) -> Configuration:
    unknown = values.keys() - system.values.keys()
    assert not unknown, f"no fields of {system.id}: {sorted(unknown)}"
    kept = {name: StoredValue(system.values[name].check(text)) for name, text in values.items()}
    is_site = {name: system.values[name].of is Owner.SITE for name in values}
    setup = SystemSetup(
        SETUP_ID, "The phones", system, values={n: v for n, v in kept.items() if is_site[n]}
    )
    person = Person(USER_ID, "carl", "CO", "Carl Osei", extension or None, None, "")
    return Configuration(
        revision=1,
        callers={USER_ID: person},
        token_users={},
        branches={},
        values={PHONES_ARE_HERE: "localhost", **settings},
        setups={"the phones": setup},
        user_values={(SETUP_ID, USER_ID, None): {n: v for n, v in kept.items() if not is_site[n]}},
        signed_in=frozenset({(SETUP_ID, USER_ID)}) if is_signed_in else frozenset(),
    )
