"""What is kept of a user besides calls and machines, as personal data: told, and erased with one who is deactivated.

Secrets are told by name alone. A user's row stays, since calls, changes and versions of the function point to it.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from webdial.site.domain.changes import changes_of, erase_content
from webdial.site.domain.configuration import configuration_change
from webdial.site.domain.favourites import favourites_of
from webdial.site.domain.personal_changes import ChangesAbout
from webdial.site.domain.second_factors import end_sessions, forget_provider, remove_second_factors
from webdial.site.domain.user_phones import delete_phone
from webdial.site.domain.users import set_email
from webdial.site.models import (
    ChangeSubject,
    FunctionVersion,
    PhoneSystemSignIn,
    PhoneSystemValue,
    User,
)


def told_account(user: User) -> dict[str, Any]:
    return {
        "user": _told_user(user),
        "numbers": list(user.phones.values("label", "number")),
        "phones": list(user.own_phones.values("label", "extension")),
        "phone_system_values": _told_values(user),
        "favourites": [
            {"of": each.name, "label": each.phone.label, "number": each.phone.number}
            for each in favourites_of(user)
        ],
        "sign_in": _told_sign_in(user),
        "tokens": list(user.tokens.filter(browser="").values("name", "created_at")),
        "function_versions": list(
            FunctionVersion.objects.filter(author=user).values("id", "saved_at", "note")
        ),
        "history": list(
            changes_of(ChangeSubject.USER, user.pk)
            .order_by("id")
            .values("at", "action", "before", "after")
        ),
    }


def erase_account(user: User) -> None:
    """All but who they are, and what the history holds of them; for a user who is deactivated."""
    with configuration_change():
        about = ChangesAbout(user)
        set_email(user, "")
        user.phones.all().delete()
        user.favourites.all().delete()
        for phone in user.own_phones.all():
            delete_phone(phone)
        PhoneSystemValue.objects.filter(user=user).delete()
        PhoneSystemSignIn.objects.filter(user=user).delete()
        _erase_sign_in(user)
        FunctionVersion.objects.filter(author=user).update(author_name=user.name)
        erase_content(
            lambda change: change in about,
            (ChangeSubject.USER, ChangeSubject.USER_PHONE, ChangeSubject.FILLED_IN),
        )


def _erase_sign_in(user: User) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    forget_provider(user)
    remove_second_factors(user)


def _told_user(user: User) -> dict[str, Any]:
    return {
        "staff_id": user.staff_id,
        "login": user.login,
        "name": user.name,
        "mail": user.email,
        "branch": user.branch.name if user.branch else None,
        "extension": user.extension,
        "role": user.role,
        "may_ring_abroad": user.may_ring_abroad,
        "may_ring_premium": user.may_ring_premium,
        "may_ring_in_quiet_hours": user.may_ring_in_quiet_hours,
        "is_active": user.is_active,
        "last_sign_in": user.last_login,
    }


def _told_values(user: User) -> list[dict[str, Any]]:
    """What phone systems want of the user."""
    rows = PhoneSystemValue.objects.filter(Q(user=user) | Q(phone__user=user))
    return [
        {
            "phone_system": row.setup.name,
            "phone": row.phone.label if row.phone else None,
            "name": row.name,
            "value": None if row.is_sealed else row.value,
        }
        for row in rows.select_related("setup", "phone").order_by("setup__name", "id")
    ]


def _told_sign_in(user: User) -> dict[str, Any]:
    return {
        "second_factors": list(
            Authenticator.objects.filter(user_id=user.pk)
            .order_by("id")
            .values("type", "created_at", "last_used_at")
        ),
        "at_the_provider": list(
            SocialAccount.objects.filter(user_id=user.pk).values("uid", "date_joined", "last_login")
        ),
        "sessions": list(
            UserSession.objects.filter(user_id=user.pk)
            .order_by("id")
            .values("ip", "user_agent", "created_at", "last_seen_at")
        ),
    }
