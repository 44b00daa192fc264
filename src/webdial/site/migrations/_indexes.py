"""Indexes of a table that is written to meanwhile, as the call log is by other nodes.

PostgreSQL builds them without holding writers up. It cannot do so within a transaction, which
`webdial database move` is: nobody writes to its target. SQLite has one writer, whom the upgrade
keeps out anyway.
"""

from typing import Any

from django.db import migrations


class AddIndexMeanwhile(migrations.AddIndex):
    """A building that was broken off before leaves an index behind that is of no use: it goes first."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _can_wait(editor):
            super().database_forwards(app_label, editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        name = editor.quote_name(self.index.name)
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        editor.add_index(model, self.index, concurrently=True)


class RemoveIndexMeanwhile(migrations.RemoveIndex):
    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _can_wait(editor):
            super().database_forwards(app_label, editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        editor.remove_index(model, index, concurrently=True)


def _can_wait(editor: Any) -> bool:
    return editor.connection.vendor == "postgresql" and not editor.connection.in_atomic_block
