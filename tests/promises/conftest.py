"""One site for all promises, and a second server over its database."""

from collections.abc import Iterator

import pytest
import trustme

from tests.promises.attacked import AttackedSite, attacked_site
from tests.server import Server


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The one authority for certificates that the attacked site trusts."""
    return trustme.CA()


@pytest.fixture(scope="session")
def attacked(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AttackedSite]:
    trusted = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with attacked_site(tmp_path_factory.mktemp("attacked"), SSL_CERT_FILE=str(trusted)) as site:
        yield site


@pytest.fixture(scope="session")
def elsewhere(attacked: AttackedSite) -> Iterator[Server]:
    """Another process that serves the same site, for what must hold everywhere."""
    with attacked.installation.serving() as server:
        yield server
