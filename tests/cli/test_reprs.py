"""What a log or a traceback may show of a value holds none of its secrets."""

import pytest

from webdial.dialstring import Values, parse_dial_string
from webdial.environment import Environment
from webdial.site.databases import chosen_database


def test_environment_and_database_keep_theirs() -> None:
    environment = Environment.of(
        {
            "WEBDIAL_DATABASE_URL": "postgresql://u:s3cret@h/db?sslpassword=s3cret",
            "WEBDIAL_SECRET_KEY": "s3cret" * 6,
            "WEBDIAL_TOKEN": "s3cret",
        }
    )
    assert "s3cret" not in repr(environment) + repr(chosen_database(environment))


@pytest.mark.parametrize(
    "text", ["http://pbx.example/s3cret/?key=s3cret&to=#", "myapp://x?key=s3cret&to=#"]
)
def test_dial_string_keeps_its_own(text: str) -> None:
    string = parse_dial_string(text)
    plan = string.plan(Values("020", None))
    assert "s3cret" not in repr(string) + repr(plan)
    assert string.is_link or "s3cret" not in repr(string.target)
