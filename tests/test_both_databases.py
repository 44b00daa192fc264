"""The site's tests once more, on PostgreSQL: both databases run the same tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.postgres import PostgresCluster

LEFT_OPEN = (
    "ResourceWarning",
    "pytest.PytestUnraisableExceptionWarning",
    "pytest.PytestWarning",
)
ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(1200)
def test_site_on_postgresql(postgres: PostgresCluster) -> None:
    with postgres.fresh_database() as url:
        environment = {**os.environ, "WEBDIAL_DATABASE_URL": url}
        environment.pop("PYTEST_XDIST_WORKER", None)
        # What the browser shows does not depend on the database.
        chosen = ["tests/site", "tests/secrets/test_planted_secret.py"]
        chosen += ["--ignore-glob=*browser*", "--ignore=tests/site/test_every_page.py"]
        chosen += ["-q", "-n0", "-p", "no:cacheprovider"]
        # Threads of a test that has ended may hold their connections a little longer.
        chosen += [f"-Wignore::{warning}" for warning in LEFT_OPEN]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *chosen],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
