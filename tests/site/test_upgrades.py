"""What a database lacks is what Django's own look at all migrations finds."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from webdial.site.upgrades import missing_migrations

pytestmark = pytest.mark.django_db


def missing_by_django() -> set[tuple[str, str]]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {(migration.app_label, migration.name) for migration, _ in plan}


def test_nothing_is_missing_where_all_was_done() -> None:
    assert missing_migrations() == missing_by_django() == set()


def test_last_migration_of_each_app_is_missed() -> None:
    recorder = MigrationRecorder(connection)
    for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes():
        recorder.record_unapplied(app, name)
        assert missing_migrations() == missing_by_django() == {(app, name)}
        recorder.record_applied(app, name)


def test_new_database_misses_all() -> None:
    MigrationRecorder(connection).flush()
    executor = MigrationExecutor(connection)
    assert missing_migrations() == missing_by_django() == set(executor.loader.disk_migrations)
