"""Keeps the pretend phone system to its own machine, so that its page may say so."""

from ipaddress import IPv6Address, ip_address

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Guard:
    """ASGI application that lets only loopback clients and Unix sockets through to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_own_machine(scope.get("client")):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "This pretend phone system answers its own machine only.", status_code=403
        )
        await refusal(scope, receive, send)


def is_own_machine(client: tuple[str, int] | None) -> bool:
    """Whether an ASGI client address is this machine's; None is a Unix socket's."""
    if client is None:
        return True
    try:
        address = ip_address(client[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
