"""What is kept. Columns and constraints only: acts and readings stand in webdial.site.domain."""

import json
from typing import Any

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


class CacheEntry(models.Model):
    """A value that all processes share for a while (webdial.site.shared_cache)."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key


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
