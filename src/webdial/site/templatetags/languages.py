"""For texts that are kept in English and shown in the reader's language."""

from django import template

from webdial.language import retold

register = template.Library()


@register.filter
def told(text: object) -> object:
    """`{{ step.why|told }}`; what is no text stays as it is."""
    return retold(text) if isinstance(text, str) else text
