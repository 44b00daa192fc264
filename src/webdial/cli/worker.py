"""One of several processes that serve the same address. Started by webdial.cli.workers alone.

Its arguments: the listening socket, the socket to whoever started it, its number, and for how many
seconds it drains.
"""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Final

from webdial.errors import WebdialError
from webdial.metrics import SHARED_FOLDER, share_figures

READY: Final = b"r"
ALIVE: Final = b"."


class Supervisor:
    """A Superior: the process that started this one, at the other end of a pair of sockets."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        told.setblocking(False)

    def tell_ready(self) -> None:
        self._send(READY)

    def tell_alive(self) -> bool:
        return self._send(ALIVE)

    def tell_ending(self) -> None:
        """It was the one to say so."""

    def _send(self, word: bytes) -> bool:
        try:
            self._told.send(word)
        except BlockingIOError:  # it has much to read already
            return True
        except OSError:  # it is gone, so nobody could end this process any more
            return False
        return True


def main(arguments: Sequence[str]) -> None:
    listening_fd, told_fd, number, drain_s = arguments
    os.umask(0o077)
    if SHARED_FOLDER in os.environ:
        share_figures(int(number))
    from webdial.asgi import application  # noqa: PLC0415 - sets Django up
    from webdial.cli.serve import answer_to  # noqa: PLC0415
    from webdial.cli.server import run_server  # noqa: PLC0415

    listening = socket.socket(fileno=int(listening_fd))
    answer_to(listening)
    run_server(
        application,
        listening,
        drain_s=float(drain_s),
        superior=Supervisor(socket.socket(fileno=int(told_fd))),
        is_alone=False,
    )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except WebdialError as error:
        sys.exit(f"{error.message}\n{error.hint}".strip())
