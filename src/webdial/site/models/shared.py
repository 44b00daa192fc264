"""What the processes of one site share."""

from django.db import models


class CacheEntry(models.Model):
    """A value that all processes share for a while (webdial.site.shared_cache)."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key


class Revision(models.Model):
    """One row: a number that moves with every change of what a dial reads."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
