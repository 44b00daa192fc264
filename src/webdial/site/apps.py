"""The Django application."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from webdial.site.databases import plan_for_pages
from webdial.site.domain.folded_names import teach_folding


class SiteConfig(AppConfig):
    name = "webdial.site"
    label = "webdial"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webdial.site.domain.second_factor_changes import (  # noqa: PLC0415 - needs the models
            watch_second_factors,
        )

        watch_second_factors()
        connection_created.connect(plan_for_pages, dispatch_uid="plan_for_pages")
        connection_created.connect(teach_folding, dispatch_uid="teach_folding")
