"""Who dials: users and their branches."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


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
                violation_error_message=_("Another branch has this AgencyID."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What each may read and change stands in webdial.site.domain.rights."""

    CALLER = "caller", _("Caller")
    BRANCH_MANAGER = "branch_manager", _("Branch manager")
    FUNCTION_AUTHOR = "function_author", _("Function author")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


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
    email = models.CharField(max_length=254, blank=True, default="", db_default="")
    extension = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CALLER)
    is_active = models.BooleanField(default=True)
    may_ring_abroad = models.BooleanField(default=False, db_default=False)
    may_ring_premium = models.BooleanField(default=False, db_default=False)
    may_ring_in_quiet_hours = models.BooleanField(default=False, db_default=False)

    objects = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["staff_id", "name"]  # noqa: RUF012 - Django's own type

    class Meta:
        ordering = ("name", "login")
        constraints = (
            models.UniqueConstraint(
                fields=("login",),
                name="user_login_unique",
                violation_error_message=_("Another user signs in with this name."),
            ),
            models.UniqueConstraint(
                Lower("staff_id"),
                name="user_staff_id_unique",
                violation_error_message=_("Another user has this StaffID."),
            ),
            models.UniqueConstraint(
                fields=("email",),
                condition=~models.Q(email=""),
                name="user_email_unique",
                violation_error_message=_("Another user has this mail address."),
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
