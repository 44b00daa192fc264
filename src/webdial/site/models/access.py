"""What lets programs and machines act for a user."""

from django.db import models

from webdial.site.models.users import User


class ApiToken(models.Model):
    """A user's token for the API. Only its SHA-256 is kept; the token is shown once.

    It is refused from `expires_at` on; null is never. `last_used_on` is a day of UTC. `browser` is the
    browser whose extension got it by pairing; empty for other programs.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    places_calls = models.BooleanField(default=True, db_default=True)
    reads_calls = models.BooleanField(default=True, db_default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    browser = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.name


class Computer(models.Model):
    """A user's own machine with a helper (webdial.desktop), paired by a code. Only the token's SHA-256 is kept.

    `can` is what the helper says that it can do there, `lines` are the telephone lines that it told of (JSON:
    id and name), `line` is the one that the user chose (webdial.site.domain.computer_lines). The times are told by servers: `connected_until` is
    a little ahead while the helper holds a connection to one of them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="computers")
    name = models.CharField(max_length=80)
    platform = models.CharField(max_length=80, blank=True, default="", db_default="")
    digest = models.CharField(max_length=64, unique=True)
    paired_at = models.DateTimeField()
    dials_without_asking = models.BooleanField(default=False, db_default=False)
    can = models.CharField(max_length=80, blank=True, default="", db_default="")
    lines = models.TextField(blank=True, default="", db_default="")
    line = models.CharField(max_length=20, blank=True, default="", db_default="")
    used_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    connected_until = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("-used_at", "-id")

    def __str__(self) -> str:
        return self.name


class ComputerAction(models.Model):
    """What a helper is to do for one call, for the seconds that it takes; then the row is gone.

    `sealed` is what it gets, `report` what it says became of it, both sealed. Who sets `claimed_at` does
    it, and nobody else ever.
    """

    id = models.UUIDField(primary_key=True)
    computer = models.ForeignKey(Computer, on_delete=models.CASCADE, related_name="+")
    call_id = models.UUIDField()
    sealed = models.TextField()
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    report = models.TextField(default="", db_default="")

    def __str__(self) -> str:
        return f"action {self.pk} of call {self.call_id}"
