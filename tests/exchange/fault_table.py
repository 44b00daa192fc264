"""The table of faults (tests/cases/faults.toml), and real servers that do what each row says."""

import asyncio
import ssl
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from socket import socket
from typing import Any, Final

import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.exchange.policies import allowing
from tests.exchange.test_guarded_connections import Names
from tests.exchange.test_system_calls import CARL
from webdial.dialstring import DigestLogin, HttpRequest
from webdial.exchange import HttpSender, TimeLimits, Verdict
from webdial.exchange.configuration import Configuration
from webdial.exchange.resolving import Resolver, open_nothing
from webdial.exchange.system_calls import SystemCaller
from webdial.exchange.systems import VERIFY, Certificate, CertificateMode, SystemSetup
from webdial.numbers import clean_number
from webdial.phonesystems import read_phone_system
from webdial.simulator.fault_scripts import (
    FAULTS,
    Asked,
    BreakOff,
    FaultScript,
    Pause,
    Raw,
    Step,
    answer,
)
from webdial.simulator.faults import FaultServer

PATIENT: Final = TimeLimits(connect_s=5, total_s=20)
HASTY: Final = TimeLimits(connect_s=0.3, total_s=0.3)
HERE: Final = allowing("localhost, pbx.example, 127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. What its columns mean stands at the top of the file."""

    name: str
    does: str
    outcome: str
    sentence: str
    requests: int
    status: int | None = None
    stage: str = ""
    fault: str = ""
    answer: str = ""
    again: str = ""
    many: int = 0
    through: str = ""
    digest: bool = False
    hasty: bool = False

    @property
    def limits(self) -> TimeLimits:
        return HASTY if self.hasty else PATIENT

    def script(self) -> FaultScript:
        """What the server plays."""
        if self.fault:
            return FAULTS[self.fault]
        return FaultScript(self.name, self.does, self._steps, is_raw=True)

    def _steps(self, _: Asked) -> Iterator[Step]:
        yield Raw(self.answer.encode("latin-1"))
        for number in range(self.many):
            yield Raw(b"X-%d: x\r\n" % number)
        if self.many:
            yield Raw(b"Content-Length: 2\r\n\r\nOK")
        if self.again:
            for step in repeat((Raw(self.again.encode("latin-1")), Pause(0.005))):
                yield from step
        yield BreakOff()


def faults() -> list[Fault]:
    file = Path(__file__).parent.parent / "cases" / "faults.toml"
    return [Fault(**row) for row in tomllib.loads(file.read_text(encoding="utf-8"))["fault"]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the call, and how many requests the phone system has read."""

    verdict: Verdict
    requests: int


async def meet(fault: Fault) -> Result:
    """One call to a phone system that has this fault."""
    if fault.stage:
        return await _meet_on_the_way(fault)
    if fault.through:
        return await _meet_through_a_file(fault)
    async with FaultServer(scripts={fault.script().name: fault.script()}) as server:
        digest = DigestLogin("webdial", "word") if fault.digest else None
        request = HttpRequest("GET", server.url(fault.script().name), digest=digest)
        async with _sender() as sender:
            verdict = await sender.send(request, fault.limits)
        return Result(verdict, server.requests_seen)


_FILES: Final = {
    "rule": """
        [dial]
        request = "{bad}"
        success = "text contains result=ok"
        message = "text after error="
        """,
    "log-in": """
        [[log_in.steps]]
        request = "{bad}"
        [dial]
        request = "{good}"
        """,
    "token": """
        [log_in]
        lasts_s = 600
        expired = "status = 401"
        [[log_in.steps]]
        request = "{good}"
        take.token = "text after OK"
        [dial]
        request = "{{BEARER {{token}}}}{bad}"
        """,
}


async def _meet_through_a_file(fault: Fault) -> Result:
    script = fault.script()
    welcome = FaultScript("welcome", "Lets in.", lambda _: answer(200, "OK token1"))
    async with FaultServer(scripts={script.name: script, "welcome": welcome}) as server:
        text = _FILES[fault.through].format(bad=server.url(script.name), good=server.url("welcome"))
        system = read_phone_system('title = "Own"\nvendor = "Own"\n' + text, id="own")
        resolver = Resolver(
            Configuration(1, {7: CARL}, {}, {}, {}), CARL, clean_number("123"), open_nothing
        )
        call = resolver.for_system(SystemSetup(4, "Own", system))
        async with _sender() as sender:
            verdict = await SystemCaller(sender).place(call, fault.limits)
        return Result(verdict, server.requests_seen)


@asynccontextmanager
async def _sender(
    context: ssl.SSLContext | None = None, names: AbstractResolver | None = None
) -> AsyncIterator[HttpSender]:
    sender = HttpSender(policy=HERE, ssl_context=context, resolver=names)
    try:
        yield sender
    finally:
        await sender.close()


async def _meet_on_the_way(fault: Fault) -> Result:
    async with _STAGES[fault.stage]() as (url, sender, certificate, server):
        limits = TimeLimits(0.3, 5)
        answered = await sender.fetch(HttpRequest("GET", url), limits, certificate)
        if isinstance(answered, Verdict):
            verdict = answered
        else:  # the name that has changed since leads nowhere else
            verdict = await sender.send(HttpRequest("GET", url), limits)
        return Result(verdict, 0 if server is None else server.requests_seen)


Scene = tuple[str, HttpSender, Certificate, FaultServer | None]
Stage = Callable[[], AbstractAsyncContextManager[Scene]]


@asynccontextmanager
async def _nobody(*, takes: bool) -> AsyncIterator[Scene]:
    """A port that nothing listens at, or one whose queue is full: the kernel then drops what comes."""
    with socket() as there, socket() as first, socket() as second:
        there.bind(("127.0.0.1", 0))
        if takes:
            there.listen(0)
            first.connect(there.getsockname())
            second.setblocking(False)
            second.connect_ex(there.getsockname())
        async with _sender() as sender:
            yield f"http://127.0.0.1:{there.getsockname()[1]}/", sender, VERIFY, None


class NoNames(AbstractResolver):
    """A name service that knows nothing, or is gone itself."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        raise self._error

    async def close(self) -> None:
        pass


@asynccontextmanager
async def _named(names: AbstractResolver) -> AsyncIterator[Scene]:
    async with FaultServer() as server, _sender(names=names) as sender:
        yield f"http://pbx.example:{server.port}/", sender, VERIFY, server


@asynccontextmanager
async def _secured(
    name: str = "127.0.0.1",
    *,
    trusted: bool = True,
    expired: bool = False,
    pinned: bool = False,
    is_weak: bool = False,
) -> AsyncIterator[Scene]:
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    lapsed = datetime.now(UTC) - timedelta(days=1) if expired else None
    authority.issue_cert(name, not_after=lapsed).configure_cert(serving)
    if trusted:
        authority.configure_trust(trusting)
    if is_weak:
        serving.maximum_version = ssl.TLSVersion.TLSv1_2
        serving.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    certificate = Certificate(CertificateMode.PINNED, "ab" * 32) if pinned else VERIFY
    async with FaultServer(tls=serving) as server, _sender(trusting) as sender:
        yield server.url(""), sender, certificate, server


@asynccontextmanager
async def _plain(answer_: bytes | None) -> AsyncIterator[Scene]:
    """A server that knows no TLS: it sends this and closes; with None it says nothing at all."""
    over = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        if answer_ is None:
            await over.wait()
        else:
            writer.write(answer_)
        writer.close()

    async with (
        await asyncio.start_server(take, "127.0.0.1", 0) as server,
        _sender() as sender,
    ):
        port = server.sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}/", sender, VERIFY, None
        over.set()


_STAGES: Final[dict[str, Stage]] = {
    "refused": lambda: _nobody(takes=False),
    "full": lambda: _nobody(takes=True),
    "unknown-name": lambda: _named(NoNames(OSError(-2, "Name or service not known"))),
    "failing-names": lambda: _named(NoNames(OSError(-3, "Temporary failure in name resolution"))),
    "changing-names": lambda: _named(Names(["127.0.0.1"], ["169.254.169.254"])),
    "forbidden-names": lambda: _named(Names(["169.254.169.254"])),
    "tls-other-name": lambda: _secured("other.example"),
    "tls-expired": lambda: _secured(expired=True),
    "tls-self-signed": lambda: _secured(trusted=False),
    "tls-pinned-changed": lambda: _secured(pinned=True),
    "tls-weak": lambda: _secured(is_weak=True),
    "tls-half-open": lambda: _plain(None),
    "tls-hangs-up": lambda: _plain(b""),
    "tls-where-plain": lambda: _plain(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
}
