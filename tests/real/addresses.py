"""Loopback addresses and ports that no other test process on the machine uses.

A test process (each pytest-xdist worker is one) claims a slot and keeps it until its end. A slot is
a network of its own, 127.(100 + slot).0.0/24, where servers take an address each and keep their
usual ports, and a hundred ports on 127.0.0.1 for phones. The claim is a listening socket: the kernel
gives it to one process only, whoever runs it, and takes it back when the process dies.
"""

import itertools
import os
import socket
from types import TracebackType
from typing import Self

_SLOTS = 100
_CLAIM_HOST = 254
_CLAIM_PORT = 4999
_PHONES = "127.0.0.1"
_FIRST_PHONE_PORT = 20000
"""Below the ports that Linux gives out by itself (32768 and up), so nothing else drops in."""
_PHONE_PORTS = 100
_PORTS_PER_PHONE = 4


class Slot:
    """One test process's share of loopback; a context manager that gives it back."""

    def __init__(self, number: int, claim: socket.socket) -> None:
        self.number = number
        self._claim = claim
        first = _FIRST_PHONE_PORT + number * _PHONE_PORTS
        self._blocks = itertools.cycle(range(first, first + _PHONE_PORTS, _PORTS_PER_PHONE))

    def host(self, last: int) -> str:
        """Return the address that ends in `last` (1 to 253)."""
        return _host(self.number, last)

    def phone_ports(self) -> int:
        """Return the first of four neighbouring ports that are free on 127.0.0.1, UDP and TCP.

        Phones have to be there: baresip finds its own address by a route look-up, which gives
        127.0.0.1 for every loopback target. A port may be taken again only after the other 24
        blocks. Raises OSError when no block is free.
        """
        for first in itertools.islice(self._blocks, _PHONE_PORTS // _PORTS_PER_PHONE):
            if all(_is_free(port) for port in range(first, first + _PORTS_PER_PHONE)):
                return first
        raise OSError(f"no free ports for a phone in slot {self.number}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._claim.close()


def claim_slot() -> Slot:
    """Claim a slot that no running test process has. Raises OSError when all hundred are taken.

    The search begins at a place of the process's own: what a killed run left behind still
    listens in that run's slot.
    """
    for step in range(_SLOTS):
        number = (os.getpid() + step) % _SLOTS
        claim = socket.socket()
        try:
            claim.bind((_host(number, _CLAIM_HOST), _CLAIM_PORT))
            claim.listen()
        except OSError:
            claim.close()
        else:
            return Slot(number, claim)
    raise OSError(f"all {_SLOTS} slots on loopback are taken")


def _host(slot: int, last: int) -> str:
    return f"127.{100 + slot}.0.{last}"


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind((_PHONES, port))
    except OSError:
        return False
    return True
