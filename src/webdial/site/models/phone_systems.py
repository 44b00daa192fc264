"""Phone systems that are set up, what is filled in for them, and users' phones."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from webdial.site.models.users import User


class CertificateRule(models.TextChoices):
    """As webdial.exchange.systems.CertificateMode has them."""

    VERIFY = "verify", _("Verify against the authorities that this machine trusts")
    PINNED = "pinned", _("Take this one certificate")
    OWN_CA = "own_ca", _("Verify against an authority of one's own")


class StartsFrom(models.TextChoices):
    """Where the requests of a phone system leave from."""

    BY_FILE = "", _("As the file says")
    SERVER = "server", _("From this server")
    COMPUTER = "computer", _("From the user’s own computer")


class PhoneSystemSetup(models.Model):
    """A phone system with a name of the administrator's: from the catalogue, or from a file of one's own."""

    name = models.CharField(max_length=80)
    catalogue_id = models.CharField(max_length=80, blank=True)
    source = models.TextField(blank=True)
    certificate = models.CharField(
        max_length=10, choices=CertificateRule.choices, default=CertificateRule.VERIFY
    )
    certificate_text = models.TextField(blank=True)
    starts_from = models.CharField(
        max_length=10, choices=StartsFrom.choices, blank=True, default="", db_default=""
    )
    most_in_flight = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="setup_name_unique",
                violation_error_message=_("Another phone system has this name."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class PhoneSystemPause(models.Model):
    """An address of a phone system that does not answer: calls to it are held back on every node.

    `setup` is null for the address of a dial string. Kept by webdial.site.domain.pauses; a row is gone
    once the phone system answers again. The columns are those of webdial.exchange.breaker.Held.
    """

    key = models.CharField(max_length=320, primary_key=True)
    setup = models.ForeignKey(
        PhoneSystemSetup, null=True, on_delete=models.CASCADE, related_name="pauses"
    )
    place = models.CharField(max_length=300)
    since = models.DateTimeField()
    retry_at = models.DateTimeField()
    pause_s = models.FloatField()
    failures = models.PositiveIntegerField()
    reason = models.CharField(max_length=30)
    is_trying = models.BooleanField(default=False)

    class Meta:
        ordering = ("since", "key")

    def __str__(self) -> str:
        return self.place


class UserPhone(models.Model):
    """A further phone of a user's, to be chosen when dialling; the first one is the user's extension.

    Without `setup` it rings through whatever is set for the user's branch.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="own_phones")
    label = models.CharField(max_length=40)
    extension = models.CharField(max_length=80, blank=True)
    setup = models.ForeignKey(
        PhoneSystemSetup, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                "user",
                Lower("label"),
                name="user_phone_label_unique",
                violation_error_message=_("Another of these phones has this name."),
            ),
        )

    def __str__(self) -> str:
        return self.label


class PhoneSystemValue(models.Model):
    """What is filled in for a phone system: for the site, for a user, or for one phone of a user.

    `user` is set and `phone` is null for what belongs to a user or to their first phone. A secret
    is kept sealed (webdial.sealing).
    """

    setup = models.ForeignKey(PhoneSystemSetup, on_delete=models.CASCADE, related_name="values")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    phone = models.ForeignKey(
        UserPhone, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=80)
    value = models.TextField()
    is_sealed = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("setup", "name"),
                condition=models.Q(user__isnull=True, phone__isnull=True),
                name="system_value_of_site_unique",
            ),
            models.UniqueConstraint(
                fields=("setup", "user", "name"),
                condition=models.Q(user__isnull=False, phone__isnull=True),
                name="system_value_of_user_unique",
            ),
            models.UniqueConstraint(
                fields=("setup", "phone", "name"),
                condition=models.Q(phone__isnull=False),
                name="system_value_of_phone_unique",
            ),
        )

    def __str__(self) -> str:
        return self.name


class PhoneSystemSignIn(models.Model):
    """What a user's sign-in at a phone system in the browser gave, sealed."""

    setup = models.ForeignKey(PhoneSystemSetup, on_delete=models.CASCADE, related_name="sign_ins")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed = models.TextField()
    signed_in_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("setup", "user"), name="sign_in_unique"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.setup_id}"


class Credential(models.Model):
    """A secret by its name, for dial strings: `{secret NAME}`. Kept sealed."""

    name = models.CharField(max_length=80)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="credential_name_unique",
                violation_error_message=_("Another credential has this name."),
            ),
        )

    def __str__(self) -> str:
        return self.name
