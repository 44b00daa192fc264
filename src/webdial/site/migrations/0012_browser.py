from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webdial", "0011_desktop")]
    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="browser",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
    ]
