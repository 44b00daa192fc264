"""The one row of Revision, so that the first two changes wait for each other as later ones do."""

from typing import Any

from django.db import migrations


def add_first_revision(apps: Any, _: Any) -> None:
    apps.get_model("webdial", "Revision").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = (("webdial", "0001_initial"),)
    operations = (migrations.RunPython(add_first_revision, migrations.RunPython.noop),)
