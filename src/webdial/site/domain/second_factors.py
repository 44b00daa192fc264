"""Second factors and provider sign-ins of a user: which there are, and taking them away."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from webdial.language import translatable
from webdial.site.account_settings import SecondFactorRule
from webdial.site.domain.changes import keep_act
from webdial.site.domain.oneself import check_own_second_factor
from webdial.site.domain.rights import decides_where_requests_go
from webdial.site.models import ChangeSubject, User


@dataclass(frozen=True, slots=True)
class SecondFactors:
    has_app: bool
    passkeys: int
    codes_left: int

    @property
    def is_any(self) -> bool:
        return self.has_app or self.passkeys > 0


def second_factors(user: User) -> SecondFactors:
    rows = list(Authenticator.objects.filter(user_id=user.pk))
    types = [row.type for row in rows]
    codes = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    return SecondFactors(
        has_app=Authenticator.Type.TOTP in types,
        passkeys=types.count(Authenticator.Type.WEBAUTHN),
        codes_left=sum(len(row.wrap().get_unused_codes()) for row in codes),
    )


def must_have_second_factor(user: User) -> bool:
    """Whether WEBDIAL_SECOND_FACTOR wants one of this user."""
    match settings.SECOND_FACTOR_RULE:
        case SecondFactorRule.EVERYBODY:
            return True
        case SecondFactorRule.ADMINISTRATORS:
            return decides_where_requests_go(user)
    return False


def has_second_factor(user: User) -> bool:
    """Whether there is one that a sign-in asks for; recovery codes alone are none."""
    rows = Authenticator.objects.filter(user_id=user.pk)
    return bool(rows.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def remove_second_factors(user: User) -> int:
    """Take away app, passkeys and recovery codes; how many there were.

    Raises NotAllowedError for one's own.
    """
    check_own_second_factor(user)
    with transaction.atomic():
        removed, _ = Authenticator.objects.filter(user_id=user.pk).delete()
        if removed:
            _keep_act(user, translatable("second factor removed"))
    return int(removed)


def uses_provider(user: User) -> bool:
    return bool(SocialAccount.objects.filter(user_id=user.pk).exists())


def forget_provider(user: User) -> int:
    """The next sign-in at the provider finds its user anew."""
    with transaction.atomic():
        removed, _ = SocialAccount.objects.filter(user_id=user.pk).delete()
        if removed:
            _keep_act(user, translatable("provider’s sign-in forgotten"))
    return int(removed)


def end_sessions(user: User) -> int:
    """End every session of the user that is known; how many."""
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for session in sessions:
        session.end()
    if sessions:
        _keep_act(user, translatable("sessions ended"))
    return len(sessions)


def _keep_act(user: User, action: str) -> None:
    keep_act(ChangeSubject.USER, user.pk, user.name, action)


def session_count(user: User) -> int:
    """Sessions of the user that are under way."""
    return len(UserSession.objects.purge_and_list(user))
