"""The site's tests once more, on PostgreSQL: both databases run the same tests.

In short: what asks the database in ways of its own, and every page opened and sent by everybody.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.real.postgres import PostgresCluster

LEFT_OPEN = (
    "ResourceWarning",
    "pytest.PytestUnraisableExceptionWarning",
    "pytest.PytestWarning",
)
ROOT = Path(__file__).parent.parent
SHORT: Final = (
    "tests/site/test_*_domain.py",
    "tests/site/test_call_*.py",
    "tests/site/test_audit.py",
    "tests/site/test_configuration.py",
    "tests/site/test_directory_words.py",
    "tests/site/test_journal_on_disk.py",
    "tests/site/test_names_outside_ascii.py",
    "tests/site/test_nothing_twice.py",
    "tests/site/test_personal_data.py",
    "tests/site/accounts/test_lock_out.py",
    "tests/site/accounts/test_shared_cache.py",
    "tests/site/checks/test_database_checks.py",
    "tests/site/transfer/test_import.py",
    "tests/site/maintenance/test_credentials.py",
    "tests/site/maintenance/test_hostile.py",
    "tests/site/maintenance/test_user_list.py",
)
EVERYBODY: Final = (
    "tests/site/test_rights.py::test_everybody_who_is_signed_in_opens_them",
    "tests/site/maintenance/test_rights.py::test_every_page_is_tried_by_everybody",
)
WHOLE: Final = ("tests/site", "tests/secrets/test_planted_secret.py", "-m", "")
BESIDE: Final = ("--ignore-glob=*browser*", "--ignore=tests/site/test_every_page.py")
"""What the browser shows does not depend on the database."""


def files_of(pattern: str) -> list[str]:
    files = [str(file.relative_to(ROOT)) for file in sorted(ROOT.glob(pattern))]
    assert files, f"{pattern} finds no file"
    return [file for file in files if "browser" not in file]


def run_on(postgres: PostgresCluster, chosen: Sequence[str]) -> None:
    with postgres.fresh_database() as url:
        environment = {**os.environ, "WEBDIAL_DATABASE_URL": url}
        environment.pop("PYTEST_XDIST_WORKER", None)
        how = ["-q", "-n0", "-p", "no:cacheprovider"]
        # Threads of a test that has ended may hold their connections a little longer.
        how += [f"-Wignore::{warning}" for warning in LEFT_OPEN]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *chosen, *BESIDE, *how],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.timeout(1200)
def test_site_on_postgresql(postgres: PostgresCluster) -> None:
    run_on(postgres, [file for pattern in SHORT for file in files_of(pattern)] + [*EVERYBODY])


@pytest.mark.thorough
@pytest.mark.timeout(2400)
def test_whole_site_on_postgresql(postgres: PostgresCluster) -> None:
    run_on(postgres, WHOLE)
