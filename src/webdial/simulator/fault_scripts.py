"""What each fault does on purpose, step by step, whoever plays it.

A script is a generator of steps. `webdial.simulator.faults` plays it on a bare socket, where all of
it is possible; `webdial.simulator.fault_doors` plays it through the web server, which will not send
what is no HTTP.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from math import isfinite
from urllib.parse import parse_qs

FAULTS_PATH = "/faults/"
WORKING_TARGET = "ivr/PbxAPI.aspx"

_DEFAULT_WAIT_S = 5.0
_MAX_WAIT_S = 3600.0
_PROMISED_BYTES = 1000
_CHUNK = b"All work and no play makes a dull answer. " * 400
_BOMB_MEGABYTES = 64
_MAX_FIELDS = 50

_GZIP_WBITS = 31
"""zlib's window of 32 KiB with a gzip header and trailer."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers. Without a Content-Length the body ends with the connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of the body."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes for the socket as they are; only a bare socket can send them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class HoldOpen:
    """Nothing more, until the client goes."""


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Close now, with a reset (RST) instead of a goodbye (FIN) if `by_reset`."""

    by_reset: bool = False


Step = Head | Body | Raw | Pause | HoldOpen | BreakOff


@dataclass(frozen=True, slots=True)
class Asked:
    """What a script may know of the request.

    `rest` is the raw path behind the fault's name without slashes before it, `query` the raw
    query; `away` is where the fault `redirect-away` points.
    """

    method: str
    rest: str
    query: str
    away: str


@dataclass(frozen=True, slots=True)
class FaultScript:
    """A fault by name, told in a sentence. `is_raw` ones need the bare socket."""

    name: str
    sentence: str
    steps: Callable[[Asked], Iterator[Step]]
    is_raw: bool = False


def answer(status: int, text: str, *headers: tuple[str, str]) -> Iterator[Step]:
    """A whole and proper answer."""
    body = text.encode()
    yield Head(
        status,
        (
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            *headers,
        ),
    )
    yield Body(body)


def _refuse(_: Asked) -> Iterator[Step]:
    return answer(403, "This extension may not ring outside numbers.")


def _error(_: Asked) -> Iterator[Step]:
    return answer(500, "The telephony service has stopped.")


def _busy(_: Asked) -> Iterator[Step]:
    return answer(200, "ERROR 486 The extension is busy.")


def _slow(asked: Asked) -> Iterator[Step]:
    yield Pause(_seconds(asked.query))
    yield from answer(200, "OK call 1")


def _never(_: Asked) -> Iterator[Step]:
    yield HoldOpen()


def _closes(_: Asked) -> Iterator[Step]:
    yield Head(200, (("Content-Type", "text/plain"), ("Content-Length", str(_PROMISED_BYTES))))
    yield Body(b"OK ca")
    yield BreakOff()


def _hangs_up(_: Asked) -> Iterator[Step]:
    yield BreakOff()


def _resets(_: Asked) -> Iterator[Step]:
    yield BreakOff(by_reset=True)


def _nonsense(_: Asked) -> Iterator[Step]:
    yield Raw(b"\x15\x03\x01\x00\x02\x02(\r\nSIP/2.0 200 OK\r\n\r\n")
    yield BreakOff()


def _endless(_: Asked) -> Iterator[Step]:
    yield Head(200)
    for step in repeat((Body(_CHUNK), Pause(0.01))):
        yield from step


def _endless_headers(_: Asked) -> Iterator[Step]:
    yield Raw(b"HTTP/1.1 200 OK\r\n")
    for step in repeat((Raw(b"X-More: " + b"x" * 4000 + b"\r\n"), Pause(0.01))):
        yield from step


def _drips(_: Asked) -> Iterator[Step]:
    yield Head(200)
    for step in repeat((Body(b"."), Pause(0.1))):
        yield from step


def _garbled(_: Asked) -> Iterator[Step]:
    body = b"OK call 1, though not compressed as the header says."
    yield Head(200, (("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))))
    yield Body(body)


def _bomb(_: Asked) -> Iterator[Step]:
    body = _compressed_zeros()
    yield Head(200, (("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))))
    yield Body(body)


def _redirect(asked: Asked) -> Iterator[Step]:
    query = f"?{asked.query}" if asked.query else ""
    target = f"/{asked.rest or WORKING_TARGET}{query}"
    # 302 turns a POST into a GET and loses its variables (RFC 9110 section 15.4.3), 307 does not.
    status = 302 if asked.method == "GET" else 307
    return answer(status, "The address has moved.", ("Location", target))


def _redirect_away(asked: Asked) -> Iterator[Step]:
    return answer(302, "The address has moved.", ("Location", asked.away))


FAULTS: Mapping[str, FaultScript] = {
    script.name: script
    for script in (
        FaultScript("refuse", "Answers 403 with a sentence.", _refuse),
        FaultScript("error", "Answers 500.", _error),
        FaultScript("busy", "Answers 200, but the text says ERROR.", _busy),
        FaultScript("slow", "Answers OK after ?seconds= (5 unless said).", _slow),
        FaultScript("never", "Takes the request and never answers.", _never),
        FaultScript("closes", "Closes in the middle of its answer.", _closes),
        FaultScript("endless", "Answers 200 with a body that has no end.", _endless),
        FaultScript("drips", "Answers 200, then one letter every tenth of a second.", _drips),
        FaultScript("garbled", "Says its body is compressed, which it is not.", _garbled),
        FaultScript("bomb", "Sends 64 KiB that unpack to 64 MiB.", _bomb),
        FaultScript("redirect", "Redirects to a path here that works.", _redirect),
        FaultScript("redirect-away", "Redirects to another host.", _redirect_away),
        FaultScript("hangs-up", "Closes without a word.", _hangs_up, is_raw=True),
        FaultScript("resets", "Resets the connection.", _resets, is_raw=True),
        FaultScript("nonsense", "Sends bytes that are no HTTP.", _nonsense, is_raw=True),
        FaultScript("endless-headers", "Sends headers without end.", _endless_headers, is_raw=True),
    )
}


def asked_of(path: str, *, method: str, query: str, away: str) -> tuple[str, Asked]:
    """The fault's name in a raw path below `FAULTS_PATH`, and what its script may know.

    Slashes are taken off the rest, so that a redirect to it can never lead to another host.
    """
    name, _, rest = path.removeprefix(FAULTS_PATH).partition("/")
    return name, Asked(method=method, rest=rest.lstrip("/\\"), query=query, away=away)


def _seconds(query: str) -> float:
    """The time asked for by ?seconds=, within an hour; the default when it is no time."""
    try:
        seconds = float(parse_qs(query, max_num_fields=_MAX_FIELDS)["seconds"][0])
    except (KeyError, ValueError):
        return _DEFAULT_WAIT_S
    return min(max(seconds, 0.0), _MAX_WAIT_S) if isfinite(seconds) else _DEFAULT_WAIT_S


@cache
def _compressed_zeros() -> bytes:
    """64 MiB of zeros as gzip, made once, without ever holding them unpacked."""
    press = zlib.compressobj(level=9, wbits=_GZIP_WBITS)
    megabyte = bytes(1024 * 1024)
    pieces = [press.compress(megabyte) for _ in range(_BOMB_MEGABYTES)]
    return b"".join((*pieces, press.flush()))
