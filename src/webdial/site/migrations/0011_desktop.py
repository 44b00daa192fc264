import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webdial", "0010_nodes")]
    operations = [
        migrations.AddField(
            model_name="phonesystemsetup",
            name="starts_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "As the file says"),
                    ("server", "From this server"),
                    ("computer", "From the user’s own computer"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="subject",
            field=models.CharField(
                choices=[
                    ("setting", "General setting"),
                    ("user", "User"),
                    ("user_phone", "Phone of a user"),
                    ("branch", "Branch"),
                    ("person", "Person"),
                    ("company", "Company"),
                    ("phone_system", "Phone system"),
                    ("filled_in", "Filled in for a user"),
                    ("credential", "Credential"),
                    ("function", "Database function"),
                    ("token", "Token"),
                    ("computer", "Computer"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Computer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "platform",
                    models.CharField(blank=True, db_default="", default="", max_length=80),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("paired_at", models.DateTimeField()),
                ("dials_without_asking", models.BooleanField(db_default=False, default=False)),
                ("can", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("lines", models.TextField(blank=True, db_default="", default="")),
                ("line", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("used_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("connected_until", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="computers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("-used_at", "-id")},
        ),
        migrations.CreateModel(
            name="ComputerAction",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("call_id", models.UUIDField()),
                ("sealed", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("report", models.TextField(db_default="", default="")),
                (
                    "computer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webdial.computer",
                    ),
                ),
            ],
        ),
    ]
