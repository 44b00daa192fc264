"""TLS is verified, whoever says what about the certificate."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import trustme

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by
from tests.running.test_nothing_lost import phone_system

test_proven_elsewhere = proven_by(
    "tests/exchange/test_guarded_connections.py::test_tls_verifies_the_name_of_a_pinned_address",
)
YESTERDAY: Final = datetime.now(UTC) - timedelta(days=1)


def good(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1")


def of_another_name(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.2", "localhost", "*.example")


def lapsed(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert(
        "127.0.0.1", not_before=YESTERDAY - timedelta(days=9), not_after=YESTERDAY
    )


def not_yet_good(authority: trustme.CA) -> trustme.LeafCert:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return authority.issue_cert("127.0.0.1", not_before=tomorrow)


def of_another_authority(_: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert("127.0.0.1")


def of_an_authority_below(authority: trustme.CA) -> trustme.LeafCert:
    """A leaf that plays authority: it may not sign."""
    return trustme.CA(parent_cert=trustme.CA()).issue_cert("127.0.0.1")


@pytest.mark.parametrize(
    ("certificate", "outcome"),
    [
        (good, "sent"),
        (of_another_name, "certificate_bad"),
        (lapsed, "certificate_bad"),
        (not_yet_good, "certificate_bad"),
        (of_another_authority, "certificate_bad"),
        (of_an_authority_below, "certificate_bad"),
    ],
)
def test_nothing_is_sent_to_who_cannot_prove_the_name(
    attacked: AttackedSite,
    authority: trustme.CA,
    certificate: Callable[[trustme.CA], trustme.LeafCert],
    outcome: str,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(authority).configure_cert(context)
    login = certificate.__name__.replace("_", "-")
    with phone_system(tls=context) as phones:
        attacked.hire(login, {"Use Web Phone Dialling Mechanism": phones.url("", "/?to=#")})
        called = attacked.program(login).call("01632961500").json()
        assert called["outcome"] == outcome
        assert phones.requests_seen == (1 if outcome == "sent" else 0)
