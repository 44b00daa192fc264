"""The form of a set-up: its fields by their kinds, as kept or as typed. Secrets are never in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from django.http import QueryDict

from webdial.phonesystems import Field, FieldKind, Owner, PhoneSystem
from webdial.site.domain.phone_systems import SITE, SetupDetails, filled_in, source_of
from webdial.site.models import CertificateRule, PhoneSystemSetup, StartsFrom
from webdial.site.pages.shown_errors import ShownError

VALUE: Final = "value-"
"""Before the name of a field of the phone system's own, so that it meets no other field of the form."""

CLEAR: Final = "clear-"

_SCHEMES: Final = ("https", "http")


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of the phone system's own. `value` is empty for a secret; `is_set` tells that one is kept."""

    field: Field
    value: str = ""
    is_set: bool = False
    error: ShownError | None = None

    @property
    def name(self) -> str:
        return f"{VALUE}{self.field.name}"

    @property
    def clear_name(self) -> str:
        return f"{CLEAR}{self.field.name}"

    @property
    def is_needed(self) -> bool:
        """Whether nothing goes without it."""
        return not (self.field.default or self.field.is_optional)

    @property
    def is_long(self) -> bool:
        """A private key has many lines, which a one-line field would run together."""
        return self.field.is_secret and "private key" in self.field.label.lower()

    @property
    def choices(self) -> tuple[str, ...]:
        """What there is to choose beside the default; none for a field to type in."""
        field = self.field
        known = _SCHEMES if field.kind is FieldKind.SCHEME else field.choices
        return tuple(each for each in known if each != field.default)

    @property
    def inputmode(self) -> str:
        return "numeric" if self.field.kind in {FieldKind.PORT, FieldKind.DIGITS} else ""

    @property
    def is_short(self) -> bool:
        return self.field.kind in {FieldKind.PORT, FieldKind.DIGITS}


@dataclass(frozen=True, slots=True)
class SetupForm:
    """What stands in the form of a set-up."""

    name: str = ""
    certificate: str = CertificateRule.VERIFY.value
    certificate_text: str = ""
    is_active: bool = True
    starts_from: str = StartsFrom.BY_FILE.value
    most_in_flight: str = ""
    values: tuple[ShownField, ...] = ()

    @classmethod
    def begun(cls, system: PhoneSystem, name: str) -> Self:
        return cls(name=name, values=tuple(ShownField(field) for field in _of_site(system)))

    @classmethod
    def of_setup(cls, setup: PhoneSystemSetup, system: PhoneSystem) -> Self:
        return cls(
            name=setup.name,
            certificate=setup.certificate,
            certificate_text=setup.certificate_text,
            is_active=setup.is_active,
            starts_from=setup.starts_from,
            most_in_flight=str(setup.most_in_flight or ""),
            values=tuple(
                ShownField(each.field, each.value, each.is_set)
                for each in filled_in(setup, system, {Owner.SITE}, SITE)
            ),
        )

    def typed(self, post: QueryDict) -> "SetupForm":
        """The form as it came back; a secret that was typed is not in it."""
        return SetupForm(
            name=post.get("name", ""),
            certificate=post.get("certificate", CertificateRule.VERIFY.value),
            certificate_text=post.get("certificate_text", ""),
            is_active="is_active" in post,
            starts_from=post.get("starts_from", StartsFrom.BY_FILE.value),
            most_in_flight=post.get("most_in_flight", ""),
            values=tuple(_typed_field(each, post) for each in self.values),
        )

    def told(self, error: ShownError | None) -> "SetupForm":
        """The form with an error of one of its values at that value."""
        if error is None:
            return self
        values = tuple(
            replace(each, error=error if error.field == each.name else None) for each in self.values
        )
        return replace(self, values=values)

    def details(self, *, catalogue_id: str = "", source: str = "") -> SetupDetails:
        return SetupDetails(
            name=self.name,
            catalogue_id=catalogue_id,
            source=source,
            certificate=self.certificate,
            certificate_text=self.certificate_text,
            is_active=self.is_active,
            starts_from=self.starts_from,
            most_in_flight=self.most_in_flight,
        )

    def details_of(self, setup: PhoneSystemSetup) -> SetupDetails:
        """As `details`, with the file that the set-up has."""
        if setup.catalogue_id:
            return self.details(catalogue_id=setup.catalogue_id)
        return self.details(source=source_of(setup))

    def given(self, post: QueryDict) -> Mapping[str, str]:
        """What was typed into the fields of the phone system's own, by their names in its file."""
        names = {each.field.name: each.name for each in self.values}
        return {name: post.get(key, "") for name, key in names.items() if key in post}

    def cleared(self, post: QueryDict) -> tuple[str, ...]:
        """The secrets that are to be kept no longer."""
        return tuple(each.field.name for each in self.values if each.clear_name in post)


def _of_site(system: PhoneSystem) -> list[Field]:
    return [field for field in system.values.values() if field.of is Owner.SITE]


def _typed_field(shown: ShownField, post: QueryDict) -> ShownField:
    value = "" if shown.field.is_secret else post.get(shown.name, "")
    return ShownField(shown.field, value, shown.is_set)
