"""How calls are placed: settings, and the versions of functions."""

from django.db import models
from django.db.models.functions import Lower

from webdial.site.models.users import Branch, User


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
