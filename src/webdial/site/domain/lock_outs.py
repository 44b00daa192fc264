"""Who is locked out after too many failed attempts, for how long, and letting them in again.

The counting is allauth's: times of failed attempts, by address and by what was typed, in the cache.
"""

import time

from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

from webdial.language import translatable, translate_count
from webdial.site.domain.changes import keep_act
from webdial.site.domain.sign_in_names import sign_in_name
from webdial.site.models import ChangeSubject, User

ACTION = "login_failed"
_APP = "allauth.account"


def key_of_name(typed: str) -> str:
    """Under what attempts with this sign-in name or mail address are counted."""
    return f"name:{sign_in_name(typed)}"


def key_of_second_factor(user: User) -> str:
    """As allauth.mfa counts codes that are wrong."""
    return f"mfa-auth-user-{user.pk}"


def seconds_left(
    key: str = "",
    request: HttpRequest | None = None,
    *,
    app: str = _APP,
    action: str = ACTION,
    config: dict[str, str] | None = None,
) -> float:
    """How long attempts are refused by `key`, and with a request also by its address or user; 0 for not.

    `config` holds the rates of an action that allauth does not know.
    """
    now = time.time()
    waits = [0.0]
    for rate in get_rates(app=app, action=action, config=config):
        if rate.per != "key" and request is None:
            continue
        place = get_cache_key(request, app=app, action=action, rate=rate, key=key)
        times = [at for at in cache.get(place, []) if at > now - rate.duration]
        if len(times) >= rate.amount:
            waits.append(times[rate.amount - 1] + rate.duration - now)
    return max(waits)


def is_locked_out(user: User) -> bool:
    return any(seconds_left(key) for key in _keys(user))


def lift_lock_out(user: User) -> None:
    """Let a user try again at once, by whichever name. Addresses stay as they are."""
    for rate in get_rates(app=_APP, action=ACTION):
        if rate.per == "key":
            for key in _keys(user):
                cache.delete(get_cache_key(None, app=_APP, action=ACTION, rate=rate, key=key))
    keep_act(ChangeSubject.USER, user.pk, user.name, translatable("lock-out lifted"))


def wait_in_words(seconds: float) -> str:
    """`in 40 seconds`, `in 5 minutes`: rounded up, so that it is true."""
    if seconds <= 60:
        count = max(1, int(seconds) + (seconds % 1 > 0))
        return translate_count("in {count} second", "in {count} seconds", count)
    minutes = int(seconds // 60) + (seconds % 60 > 0)
    return translate_count("in {count} minute", "in {count} minutes", minutes)


def _keys(user: User) -> list[str]:
    keys = [key_of_name(user.login), key_of_second_factor(user)]
    return [*keys, key_of_name(user.email)] if user.email else keys
