"""For pages that show only what one may open, the menu and single rights; and what has changed meanwhile."""

from django import template

from webdial.site.domain import rights
from webdial.site.domain.changes import changes_of
from webdial.site.domain.meanwhile import newest_change
from webdial.site.models import ChangeSubject, User
from webdial.site.pages.maintenance.meanwhile import SEEN
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


@register.inclusion_tag("maintenance/seen.html", takes_context=True)
def seen(context: template.Context, subject: str, key: object) -> dict[str, object]:
    """A form's field for unless_changed_meanwhile: the newest change when the form was opened, or last told of."""
    if not key:
        return {}
    error, sent = context.get("error"), context["request"].POST.get(SEEN)
    is_open = sent is not None and not (error and error.is_meanwhile)
    return {"name": SEEN, "number": sent if is_open else newest_change(ChangeSubject(subject), key)}
