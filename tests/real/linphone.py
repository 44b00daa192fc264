"""A phone with another SIP stack than the others here: it answers whoever calls it.

Debian's linphonec, driven by its standard input. It plays and records files, having no sound card.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from . import presence
from .processes import Child

_CONFIGURATION = """\
[sip]
# Else, without a way to the internet, it takes itself to be off line and opens no port.
auto_net_state_mon=0
guess_hostname=0
bind_address=127.0.0.1
sip_port={sip}
sip_tcp_port=0
sip_tls_port=0
[rtp]
audio_rtp_port={rtp}
"""


class LinphonePhone:
    """A running phone that answers by itself; a context manager that ends it."""

    def __init__(self, *, first_port: int, folder: Path) -> None:
        """Start it on four ports of 127.0.0.1; `folder` is its home."""
        self.uri = f"sip:linphone@127.0.0.1:{first_port}"
        for place in (".local/share/linphone", ".config/linphone"):
            (folder / place).mkdir(parents=True)
        configuration = folder / "linphonerc"
        text = _CONFIGURATION.format(sip=first_port, rtp=first_port + 2)
        configuration.write_text(text, encoding="utf-8")
        self._child = Child(
            "linphone",
            [presence.program("linphone"), "-c", configuration, "-a"],
            folder=folder,
            environment={**os.environ, "HOME": str(folder), "TERM": "dumb"},
        )

    def wait_ready(self) -> None:
        """Wait until it can be called. Raises PartError with its log when it does not start."""
        self._child.write_line("soundcard use files")
        self._child.wait_line("Using wav files")

    def wait_connected(self, *, timeout_s: float = 10.0) -> None:
        """Wait until it is in a call."""
        self._child.wait_line(r"^Call \d+ with .* connected", timeout_s=timeout_s)

    def end(self) -> None:
        self._child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
