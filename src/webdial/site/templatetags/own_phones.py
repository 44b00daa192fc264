"""For forms that dial on pages that know nothing of the user's phone."""

from django import template

from webdial.site.pages.own_phone import own_phone

register = template.Library()


@register.simple_tag(takes_context=True)
def opens_page(context: template.Context) -> bool:
    """Whether dialling opens a web page, for which the form wants a tab of its own."""
    request = context["request"]
    if "exchange" not in getattr(request, "scope", {}).get("state", {}):
        return False
    phone = own_phone(request)
    return phone.is_link and phone.opens_page
