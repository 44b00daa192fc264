import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = (
    ("caller", "Caller"),
    ("branch_manager", "Branch manager"),
    ("function_author", "Function author"),
    ("auditor", "Auditor"),
    ("administrator", "Administrator"),
)
SUBJECTS = (
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
)


class Migration(migrations.Migration):
    dependencies = (("webdial", "0005_people"),)
    operations = (
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(choices=ROLES, default="caller", max_length=20),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="places_calls",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="reads_calls",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="last_used_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("user_name", models.CharField(max_length=120)),
                ("subject", models.CharField(choices=SUBJECTS, max_length=20)),
                ("key", models.CharField(max_length=200)),
                ("label", models.CharField(max_length=300)),
                ("action", models.CharField(max_length=60)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("secrets", models.JSONField(default=list)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("-id",)},
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["subject", "key", "-id"], name="change_of_subject"),
        ),
    )
