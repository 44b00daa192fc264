"""Who changed what, and the chains that prove it and the call log."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from webdial.site.models.users import User


class ChangeSubject(models.TextChoices):
    """What was changed, in the words of the menu."""

    SETTING = "setting", _("General setting")
    USER = "user", _("User")
    USER_PHONE = "user_phone", _("Phone of a user")
    BRANCH = "branch", _("Branch")
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")
    PHONE_SYSTEM = "phone_system", _("Phone system")
    FILLED_IN = "filled_in", _("Filled in for a user")
    CREDENTIAL = "credential", _("Credential")
    FUNCTION = "function", _("Database function")
    TOKEN = "token", _("Token")
    COMPUTER = "computer", _("Computer")


class Change(models.Model):
    """One change of what is kept: who, when, before and after. Rows are added and never changed.

    `before` is null for what was added, `after` for what was removed. Secrets are told by name
    alone, in `secrets`. Names stand here as they were; `user` has no constraint, so that nothing that
    is deleted elsewhere changes a row. Erasing somebody's personal data empties the content of rows
    and sets `erased_at` (webdial.site.domain.changes).
    """

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    user_name = models.CharField(max_length=120)
    subject = models.CharField(max_length=20, choices=ChangeSubject.choices)
    key = models.CharField(max_length=200)
    label = models.CharField(max_length=300)
    action = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    secrets = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True, default="")
    erased_at = models.DateTimeField(null=True)
    # For the chain (webdial.site.audit): 32 hex digits; once erased, 64 instead of them.
    salt = models.CharField(max_length=32, default="", db_default="")
    commitment = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("subject", "key", "-id"), name="change_of_subject"),)

    def __str__(self) -> str:
        return f"{self.label}: {self.action}"


class AuditRecord(models.Model):
    """An entry of the record, the one chain of acts (webdial.site.audit.record). Only ever added."""

    class Kind(models.TextChoices):
        BEGUN = "begun", "What there was when the record began"
        CHAIN = "chain", "A journal began a chain"
        TIED = "tied", "Where the journals’ chains stand"
        INTERRUPTED = "interrupted", "Calls marked as interrupted"
        CHANGES = "changes", "Changes of what is kept"
        NOTE = "note", "A note about the call log"
        ERASED = "erased", "Calls whose personal data was erased"
        REMOVED = "removed", "Calls removed by age"
        CHANGES_ERASED = "changes_erased", "Changes whose personal data was erased"

    position = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    content = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}: {self.get_kind_display()}"

    def read(self) -> Any:
        """The content, which is JSON."""
        return json.loads(self.content)


class JournalLink(models.Model):
    """One link of a journal's chain (webdial.site.audit.journal_chains). Written by the journal."""

    pk = models.CompositePrimaryKey("chain", "position")
    chain = models.CharField(max_length=32)
    position = models.PositiveBigIntegerField()
    entries = models.BinaryField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.chain}/{self.position}"
