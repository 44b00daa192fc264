"""The call log, and what decides whether a call may begin."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from webdial.site.models.users import Branch, User


class Call(models.Model):
    """One click's whole life. Written by the journal (webdial.site.journal) and by nothing else.

    What would change with time (the caller's extension, the request) is kept as it was; so is the id of
    a branch that is deleted later. `run_id` names the run of the program that places the call.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="calls",
        db_constraint=False,
        db_index=False,
    )
    branch = models.ForeignKey(
        Branch,
        null=True,
        on_delete=models.DO_NOTHING,
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
    phone_system = models.CharField(max_length=80, default="", db_default="")
    message = models.TextField(default="", db_default="")
    remote_id = models.TextField(default="", db_default="")
    next_step = models.TextField(default="", db_default="")
    finished_at = models.DateTimeField(null=True)
    phone = models.CharField(max_length=40, default="", db_default="")
    number_story = models.TextField(default="", db_default="")
    on_disk_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)
    # For the chain (webdial.site.audit): 32 hex digits each; once erased, 128 instead of them.
    begun_salt = models.CharField(max_length=32, default="", db_default="")
    ended_salt = models.CharField(max_length=32, default="", db_default="")
    commitments = models.CharField(max_length=128, default="", db_default="")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user", "id"), name="call_of_user_by_time"),
            models.Index(
                fields=("run_id",),
                condition=models.Q(outcome="placing"),
                name="call_being_placed",
            ),
            # All that the list is filtered by: whatever is looked for, this index alone is read, a
            # quarter of the table (docs/reference/performance-pages.md). It is read backwards; an
            # index in the order of the list would grow at its beginning, and be twice as big.
            models.Index(
                fields=(
                    "id",
                    "outcome",
                    "dialled",
                    "phone_system",
                    "channel",
                    "branch",
                    "took_ms",
                ),
                name="call_by_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dialled} at {self.placed_at:%Y-%m-%d %H:%M}"


class CallClaim(models.Model):
    """A key that one call holds until `until` (webdial.exchange.terms). Written by the journal."""

    key = models.CharField(max_length=200, primary_key=True)
    call_id = models.UUIDField()
    claimed_at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class CallTally(models.Model):
    """How many calls were counted in one window (webdial.exchange.terms). Written by the journal.

    `key` is that of webdial.site.journal.terms.tally_key; `allowed` the limit that was last asked for.
    """

    key = models.CharField(max_length=240, primary_key=True)
    ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count} of {self.allowed}"


class CallLogNote(models.Model):
    """What was done to the call log itself: calls removed by age, personal data erased or exported.

    Kept for good, so that a gap in the log explains itself. `subject` names nobody who was erased.
    """

    class Act(models.TextChoices):
        REMOVED = "removed", _("Removed by age")
        ERASED = "erased", _("Personal data erased")
        EXPORTED = "exported", _("Personal data exported")

    act = models.CharField(max_length=10, choices=Act.choices)
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    subject = models.CharField(max_length=160, default="")
    count = models.PositiveBigIntegerField()
    first_call = models.UUIDField(null=True)
    last_call = models.UUIDField(null=True)
    placed_before = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.count}"
