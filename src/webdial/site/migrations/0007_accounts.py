from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("webdial", "0006_changes"),)
    # There allauth goes through the mail addresses of users, a column that is made here.
    run_before = (("account", "0006_emailaddress_lower"),)
    operations = (
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.JSONField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="email",
            field=models.CharField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email", ""), _negated=True),
                fields=("email",),
                name="user_email_unique",
                violation_error_message="Another user has this mail address.",
            ),
        ),
    )
