"""What a call shows of the digits behind its number: told only where they were not dialled."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from webdial.site.models import Call
from webdial.site.pages.call_display import ShownCall


def row(typed: str, dialled: str) -> Call:
    placed_at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    return Call(id=UUID(int=1), typed=typed, dialled=dialled, outcome="sent", placed_at=placed_at)


@pytest.mark.parametrize(
    ("typed", "dialled", "told"),
    [
        ("020 7946 0000", "02079460000", ""),
        ("020 7946 0000 ext 12", "02079460000", "12"),
        ("020 7946 0000 ext 12", "+442079460000,12", ""),
        ("020 7946 0000 ext 12", "902079460012", "12"),
        ("020 7946 0000,,12#", "02079460000,,12#", ""),
        ("020 7946 0000,,12#", "+442079460000", "12#"),
        ("Agatha", "02079460000", ""),
    ],
)
def test_digits_behind_are_told_where_they_were_not_dialled(
    typed: str, dialled: str, told: str
) -> None:
    assert ShownCall.of_row(row(typed, dialled)).extension_behind == told
