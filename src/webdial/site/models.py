"""What is kept. Columns and constraints only: acts and readings stand in webdial.site.domain."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Branch(models.Model):
    """A branch of the business; `agency_id` is the AgencyID of the source system."""

    agency_id = models.CharField(max_length=40)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("name", "agency_id")
        constraints = (
            models.UniqueConstraint(
                Lower("agency_id"),
                name="branch_agency_id_unique",
                violation_error_message="Another branch has this AgencyID.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    CALLER = "caller", "Caller"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    """Finds a user by sign-in name, as Django's sign-in asks for."""


class User(AbstractBaseUser):
    """A member of staff who signs in and calls; `staff_id` is the StaffID of the source system."""

    login = models.CharField(max_length=80)
    staff_id = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    branch = models.ForeignKey(
        Branch, null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    extension = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CALLER)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["staff_id", "name"]  # noqa: RUF012 - Django's own type

    class Meta:
        ordering = ("name", "login")
        constraints = (
            models.UniqueConstraint(
                fields=("login",),
                name="user_login_unique",
                violation_error_message="Another user signs in with this name.",
            ),
            models.UniqueConstraint(
                Lower("staff_id"),
                name="user_staff_id_unique",
                violation_error_message="Another user has this StaffID.",
            ),
        )
        # Functions look users up by these, without regard to case.
        indexes = (
            models.Index(Lower("name"), name="user_name_folded"),
            models.Index(Lower("extension"), name="user_extension_folded"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


class Company(models.Model):
    name = models.CharField(max_length=160)

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
    """A labelled number of a person or of a user, as people write it; it is cleaned when dialled."""

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="phones"
    )
    label = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=80)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, user__isnull=True)
                | models.Q(person__isnull=True, user__isnull=False),
                name="phone_has_one_owner",
            ),
        )
        indexes = (models.Index(Lower("number"), name="phone_number_folded"),)

    def __str__(self) -> str:
        return self.number


class GeneralSetting(models.Model):
    """A value of a general setting: for all branches (`branch` is null) or for one."""

    name = models.CharField(max_length=120)
    branch = models.ForeignKey(
        Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="settings"
    )
    value = models.TextField(blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(Lower("name"), "branch", name="setting_unique_for_branch"),
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(branch__isnull=True),
                name="setting_unique_for_all",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A user's token for the API. Only its SHA-256 is kept; the token is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """One click's whole life. Written by the journal (webdial.site.journal) and by nothing else.

    What would change with time (the caller's extension, the request) is kept as it was. `run_id`
    names the run of the program that places the call.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="calls",
        db_constraint=False,
        db_index=False,
    )
    branch = models.ForeignKey(
        Branch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    extension = models.CharField(max_length=80)
    typed = models.CharField(max_length=200)
    dialled = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    request = models.TextField()
    setting_source = models.TextField()
    run_id = models.CharField(max_length=32)
    placed_at = models.DateTimeField()
    outcome = models.CharField(max_length=30)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user", "-id"), name="call_of_user"),
            models.Index(
                fields=("run_id",),
                condition=models.Q(outcome="placing"),
                name="call_being_placed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dialled} at {self.placed_at:%Y-%m-%d %H:%M}"


class Revision(models.Model):
    """One row: a number that moves with every change of what a dial reads."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class FunctionVersion(models.Model):
    """A saved source of the database function Generate Web Dial URL; the newest is in force."""

    source = models.TextField()
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"version {self.pk}"
