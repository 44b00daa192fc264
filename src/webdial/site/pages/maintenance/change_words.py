"""Changes in words: fields by their labels, values as people read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from webdial.language import translatable, translate
from webdial.site.domain.changes import ChangedField
from webdial.site.domain.states import field_label
from webdial.site.models import CertificateRule, Role, StartsFrom
from webdial.site.pages.maintenance.function_changes import Difference, difference

_NOTHING: Final = "–"
_LONG: Final = 200
"""Characters from which two texts of several lines are shown line by line."""

_TRUTHS: Final = {True: translatable("Yes"), False: translatable("No")}


@dataclass(frozen=True, slots=True)
class ShownField:
    """A difference. `lines` are there for long texts, which are compared line by line."""

    label: str
    before: str
    after: str
    is_secret: bool = False
    lines: Difference | None = None


def shown_fields(fields: Iterator[ChangedField] | tuple[ChangedField, ...]) -> list[ShownField]:
    return [_shown(each) for each in fields]


def _shown(each: ChangedField) -> ShownField:
    label = translate(field_label(each.name))
    if each.is_secret:
        return ShownField(label, "", "", is_secret=True)
    before, after = (_words(each.name, value) for value in (each.before, each.after))
    texts = [value for value in (each.before, each.after) if isinstance(value, str)]
    lines = None
    if any("\n" in text and len(text) > _LONG for text in texts):
        lines = difference(str(each.before or ""), str(each.after or ""))
    return ShownField(label, before, after, lines=lines)


def _words(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return _NOTHING
    if isinstance(value, bool):
        return translate(_TRUTHS[value])
    if isinstance(value, list):
        return "\n".join(" ".join(part for part in map(str, each) if part) for each in value)
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if name == "certificate" and value in CertificateRule.values:
        return str(CertificateRule(value).label)
    if name == "starts_from" and value in StartsFrom.values:
        return str(StartsFrom(value).label)
    if name == "version":
        return translate("Version {value}", value=value) if value else translate("As delivered")
    return str(value)
