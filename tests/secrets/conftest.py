"""The site's people and database, for the secrets that are planted with them."""

from tests.site.conftest import django_db_modify_db_settings, leeds, london, steps, users

__all__ = ["django_db_modify_db_settings", "leeds", "london", "steps", "users"]
