from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("webdial", "0007_accounts")]
    operations = []
