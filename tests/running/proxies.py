"""nginx, Caddy and Apache in front of a server, each by the very configuration that the manual shows."""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import trustme

from tests.docs.manual import page
from tests.real.presence import program
from tests.real.processes import Child
from tests.server import Server

NAME: Final = "dial.example"
PORT: Final = 8443

_MODULES_OF_APACHE: Final = (
    *("mpm_event", "authz_core", "socache_shmcb"),
    *("ssl", "proxy", "proxy_http", "headers", "alias"),
)
_APACHE: Final = """\
{modules}
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog /proc/self/fd/2
User nobody
Group nogroup
Mutex pthread
Listen {host}:{port}
{told}
"""


@contextmanager
def proxy_by(
    name: str, folder: Path, host: str, server: Server
) -> Iterator[tuple[str, int, ssl.SSLContext]]:
    """Address and port of the proxy, and what trusts its certificate."""
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    both = folder / "both.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(both)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with PROXIES[name](folder, host, server.address, both):
        yield host, PORT, trusting


def _shown(heading: str, address: str, both: Path) -> str:
    """The configuration of the manual, for this server and this certificate."""
    (fence,) = page("docs/how-to/reverse-proxy.md").sections(2)[heading].fences
    return (
        fence.text.replace("/etc/ssl/dial.example.pem", str(both))
        .replace("/etc/ssl/private/dial.example.key", str(both))
        .replace("http://127.0.0.1:8000", address)
        .replace("127.0.0.1:8000", address.removeprefix("http://"))
    )


@contextmanager
def _nginx(folder: Path, host: str, address: str, both: Path) -> Iterator[None]:
    told = _shown("nginx", address, both).replace("listen 443", f"listen {host}:{PORT}")
    paths = "".join(
        f"{kind}_temp_path {folder / kind}; "
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log stderr notice; user root;\n"
        f"events {{}}\nhttp {{ access_log off; {paths}\n{told}\n}}\n"
    )
    command = [program("nginx"), "-c", folder / "nginx.conf", "-p", folder]
    with Child("nginx", command, folder=folder) as child:
        child.wait_line("start worker process ")
        yield


@contextmanager
def _caddy(folder: Path, host: str, address: str, both: Path) -> Iterator[None]:
    told = _shown("Caddy", address, both).replace(
        f"{NAME} {{", f"{NAME}:{PORT} {{\nbind {host}\ntls {both} {both}", 1
    )
    (folder / "Caddyfile").write_text(
        f"{{\nadmin off\nauto_https disable_redirects\n}}\n{told}", encoding="utf-8"
    )
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with Child("caddy", command, folder=folder, environment={**os.environ, **homes}) as child:
        child.wait_line("serving initial configuration")
        yield


@contextmanager
def _apache(folder: Path, host: str, address: str, both: Path) -> Iterator[None]:
    told = _shown("Apache", address, both).replace("*:443", f"{host}:{PORT}")
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in _MODULES_OF_APACHE
    )
    (folder / "apache.conf").write_text(
        _APACHE.format(modules=modules, folder=folder, host=host, port=PORT, told=told),
        encoding="utf-8",
    )
    command = [program("apache"), "-D", "FOREGROUND", "-f", folder / "apache.conf"]
    with Child("apache", command, folder=folder) as child:
        child.wait_line("resuming normal operations")
        yield


PROXIES: Final[dict[str, Callable[..., object]]] = {
    "nginx": _nginx,
    "caddy": _caddy,
    "apache": _apache,
}
