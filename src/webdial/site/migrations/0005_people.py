from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from webdial.site.domain.directory import line_of_person
from webdial.site.domain.phones import digits_of

_BATCH = 500


def fill_lines(apps: Any, schema_editor: Any) -> None:
    """What everybody who is there already is found by."""
    _fill_digits(apps.get_model("webdial", "Phone"))
    person, line = apps.get_model("webdial", "Person"), apps.get_model("webdial", "DirectoryLine")
    rows = person.objects.select_related("company").prefetch_related("phones").order_by("pk")
    for people in _batches(rows):
        lines = [line_of_person(each, line) for each in people]
        line.objects.bulk_create(lines, batch_size=100)


def _fill_digits(phone: Any) -> None:
    for phones in _batches(phone.objects.order_by("pk")):
        for each in phones:
            each.digits = digits_of(each.number)
        phone.objects.bulk_update(phones, ["digits"], batch_size=100)


def _batches(rows: Any) -> Iterator[list[Any]]:
    batch = list(rows[:_BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:_BATCH])


class Migration(migrations.Migration):
    dependencies = (("webdial", "0004_calls"),)

    operations = [
        migrations.CreateModel(
            name="DirectoryLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_name", models.CharField(max_length=60)),
                ("text", models.TextField()),
            ],
            options={
                "ordering": ("sort_name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Favourite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=80)),
                ("position", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="phone",
            name="phone_has_one_owner",
        ),
        migrations.AddField(
            model_name="company",
            name="notes",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="person",
            name="notes",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="phone",
            name="company",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="webdial.company",
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="digits",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="phone",
            index=models.Index(fields=["digits"], name="phone_digits"),
        ),
        migrations.AddConstraint(
            model_name="phone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("company__isnull", True), ("person__isnull", False), ("user__isnull", True)
                    ),
                    models.Q(
                        ("company__isnull", False), ("person__isnull", True), ("user__isnull", True)
                    ),
                    models.Q(
                        ("company__isnull", True), ("person__isnull", True), ("user__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="phone_has_one_owner",
            ),
        ),
        migrations.AddField(
            model_name="directoryline",
            name="company",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="line",
                to="webdial.company",
            ),
        ),
        migrations.AddField(
            model_name="directoryline",
            name="person",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="line",
                to="webdial.person",
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="colleague",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="company",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webdial.company",
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webdial.person",
            ),
        ),
        migrations.AddField(
            model_name="favourite",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="favourites",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="directoryline",
            index=models.Index(fields=["sort_name", "id", "text"], name="line_searched"),
        ),
        migrations.AddConstraint(
            model_name="directoryline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("company__isnull", True), ("person__isnull", False)),
                    models.Q(("company__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="line_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(
                fields=("user", "person", "number"), name="favourite_person_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(
                fields=("user", "company", "number"), name="favourite_company_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(
                fields=("user", "colleague", "number"), name="favourite_colleague_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("colleague__isnull", True),
                        ("company__isnull", True),
                        ("person__isnull", False),
                    ),
                    models.Q(
                        ("colleague__isnull", True),
                        ("company__isnull", False),
                        ("person__isnull", True),
                    ),
                    models.Q(
                        ("colleague__isnull", False),
                        ("company__isnull", True),
                        ("person__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="favourite_is_one",
            ),
        ),
        migrations.RunPython(fill_lines, migrations.RunPython.noop),
    ]
