"""Whom to dial: people, companies and their numbers."""

from django.db import models
from django.db.models.functions import Lower

from webdial.site.models.users import User


class Company(models.Model):
    """An organisation to ring: with numbers of its own, and people who work there."""

    name = models.CharField(max_length=160)
    notes = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "companies"
        indexes = (models.Index(Lower("name"), name="company_name_folded"),)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody to ring."""

    name = models.CharField(max_length=120)
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    notes = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "people"
        indexes = (
            models.Index(fields=("name", "id"), name="person_name"),
            models.Index(Lower("name"), name="person_name_folded"),
        )

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """A labelled number of a person, a company or a user, as people write it; it is cleaned when
    dialled. By `digits` it is found again, however it is written then (webdial.site.domain.phones).
    """

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    label = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=80)
    digits = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, company__isnull=True, user__isnull=True)
                | models.Q(person__isnull=True, company__isnull=False, user__isnull=True)
                | models.Q(person__isnull=True, company__isnull=True, user__isnull=False),
                name="phone_has_one_owner",
            ),
        )
        indexes = (
            models.Index(Lower("number"), name="phone_number_folded"),
            models.Index(fields=("digits",), name="phone_digits"),
        )

    def __str__(self) -> str:
        return self.number


class DirectoryLine(models.Model):
    """What a person or a company is found by: `text` holds name, company and numbers, folded.

    Kept by the acts in webdial.site.domain.directory. Search reads the one index, which holds all
    of it in the order of the list (docs/reference/performance-directory.md).
    """

    person = models.OneToOneField(Person, null=True, on_delete=models.CASCADE, related_name="line")
    company = models.OneToOneField(
        Company, null=True, on_delete=models.CASCADE, related_name="line"
    )
    sort_name = models.CharField(max_length=60)
    text = models.TextField()

    class Meta:
        ordering = ("sort_name", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, company__isnull=True)
                | models.Q(person__isnull=True, company__isnull=False),
                name="line_has_one_owner",
            ),
        )
        indexes = (models.Index(fields=("sort_name", "id", "text"), name="line_searched"),)

    def __str__(self) -> str:
        return self.sort_name


class Favourite(models.Model):
    """A number that a user keeps at hand: of a person, a company or a colleague.

    It is kept as written and not as a row of Phone: those are made anew when numbers are edited. An
    empty number stands for the colleague's extension, whatever that is.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="favourites")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, null=True, on_delete=models.CASCADE, related_name="+")
    colleague = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "person", "number"), name="favourite_person_unique"
            ),
            models.UniqueConstraint(
                fields=("user", "company", "number"), name="favourite_company_unique"
            ),
            models.UniqueConstraint(
                fields=("user", "colleague", "number"), name="favourite_colleague_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    person__isnull=False, company__isnull=True, colleague__isnull=True
                )
                | models.Q(person__isnull=True, company__isnull=False, colleague__isnull=True)
                | models.Q(person__isnull=True, company__isnull=True, colleague__isnull=False),
                name="favourite_is_one",
            ),
        )

    def __str__(self) -> str:
        return self.number
