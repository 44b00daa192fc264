"""What a database lacks of this version. Every command asks, so it is found out by names alone.

Django's own `migrate` loads all migrations and renders the models as they were after each, which is half of
what a short command takes.
"""

import pkgutil
from collections.abc import Iterator
from importlib.util import find_spec

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Name = tuple[str, str]
"""Of a migration: the app's and its own."""


def missing_migrations() -> set[Name]:
    """Those of this version that the database has not been through; all of them where it is new."""
    return set(_migrations()) - set(MigrationRecorder(connection).applied_migrations())


def _migrations() -> Iterator[Name]:
    for app in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(app.label)
        spec = find_spec(module) if module else None
        folders = spec.submodule_search_locations if spec else None
        for each in pkgutil.iter_modules(folders or []):
            if not each.ispkg and each.name[0] not in "_~":
                yield app.label, each.name
