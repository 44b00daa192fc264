"""What users do to their own second factors, kept in the history of changes.

allauth makes and removes them, in its own pages; so the rows are watched. What an administrator takes away is
told by webdial.site.domain.second_factors.
"""

from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save

from webdial.language import translatable
from webdial.site.domain.acting import actor
from webdial.site.domain.changes import keep_act
from webdial.site.models import ChangeSubject

_MADE: Final[dict[str, str]] = {
    Authenticator.Type.TOTP: translatable("app for codes set up"),
    Authenticator.Type.WEBAUTHN: translatable("passkey added"),
    Authenticator.Type.RECOVERY_CODES: translatable("recovery codes made"),
}
_REMOVED: Final[dict[str, str]] = {
    Authenticator.Type.TOTP: translatable("app for codes removed"),
    Authenticator.Type.WEBAUTHN: translatable("passkey removed"),
    # Recovery codes go with the last factor, or when others are made: one line tells of both.
}


def watch_second_factors() -> None:
    """To be called once, when Django is ready."""
    post_save.connect(_on_save, sender=Authenticator, dispatch_uid="webdial_factor_made")
    post_delete.connect(_on_delete, sender=Authenticator, dispatch_uid="webdial_factor_removed")


def _on_save(instance: Authenticator, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        _keep(instance, _MADE)


def _on_delete(instance: Authenticator, **_: Any) -> None:
    _keep(instance, _REMOVED)


def _keep(factor: Authenticator, words: dict[str, str]) -> None:
    if factor.user_id == actor().user_id and factor.type in words:
        keep_act(ChangeSubject.USER, factor.user_id, factor.user.name, words[factor.type])
