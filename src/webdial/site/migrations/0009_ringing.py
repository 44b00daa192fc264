"""What users may ring. Whoever is there already goes on ringing abroad and premium-rate numbers."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_everybody_ring_as_before(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("webdial", "User").objects
    users.update(may_ring_abroad=True, may_ring_premium=True)


class Migration(migrations.Migration):
    dependencies = [("webdial", "0008_journal")]
    operations = [
        migrations.AddField(
            model_name="user",
            name=name,
            field=models.BooleanField(db_default=False, default=False),
        )
        for name in ("may_ring_abroad", "may_ring_premium", "may_ring_in_quiet_hours")
    ] + [migrations.RunPython(let_everybody_ring_as_before, migrations.RunPython.noop)]
