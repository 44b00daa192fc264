import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("webdial", "0009_ringing"),)
    operations = (
        migrations.AddField(
            model_name="phonesystemsetup",
            name="most_in_flight",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="PhoneSystemPause",
            fields=[
                ("key", models.CharField(max_length=320, primary_key=True, serialize=False)),
                ("place", models.CharField(max_length=300)),
                ("since", models.DateTimeField()),
                ("retry_at", models.DateTimeField()),
                ("pause_s", models.FloatField()),
                ("failures", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=30)),
                ("is_trying", models.BooleanField(default=False)),
                (
                    "setup",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="webdial.phonesystemsetup",
                    ),
                ),
            ],
            options={"ordering": ("since", "key")},
        ),
    )
