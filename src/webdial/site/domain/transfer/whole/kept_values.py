"""What is filled in for phone systems, read for a whole configuration: values as they are, secrets opened
only where they are wanted."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from webdial.site.domain.credentials import seal
from webdial.site.domain.sealed_places import place_of_value
from webdial.site.models import PhoneSystemValue

Whose = tuple[int, int | None, int | None]
"""Set-up, user and further phone."""


@dataclass(slots=True)
class KeptValues:
    values: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict, repr=False)
    whose: Whose = (0, None, None)

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Names and secrets in clear. Raises CredentialUnreadableError."""
        for name, sealed in self.sealed.items():
            yield name, seal().open(sealed, place=place_of_value(*self.whose, name))


def kept_values() -> dict[Whose, KeptValues]:
    found: dict[Whose, KeptValues] = defaultdict(KeptValues)
    for row in PhoneSystemValue.objects.order_by("name", "id"):
        whose = (row.setup_id, row.user_id, row.phone_id)
        kept = found[whose]
        kept.whose = whose
        (kept.sealed if row.is_sealed else kept.values)[row.name] = row.value
    return dict(found)
