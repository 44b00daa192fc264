"""docs/reference/tables.md and configuration-file.md have every column and key, and no other."""

import pytest

from tests.docs.manual import page
from tests.docs.tables import (
    COLUMN_HEAD,
    CONFIGURATION,
    KEY_HEAD,
    TABLES,
    TITLES,
    columns_of,
    keys,
    limits,
)


@pytest.mark.parametrize("subject", TITLES)
def test_columns_are_those_of_the_table(subject: str) -> None:
    section = page(TABLES).sections(2)[TITLES[subject]]
    assert section.table(*COLUMN_HEAD) == columns_of(subject)


def test_limits_are_those_of_the_program() -> None:
    assert page(TABLES).sections(2)["Files"].table("limit", "value") == limits()


def test_keys_are_those_of_the_configuration_file() -> None:
    shown = {
        heading: section.table(*KEY_HEAD)
        for heading, section in page(CONFIGURATION).sections(2).items()
    }
    assert shown == dict(keys())
