"""Connections under the network policy: names are looked up here, and every address is judged.

A name is looked up once for a connection, its addresses are judged, and the connection is made to just
those, since the library takes over what the resolver gives. TLS still verifies the name. A connection that
was kept is judged again before it is used: the policy may have changed.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from socket import (
    AF_INET,
    SOCK_STREAM,
    AddressFamily,
    create_connection,
    getaddrinfo,
    socket,
)
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from webdial.exchange.network_policy import NetworkPolicy

PolicySource = Callable[[], NetworkPolicy]
"""Gives the policy that holds now."""

LOOK_UP_HOLDS_S: Final = 10.0
MAX_LOOK_UPS: Final = 10_000

_Key = tuple[str, int, AddressFamily]


class GuardedResolver(AbstractResolver):
    """Looks names up and gives no address that the policy forbids.

    What was looked up holds for ten seconds; whoever wants the same name meanwhile waits for it. It is judged
    each time.
    """

    def __init__(self, policy: PolicySource, inner: AbstractResolver | None = None) -> None:
        """To be made in a running loop when `inner` is not given."""
        self._policy = policy
        self._inner = inner or aiohttp.DefaultResolver()
        self._found: dict[_Key, tuple[float, asyncio.Task[list[ResolveResult]]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        """Raises AddressNotAllowedError, and OSError as resolvers do."""
        admitted = self._policy().admit(host, port)
        found = await self._look_up((host, port, family))
        admitted.judge(each["host"] for each in found)
        return found

    async def close(self) -> None:
        for _, task in self._found.values():
            task.cancel()
        self._found.clear()
        await self._inner.close()

    async def _look_up(self, key: _Key) -> list[ResolveResult]:
        until, task = self._found.get(key, (0.0, None))
        if task is None or until < time.monotonic():
            if len(self._found) >= MAX_LOOK_UPS:
                self._forget_old()
            task = asyncio.create_task(self._inner.resolve(*key), name=f"look up {key[0]}")
            task.add_done_callback(lambda done: self._keep_if_found(key, done))
            self._found[key] = time.monotonic() + LOOK_UP_HOLDS_S, task
        return list(await asyncio.shield(task))

    def _keep_if_found(self, key: _Key, done: "asyncio.Task[list[ResolveResult]]") -> None:
        """A failure is told to all who waited for it, and the next one looks again."""
        if done.cancelled() or done.exception() is not None:
            _, kept = self._found.get(key, (0.0, None))
            if kept is done:
                del self._found[key]

    def _forget_old(self) -> None:
        now = time.monotonic()
        self._found = {
            key: (until, task)
            for key, (until, task) in self._found.items()
            if until >= now or not task.done()
        }


class GuardedConnector(aiohttp.TCPConnector):
    """Gives connections to admitted hosts alone, each judged by the address that it leads to."""

    def __init__(
        self,
        policy: PolicySource,
        *,
        resolver: AbstractResolver | None,
        certificate_rule: ssl.SSLContext | aiohttp.Fingerprint,
        keepalive_timeout_s: float,
    ) -> None:
        super().__init__(
            limit=0,
            ssl=certificate_rule,
            keepalive_timeout=keepalive_timeout_s,
            resolver=GuardedResolver(policy, resolver),
            use_dns_cache=False,  # the resolver keeps what it found, and judges it for each connection
        )
        self._policy = policy

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the library's signature
    ) -> Connection:
        """Before the request is written: its host, then where the connection really leads.

        Raises AddressNotAllowedError.
        """
        url = req.url
        admitted = self._policy().admit(url.raw_host or "", url.port or 0)
        connection = await super().connect(req, traces, timeout)
        try:
            admitted.judge_connected(_address_of(connection))
        except BaseException:
            connection.close()
            raise
        return connection


def connect_plainly(policy: NetworkPolicy, host: str, port: int, timeout_s: float) -> socket:
    """A bare connection under the policy, for a thread of its own.

    Raises AddressNotAllowedError, and OSError as sockets do.
    """
    admitted = policy.admit(host, port)
    found = getaddrinfo(host, port, type=SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    admitted.judge(addresses)
    failure: OSError | None = None
    for address in addresses:
        try:
            return create_connection((address, port), timeout_s)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")


def _address_of(connection: Connection) -> str | None:
    transport = connection.transport
    peer = None if transport is None else transport.get_extra_info("peername")
    return None if peer is None else str(peer[0])
