from django.conf import settings
from django.db import migrations, models

KINDS = (
    ("begun", "What there was when the record began"),
    ("chain", "A journal began a chain"),
    ("tied", "Where the journals’ chains stand"),
    ("interrupted", "Calls marked as interrupted"),
    ("changes", "Changes of what is kept"),
    ("note", "A note about the call log"),
    ("erased", "Calls whose personal data was erased"),
    ("removed", "Calls removed by age"),
    ("changes_erased", "Changes whose personal data was erased"),
)


class Migration(migrations.Migration):
    dependencies = (("webdial", "0007_accounts"),)
    operations = (
        migrations.CreateModel(
            name="CallClaim",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("call_id", models.UUIDField()),
                ("claimed_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CallTally",
            fields=[
                ("key", models.CharField(max_length=240, primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("allowed", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                ("position", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("content", models.TextField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ("position",)},
        ),
        migrations.CreateModel(
            name="JournalLink",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "chain",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("chain", models.CharField(max_length=32)),
                ("position", models.PositiveBigIntegerField()),
                ("entries", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="call",
            name="begun_salt",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="call",
            name="ended_salt",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="call",
            name="commitments",
            field=models.CharField(db_default="", default="", max_length=128),
        ),
        migrations.AddField(
            model_name="change",
            name="salt",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="change",
            name="commitment",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
        # A branch that is deleted leaves its calls as they were: the chain holds them.
        migrations.AlterField(
            model_name="call",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=models.DO_NOTHING,
                related_name="calls",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="call",
            name="branch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=models.DO_NOTHING,
                related_name="+",
                to="webdial.branch",
            ),
        ),
    )
