"""For texts that are kept in English and shown in the reader's language."""

from django import template

from webdial.language import decimal, measured, retold

register = template.Library()


@register.filter
def told(text: object) -> object:
    """`{{ step.why|told }}`; what is no text stays as it is."""
    return retold(text) if isinstance(text, str) else text


@register.filter(name="decimal")
def as_decimal(number: float, places: int | None = None) -> str:
    """`{{ calls|decimal }}` 12,345 and `{{ percent|decimal:1 }}` 2.5, as the language writes them."""
    return decimal(number, places)


@register.filter
def milliseconds(count: int) -> str:
    """`{{ median_ms|milliseconds }}`: 87 ms, 1.25 s."""
    return measured(count / 1000)
