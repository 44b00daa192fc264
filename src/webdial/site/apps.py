"""The Django application."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "webdial.site"
    label = "webdial"
    default_auto_field = "django.db.models.BigAutoField"
