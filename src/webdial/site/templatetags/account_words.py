"""For pages whose forms are allauth's."""

from django import template

from webdial.site.pages.shown_errors import ShownError

register = template.Library()


@register.filter
def shown_error(message: object) -> ShownError | None:
    """A form's message as the field's template takes it; None for an empty one."""
    return ShownError(str(message)) if message else None
