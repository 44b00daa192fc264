"""Who is there: the demo's people, an auditor and a function author, each signed in and with a token.

Runs inside an installation, since it writes to its database.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from tests.pages.filling import fill_everything
from tests.promises.person import PASSWORD, Person
from webdial.exchange.general_settings import MECHANISM, NUMBER_COUNTRY
from webdial.site.domain.branches import save_branch
from webdial.site.domain.browsers import pair_browser
from webdial.site.domain.computers import make_code, pair
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.tokens import create_token
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Branch, Call, GeneralSetting, Role, User


def prepare(filled_in: Path, told_in: Path, dial_string: str) -> None:
    """Everything that pages can show, and everybody dials by this dial string."""
    fill_everything(filled_in)
    GeneralSetting.objects.filter(name=MECHANISM.name).delete()
    override_setting(MECHANISM.name, dial_string)
    Call.objects.filter(
        outcome="placing"
    ).delete()  # which is found to be interrupted, sooner or later
    override_setting(NUMBER_COUNTRY.name, "GB")
    for name in ("Calls per Minute for a User", "Calls per Day for a User", "Same Call Within"):
        override_setting(name, "")
    leeds = Branch.objects.get(agency_id="LDS")
    for login, name, role in (
        ("fred", "Fred Author", Role.FUNCTION_AUTHOR),
        ("olga", "Olga Auditor", Role.AUDITOR),
    ):
        save_user(UserDetails(login, login.upper(), name, leeds, "390", role), password=PASSWORD)
    told = {
        login: asdict(_signed_in(login)) for login in ("ada", "bea", "carl", "dora", "fred", "olga")
    }
    computer = pair(make_code(User.objects.get(login="carl")), name="Desk", platform="", address="")
    browser = pair_browser(make_code(User.objects.get(login="dora")), browser="Laptop", address="")
    content = {"people": told, "computer": computer.token, "extension": browser.token}
    told_in.write_text(json.dumps(content), encoding="utf-8")


def hire(told_in: Path, login: str, settings: Mapping[str, str], beside: str) -> None:
    """One caller more, in the branch of `beside` or one of their own, for which these settings hold."""
    branch = (
        Branch.objects.get(users__login=beside)
        if beside
        else save_branch(agency_id=f"H{Branch.objects.count()}", name=login.title())
    )
    for name, value in settings.items():
        override_setting(name, value, branch=branch)
    save_user(UserDetails(login, login.upper(), login.title(), branch, "399", Role.CALLER))
    told_in.write_text(json.dumps(asdict(_signed_in(login))), encoding="utf-8")


def _signed_in(login: str) -> Person:
    user = User.objects.get(login=login)
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.create()
    return Person(user.pk, str(store.session_key), create_token(user, name="attacked"))
