"""What a reverse proxy says is believed from the addresses that were named alone."""

from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/running/test_reverse_proxy.py::test_who_is_no_proxy_is_not_believed",
    "tests/running/test_reverse_proxy.py::test_https_and_the_client_s_address_come_through",
)

NO_PROXY: Final = "127.0.0.9"
"""An address that was not named: our own machine's first one is, by default."""


def test_who_is_no_proxy_cannot_be_many(attacked: AttackedSite) -> None:
    """Guessing from one address ends, whatever it says that it comes from."""
    thief = attacked.nobody()
    thief.comes_from = NO_PROXY
    statuses = []
    for count in range(12):
        thief.headers = {
            "X-Forwarded-For": f"192.0.2.{count}", "Forwarded": f"for=192.0.2.{count}",
            "X-Real-IP": f"192.0.2.{count}", "Content-Type": "application/json",
        }  # fmt: skip
        body = f'{{"code": "BBBB-{count:04}", "name": "x"}}'.encode()
        statuses.append(thief.ask("POST", "/api/v1/desktop/pair", body=body).status)
    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize("said", ["https", "http, https", "wss"])
def test_who_is_no_proxy_does_not_make_it_https(attacked: AttackedSite, said: str) -> None:
    """A form from another origin is not let in because somebody says that it came by https."""
    carl = attacked.browser("carl")
    carl.comes_from = NO_PROXY
    origin = attacked.server.address.replace("http:", "https:")
    carl.headers = {"X-Forwarded-Proto": said, "X-Forwarded-Host": "evil.example", "Origin": origin}
    assert carl.submit("/account/language", language="en-gb").status == 403
    assert "evil.example" not in carl.get("/account/computers").body
