"""A proxy in front, set up as the manual says: https and the client's address get through, and from nobody else."""

import http.client
import re
import ssl
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.addresses import Slot
from tests.real.presence import require
from tests.running.kept import ask
from tests.running.nodes import wait_until
from tests.running.proxies import NAME, PROXIES, proxy_by
from tests.server import Installation, Server

PASSWORD = "plum tractor seven"
LAST_OF_PROXY = 90
HIDDEN = ("/healthz", "/readyz", "/metrics", "/%68ealthz", "//healthz")
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


class Visitor:
    """Somebody at an address of loopback, with cookies and whatever headers they like to write."""

    def __init__(
        self,
        server: tuple[str, int, ssl.SSLContext | None],
        headers: dict[str, str],
        *,
        client: str = CLIENT,
    ) -> None:
        self._server = server
        self._headers = headers
        self._client = client
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        host, port, trusting = self._server
        connection = (
            http.client.HTTPConnection(host, port, source_address=(self._client, 0), timeout=60)
            if trusting is None
            else _Named(host, port, trusting, self._client)
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

    def send(self, path: str, fields: dict[str, str]) -> int:
        """Fill in the form of a page; the status of the answer."""
        found = _FORGERY.search(self.ask(path)[1])
        assert found is not None
        return self.ask(path, {"csrfmiddlewaretoken": found[1], **fields})[0]

    def sign_in(self) -> int:
        fields = {"username": "carl", "password": PASSWORD, "next": "/dial"}
        return self.send("/sign-in", fields)


class _Named(http.client.HTTPSConnection):
    """To an address, where a name is expected that no name server knows."""

    def __init__(self, host: str, port: int, trusting: ssl.SSLContext, client: str) -> None:
        super().__init__(host, port, context=trusting, source_address=(client, 0), timeout=60)
        self._trusting = trusting

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._trusting.wrap_socket(self.sock, server_hostname=NAME)


def last_address(installation: Installation) -> str:
    return str(ask(installation, ADDRESSES)[-1][0])


@pytest.mark.parametrize("name", PROXIES)
def test_https_and_the_client_s_address_come_through(
    behind: tuple[Installation, Server], slot: Slot, tmp_path: Path, name: str
) -> None:
    require(name)
    installation, server = behind
    with proxy_by(name, tmp_path, slot.host(LAST_OF_PROXY), server) as proxy:
        assert Visitor(proxy, {}).sign_in() == 302
        wait_until(lambda: bool(ask(installation, ADDRESSES)))
        assert last_address(installation) == CLIENT
        assert Visitor(proxy, {"X-Forwarded-For": PRETENDED}).sign_in() == 302
        assert last_address(installation) == CLIENT
        assert [Visitor(proxy, {}).ask(path)[0] for path in HIDDEN] == [404] * len(HIDDEN)


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
