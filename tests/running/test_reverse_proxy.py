"""nginx in front, set up as the manual says: https and the client's address get through, and from nobody else."""

import http.client
import re
import ssl
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.docs.manual import page
from tests.real.addresses import Slot
from tests.real.presence import program, require
from tests.real.processes import Child
from tests.running.kept import ask
from tests.running.nodes import wait_until
from tests.server import Installation, Server

PASSWORD = "plum tractor seven"
NAME = "dial.example"
LAST_OF_PROXY = 90
CLIENT = "127.77.0.5"
PRETENDED = "203.0.113.7"
ADDRESSES = "SELECT ip FROM usersessions_usersession ORDER BY id"
_FORGERY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Server]]:
    """A server set up to stand behind a proxy."""
    given = {"WEBDIAL_HOSTS": NAME, "WEBDIAL_HTTPS": "yes", "WEBDIAL_ADDRESS": f"https://{NAME}"}
    installation = Installation(tmp_path_factory.mktemp("behind"), extra_environment=given)
    installation.prepare()
    installation.run("user", "password", "carl", "--password-stdin", stdin=f"{PASSWORD}\n")
    with installation.serving() as server:
        assert server.ask("/readyz").status == 200
        yield installation, server


@contextmanager
def nginx(folder: Path, host: str, server: Server) -> Iterator[tuple[str, int, ssl.SSLContext]]:
    """Address and port of nginx with the manual's configuration, and what trusts its certificate."""
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    fence = next(
        each for each in page("docs/how-to/reverse-proxy.md").fences if each.info == "nginx"
    )
    told = (
        fence.text.replace("listen 443", f"listen {host}:8443")
        .replace("/etc/ssl/dial.example.pem", str(folder / "both.pem"))
        .replace("/etc/ssl/private/dial.example.key", str(folder / "both.pem"))
        .replace("http://127.0.0.1:8000", server.address)
    )
    paths = "".join(
        f"{kind}_temp_path {folder / kind}; "
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log stderr notice; user root;\n"
        f"events {{}}\nhttp {{ access_log off; {paths}\n{told}\n}}\n"
    )
    command = [program("nginx"), "-c", folder / "nginx.conf", "-p", folder]
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Child("nginx", command, folder=folder) as child:
        child.wait_line("start worker process ")
        yield host, 8443, trusting


class Visitor:
    """Somebody at the address CLIENT, with cookies and whatever headers they like to write."""

    def __init__(
        self, server: tuple[str, int, ssl.SSLContext | None], headers: dict[str, str]
    ) -> None:
        self._server = server
        self._headers = headers
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        host, port, trusting = self._server
        connection = (
            http.client.HTTPConnection(host, port, source_address=(CLIENT, 0), timeout=60)
            if trusting is None
            else _Named(host, port, trusting)
        )
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {
            "Host": NAME, "Cookie": cookies, "Referer": f"https://{NAME}/sign-in", **self._headers
        }  # fmt: skip
        body = None if fields is None else urllib.parse.urlencode(fields)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            answer = connection.getresponse()
            for each in answer.headers.get_all("Set-Cookie", []):
                name, _, value = each.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self) -> int:
        found = _FORGERY.search(self.ask("/sign-in")[1])
        assert found is not None
        fields = {"csrfmiddlewaretoken": found[1], "username": "carl", "password": PASSWORD}
        return self.ask("/sign-in", {**fields, "next": "/dial"})[0]


class _Named(http.client.HTTPSConnection):
    """To an address, where a name is expected that no name server knows."""

    def __init__(self, host: str, port: int, trusting: ssl.SSLContext) -> None:
        super().__init__(host, port, context=trusting, source_address=(CLIENT, 0), timeout=60)
        self._trusting = trusting

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._trusting.wrap_socket(self.sock, server_hostname=NAME)


def last_address(installation: Installation) -> str:
    return str(ask(installation, ADDRESSES)[-1][0])


def test_https_and_the_client_s_address_come_through_nginx(
    behind: tuple[Installation, Server], slot: Slot, tmp_path: Path
) -> None:
    require("nginx")
    installation, server = behind
    with nginx(tmp_path, slot.host(LAST_OF_PROXY), server) as proxy:
        assert Visitor(proxy, {}).sign_in() == 302
        wait_until(lambda: bool(ask(installation, ADDRESSES)))
        assert last_address(installation) == CLIENT
        assert Visitor(proxy, {"X-Forwarded-For": PRETENDED}).sign_in() == 302
        assert last_address(installation) == CLIENT
        assert [Visitor(proxy, {}).ask(path)[0] for path in ("/healthz", "/metrics")] == [404, 404]


def test_who_is_no_proxy_is_not_believed(behind: tuple[Installation, Server]) -> None:
    installation, server = behind
    where = urllib.parse.urlsplit(server.address)
    assert where.hostname is not None
    assert where.port is not None
    pretending = {"X-Forwarded-For": PRETENDED, "X-Forwarded-Proto": "https"}
    direct = (where.hostname, where.port, None)
    assert Visitor(direct, pretending).sign_in() == 302
    assert last_address(installation) == CLIENT
    # A form that says it comes from https is refused, since the connection is none.
    assert Visitor(direct, {**pretending, "Origin": f"https://{NAME}"}).sign_in() == 403
