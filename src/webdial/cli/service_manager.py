"""What systemd is told of the server: that it is ready, that it lives, that it ends (sd_notify(3)).

A line of text to a socket, so no library is wanted for it. Without systemd nothing is told.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol

ADDRESS: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"
"""Set by systemd for those that it starts, and for nobody else; nobody sets them by hand."""


class Superior(Protocol):
    """Whoever started the server and wants to hear of it: systemd, or the process of `--workers`."""

    def tell_ready(self) -> None:
        """Requests are taken from now on."""

    def tell_alive(self) -> bool:
        """Called every second while the server serves; False when nobody is there any more."""

    def tell_ending(self) -> None:
        """The server was told to end."""


class ServiceManager:
    """A Superior: systemd, if it started this process."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get(ADDRESS, "")
        self._has_watchdog = WATCHDOG in environment

    def tell_ready(self) -> None:
        self._send("READY=1")

    def tell_alive(self) -> bool:
        if self._has_watchdog:
            self._send("WATCHDOG=1")
        return True

    def tell_ending(self) -> None:
        self._send("STOPPING=1")

    def _send(self, line: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):  # a name that is in no file system
            address = "\0" + address[1:]
        # A server does not end because nobody listens to it.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.setblocking(False)
            told.sendto(line.encode(), address)
