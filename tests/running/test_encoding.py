"""A database of PostgreSQL that keeps other texts than UTF-8 is refused before anything is made in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.postgres import PostgresCluster
from tests.server import Installation

NAME = "other_letters"


@pytest.fixture(params=["SQL_ASCII", "LATIN1"])
def encoding(request: pytest.FixtureRequest, postgres: PostgresCluster) -> Iterator[str]:
    made = f"TEMPLATE template0 ENCODING '{request.param}' LC_COLLATE 'C' LC_CTYPE 'C'"
    postgres.run_sql("postgres", f"CREATE DATABASE {NAME} {made}")
    yield request.param
    postgres.run_sql("postgres", f"DROP DATABASE {NAME} WITH (FORCE)")


def test_other_encoding_is_refused(
    postgres: PostgresCluster, encoding: str, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, postgres.url(NAME))
    for command in (["serve", "--port", "0"], ["user", "list"]):
        refused = installation.run(*command)
        assert refused.returncode == 1
        assert f"The database keeps texts as {encoding}." in refused.stderr
        assert "Traceback" not in refused.stderr
    assert postgres.run_sql(NAME, "SELECT count(*) FROM pg_tables WHERE schemaname='public'") == "0"
