from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("webdial", "0003_phone_systems"),)
    operations = (
        migrations.CreateModel(
            name="CallLogNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("removed", "Removed by age"),
                            ("erased", "Personal data erased"),
                            ("exported", "Personal data exported"),
                        ],
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                ("subject", models.CharField(default="", max_length=160)),
                ("count", models.PositiveBigIntegerField()),
                ("first_call", models.UUIDField(null=True)),
                ("last_call", models.UUIDField(null=True)),
                ("placed_before", models.DateTimeField(null=True)),
            ],
            options={"ordering": ("-id",)},
        ),
        migrations.AddField(
            model_name="call",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="number_story",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="call",
            name="on_disk_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="took_ms",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="phone",
            field=models.CharField(db_default="", default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=[
                    "-id",
                    "outcome",
                    "dialled",
                    "phone_system",
                    "channel",
                    "branch",
                    "took_ms",
                ],
                name="call_filtered",
            ),
        ),
    )
