"""What commands need that read or change what is kept."""

import os

from webdial.runtime import set_up_django, upgrade_database


def open_database() -> None:
    """Set up Django and bring the database to this version; called before models are imported."""
    # The data folder may have been there before, open to others, and SQLite makes its files
    # readable by all whom the mask lets.
    os.umask(0o077)
    set_up_django()
    upgrade_database()
    from webdial.site.domain.acting import COMMAND_LINE, set_actor  # noqa: PLC0415

    set_actor(COMMAND_LINE)
