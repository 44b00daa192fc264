"""What commands need that read or change what is kept."""

from webdial.runtime import set_up_django, upgrade_database


def open_database() -> None:
    """Set up Django and bring the database to this version; called before models are imported."""
    set_up_django()
    upgrade_database()
