"""What a user may ring: three rights, as columns of User and of what is read of them."""

from typing import Final

from webdial.site.models import User

RING_RIGHTS: Final = ("may_ring_abroad", "may_ring_premium", "may_ring_in_quiet_hours")
"""Names of the fields, in the order in which they are shown."""


def ring_rights(row: User) -> dict[str, bool]:
    """Which of them the user has, by the names of the fields."""
    return {name: getattr(row, name) for name in RING_RIGHTS}
