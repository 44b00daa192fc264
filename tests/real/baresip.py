"""A desk phone with a dial URL of its own: a plain GET makes it ring a number.

Debian's baresip with its module httpd. It answers 200 whatever becomes of the call, and
takes its command as the query itself: `?d%20NUMBER`, where an `@` must be written `%40`.
"""

import signal
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from . import presence
from .processes import Child

_MODULES = ("/usr/lib/baresip/modules", "/usr/lib/*-linux-gnu/baresip/modules")

_CONFIGURATION = """\
sip_listen       127.0.0.1:{sip}
net_interface    127.0.0.1
http_listen      127.0.0.1:{http}
module_path      {modules}
module           g711.so
module           ausine.so
module           aubridge.so
module_tmp       account.so
module_app       menu.so
module_app       httpd.so
audio_source     ausine,{tone_hz}
audio_player     aubridge,speaker
audio_alert      aubridge,bell
# What the tone generator makes; at any other rate the phone cannot take up a call.
ausrc_srate      48000
ausrc_channels   2
"""


class BaresipPhone:
    """A running phone, registered with a server; a context manager that ends it."""

    def __init__(
        self,
        extension: str,
        *,
        first_port: int,
        server: str,
        password: str,
        folder: Path,
        tone_hz: int = 660,
    ) -> None:
        """Start it on four ports of 127.0.0.1; `server` is host:port, `folder` for its files."""
        self.extension = extension
        self._http = first_port + 2  # the one after SIP is SIP over TLS
        configuration = _CONFIGURATION.format(
            sip=first_port, http=self._http, modules=_module_folder(), tone_hz=tone_hz
        )
        account = f'<sip:{extension}@{server}>;auth_pass="{password}";regint=60;answermode=auto\n'
        (folder / "config").write_text(configuration, encoding="utf-8")
        (folder / "accounts").write_text(account, encoding="utf-8")
        (folder / "contacts").touch()
        self._child = Child(
            f"baresip {extension}", [presence.program("baresip"), "-f", folder], folder=folder
        )

    def wait_ready(self) -> None:
        """Wait until it is registered. Raises PartError with its log when that fails."""
        self._child.wait_line("baresip is ready")
        self._child.wait_line(r"\b200 OK")

    @property
    def dial_template(self) -> str:
        """The dial URL with `#` where the percent-encoded number goes."""
        return f"http://127.0.0.1:{self._http}/?d%20#"

    def dial_url(self, number: str) -> str:
        """The URL that, fetched by GET, makes the phone ring the number."""
        return self.dial_template.replace("#", quote(number, safe=""))

    def wait_connected(self, *, timeout_s: float = 10.0) -> None:
        """Wait until a call of this phone is answered."""
        self._child.wait_line(r"[Cc]all established", timeout_s=timeout_s)

    def end(self) -> None:
        """End it at once: asked politely, it would wait for the answer to its BYE."""
        self._child.end(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


def _module_folder() -> Path:
    """Where Debian keeps baresip's modules: by version, with or without the architecture."""
    for pattern in _MODULES:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            return folder
    raise FileNotFoundError(
        presence.missing("baresip") or "baresip's modules are not where they were"
    )
