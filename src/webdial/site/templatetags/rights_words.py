"""For pages that show only what one may open: the menu, and single rights."""

from django import template

from webdial.site.domain import rights
from webdial.site.domain.changes import changes_of
from webdial.site.models import User
from webdial.site.pages.maintenance.menu import MenuEntry, menu_of

register = template.Library()

RECENT_CHANGES = 5


@register.simple_tag(takes_context=True)
def maintenance_menu(context: template.Context) -> list[MenuEntry]:
    """What the user may open; nothing on a page that knows no user, such as that of the API."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return []
    return list(menu_of(user, request.path))


@register.filter
def may_read(user: User, subject: str) -> bool:
    """`{% if user|may_read:"USERS" %}`: whether they may read any of it."""
    return rights.may(user, rights.Subject[subject])


@register.filter
def may_change(user: User, subject: str) -> bool:
    return rights.may(user, rights.Subject[subject], rights.Act.CHANGE)


@register.inclusion_tag("maintenance/history.html", takes_context=True)
def history(context: template.Context, subject: str, key: object) -> dict[str, object]:
    """The latest changes of one thing, for whoever may read Changes."""
    user = context["request"].user
    if not key or not rights.may(user, rights.Subject.CHANGES):
        return {}
    rows = list(changes_of(subject, key)[: RECENT_CHANGES + 1])
    return {
        "changes": rows[:RECENT_CHANGES],
        "has_more": len(rows) > RECENT_CHANGES,
        "subject": subject,
        "key": key,
    }
