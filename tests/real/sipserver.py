"""The phone system: a SIP server where phones register, with a dial URL and JSON-RPC.

Kamailio, by the configuration in `kamailio.cfg`. Asked to connect an extension with a number it
rings the extension and, once that answers, has it ring the number. Its answer to the one
who asked says only that the extension is being rung.
"""

import json
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from . import presence
from .processes import Child

_CONFIGURATION = Path(__file__).with_name("kamailio.cfg")
_SIP_PORT = 5060
_HTTP_PORT = 8060
_SHARED_MIB = "16"
_PRIVATE_MIB = "4"
"""Memory: a handful of calls use under 4 MiB of the shared, the rest is for more."""
_RPC_LIMIT_S = 10.0


class SipServer:
    """A running server; a context manager that ends it."""

    def __init__(self, host: str, folder: Path) -> None:
        """Start it on `host`, a loopback address of its own; `folder` is for its files."""
        self.host = host
        configuration = folder / "kamailio.cfg"
        text = _CONFIGURATION.read_text(encoding="utf-8").replace("@HOST@", host)
        configuration.write_text(text, encoding="utf-8")
        self._child = Child(
            "SIP server",
            [
                presence.program("kamailio"),
                *("-f", configuration),
                *("-DD", "-E"),  # stay in the foreground, log to standard error
                *("-Y", folder, "-P", folder / "kamailio.pid"),
                *("-m", _SHARED_MIB, "-M", _PRIVATE_MIB),
            ],
        )

    def wait_ready(self) -> None:
        """Wait until it serves. Raises PartError with its log when it does not start."""
        self._child.wait_line(r"\bready$")

    @property
    def sip_address(self) -> str:
        """host:port where phones register."""
        return f"{self.host}:{_SIP_PORT}"

    @property
    def dial_page(self) -> str:
        """The URL that takes `from` and `to`, by GET as parameters or by POST as a form."""
        return f"http://{self.host}:{_HTTP_PORT}/dial"

    @property
    def rpc_url(self) -> str:
        """The URL that takes JSON-RPC 2.0; the method `dlg.bridge_dlg` dials."""
        return f"http://{self.host}:{_HTTP_PORT}/RPC"

    def dial_url(self, extension: str, number: str) -> str:
        """The URL that, fetched by GET, connects the two."""
        return f"{self.dial_page}?from={quote(extension, safe='')}&to={quote(number, safe='')}"

    def bridge_parameters(self, extension: str, number: str) -> list[str]:
        """What `dlg.bridge_dlg` wants: who rings first, who next, and the server between."""
        callee = quote(number, safe="+")
        return [
            f"sip:{extension}@{self.host}",
            f"sip:{callee}@{self.host}",
            f"sip:{self.sip_address}",
        ]

    def password_of(self, extension: str) -> str:
        """The password with which a phone registers as this extension."""
        return f"secret-{extension}"

    def assign_number(self, number: str, target: str) -> None:
        """Let a dialled `number` reach `target`, an extension or the SIP URI of any phone."""
        self.rpc("htable.sets", "numbers", number, target)

    def rpc(self, method: str, *parameters: str) -> object:
        """Return the result of a JSON-RPC call to Kamailio.

        Raises urllib.error.HTTPError when Kamailio refuses it.
        """
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        request = urllib.request.Request(
            self.rpc_url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_RPC_LIMIT_S) as response:
            result: object = json.load(response).get("result")
        return result

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
