from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("webdial", "0005_people"),)
    operations = ()
