"""Rows for every page: the demo's made-up business, and one of everything that the demo has none of.

Runs inside an installation, since it writes to its database.
"""

import itertools
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import signing
from django.utils import timezone

from tests.pages.filled import Filled
from tests.pages.passkey import made_up_passkey
from webdial.cli.demo_data import fill_demo
from webdial.exchange import Outcome
from webdial.exchange.general_settings import MECHANISM
from webdial.phonesystems import Owner
from webdial.site.domain.acting import acting_as
from webdial.site.domain.branches import save_branch
from webdial.site.domain.computer_lines import TelephoneLine, lines_text
from webdial.site.domain.computers import make_code, pair
from webdial.site.domain.credentials import set_credential
from webdial.site.domain.favourites import OwnerKind, Starred, add_favourite
from webdial.site.domain.functions import save_function
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.password_links import password_link
from webdial.site.domain.phone_systems import SetupDetails, fill_in, save_setup
from webdial.site.domain.tokens import create_token
from webdial.site.domain.user_phones import save_phone
from webdial.site.domain.users import set_email
from webdial.site.models import (
    ApiToken,
    Branch,
    Call,
    Change,
    ChangeSubject,
    Company,
    Computer,
    FunctionVersion,
    Person,
    PhoneSystemSetup,
    User,
)
from webdial.site.pages import urls
from webdial.site.pages.maintenance import urls as maintenance_urls
from webdial.site.pages.maintenance.function_source import sample_source
from webdial.watcom import DELIVERED_FUNCTION

_APP_SECRET: Final = "JBSWY3DPEHPK3PXP" * 2
_PHONES: Final = "http://127.0.0.1:8001"
_MAIL: Final = "ada@webdial.example"
_NUMBERS: Final = ("020 7946 0123", "0113 496 0187", "07700 900223", "029 2018 0345")
_CHANNELS: Final = ("page", "api", "cli")
_LONG_NAME: Final = (
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and the Isle of Anglesey"
)
_USUAL: Final = (Outcome.SENT, Outcome.REJECTED, Outcome.TIMED_OUT)


def fill_everything(told_in: Path) -> None:
    """Fill an empty database, and write what `read_filled` reads to this file."""
    passwords = {login: password for login, password, _ in fill_demo(_PHONES)}
    ada, carl = (User.objects.get(login=login) for login in ("ada", "carl"))
    token = create_token(carl, name="CRM", expires_at=timezone.now() + timedelta(days=90))
    with acting_as(ada):
        rows = _rows(ada, carl) | _parts_of_addresses(ada)
        rows["pk"] = _add_passkey(ada)
        codes = _add_app(ada)
    calls = _add_calls(carl)
    rows["call_id"] = calls[Outcome.ACCEPTED.value]
    Filled(passwords, token, rows, calls, codes, _routes()).write(told_in)


def _routes() -> dict[str, str]:
    ours = {each.name: str(each.pattern) for each in urls.urlpatterns if hasattr(each, "name")}
    maintenance = {
        f"maintenance:{each.name}": f"maintenance/{each.pattern}"
        for each in maintenance_urls.urlpatterns
    }
    return ours | maintenance


def _rows(ada: User, carl: User) -> dict[str, str]:
    """Ids by the names that they have in addresses."""
    setup = save_setup(SetupDetails("Head office", catalogue_id="yeastar-p-series"))
    _use_setup(setup, carl)
    phone = save_phone(carl, label="Home office", extension="293", setup=setup)
    version = _versions(ada)
    person = Person.objects.get(name="Agatha Penrose")
    _star(carl, person)
    company = Company.objects.get(name="Quill Bookbinders")
    # A branch that nobody belongs to, whose page of removing has no other branch to choose.
    branch = save_branch(agency_id="BRS", name="Bristol")
    save_branch(agency_id="LLG", name=_LONG_NAME)
    changed = Change.objects.filter(subject=ChangeSubject.PERSON).latest("pk")
    ids = {
        "user_id": carl, "person_id": person, "company_id": company, "branch_id": branch,
        "setup_id": setup, "phone_id": phone, "version_id": version, "change_id": changed,
        "credential_id": set_credential("CRM", "made-up secret"), "token_id": ApiToken.objects.get(),
        "computer_id": _computer(carl),
    }  # fmt: skip
    return {name: str(row.pk) for name, row in ids.items()}


def _computer(carl: User) -> Computer:
    """Carl's laptop, where a helper was paired that told of two telephone lines."""
    computer = pair(make_code(carl), name="Carl’s laptop", platform="Windows", address="").computer
    lines = (TelephoneLine("000a0001", "Desk phone 7042"), TelephoneLine("000a0002", "Headset"))
    computer.lines = lines_text(lines)
    computer.save(update_fields=["lines"])
    return computer


def _use_setup(setup: PhoneSystemSetup, carl: User) -> None:
    """London dials through it; Bristol has a setting of its own as well."""
    site = {"host": "pbx.webdial.example", "client_id": "webdial", "client_secret": "made-up"}
    fill_in(setup, site, owners={Owner.SITE})
    save_setup(SetupDetails("Desk phones", catalogue_id="snom-command"))
    override_setting(MECHANISM.name, setup.name, branch=carl.branch)


def _versions(ada: User) -> FunctionVersion:
    """Two versions of the function, so that there is a difference to show; the older one."""
    older = save_function(f"{DELIVERED_FUNCTION}-- as delivered\n", author=ada, note="As delivered")
    save_function(sample_source(), author=ada, note="Leeds dials by POST")
    assert older is not None
    return older


def _star(carl: User, person: Person) -> None:
    for owner in (person, Person.objects.get(name="Jasper Lindgren")):
        number = owner.phones.all()[0].number
        add_favourite(carl, Starred(OwnerKind.PERSON, owner.pk, number))


def _parts_of_addresses(ada: User) -> dict[str, str]:
    """What stands in addresses and is no row: links that were sent, and words."""
    who, token = password_link(User.objects.get(login="bea"))
    set_email(ada, _MAIL)
    other = signing.dumps([ada.pk, _MAIL, "ada.byrne@webdial.example"], salt="webdial.mail_address")
    branches = {each: Branch.objects.get(agency_id=each).pk for each in ("LDS", "GLA")}
    return {"who": who, "link": token, "mail_token": other} | {
        name: str(row_id) for name, row_id in branches.items()
    }


def _add_app(ada: User) -> list[str]:
    """An authenticator app as second factor; the recovery codes that go with it."""
    TOTP.activate(ada, _APP_SECRET)
    codes: list[str] = RecoveryCodes.activate(ada).get_unused_codes()
    return codes


def _add_passkey(ada: User) -> str:
    passkey = Authenticator.objects.create(
        user=ada,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Laptop", "credential": made_up_passkey()},
    )
    return str(passkey.pk)


def _add_calls(carl: User) -> dict[str, str]:
    """A call of every outcome, and what three people dialled in a month: several pages of the log.

    An accepted one is the latest. The one that is being placed is found to be interrupted, sooner or
    later, since no program places it.
    """
    numbers = itertools.count()
    ordered = sorted(Outcome, key=lambda each: each is not Outcome.ACCEPTED)
    now = timezone.now()
    ids = {}
    for count, each in zip(numbers, ordered, strict=False):
        ids[each.value] = _add_call(carl, each, count, now - timedelta(minutes=7 * count), 420)
    dice = random.Random(7)
    users = [carl, *User.objects.filter(login__in=("dora", "huw")).order_by("login")]
    for days in range(1, 30):
        day = now - timedelta(days=days)
        for hours in range(1, 2 + dice.randrange(4, 9) // (1 if day.weekday() < 5 else 4)):
            user, outcome = dice.choices(users, (6, 2, 1))[0], dice.choices(_USUAL, (20, 1, 1))[0]
            took_ms = round(150 + dice.expovariate(1 / 300))
            _add_call(user, outcome, next(numbers), day - timedelta(hours=hours), took_ms)
    return ids


def _add_call(user: User, outcome: Outcome, count: int, placed_at: datetime, took_ms: int) -> str:
    call_id = UUID(int=(int(placed_at.timestamp() * 1000) << 80) | (7 << 76) | count)
    number = _NUMBERS[count % len(_NUMBERS)]
    branch: Branch | None = user.branch
    Call.objects.create(
        id=call_id, user=user, branch=branch, extension=user.extension, typed=number,
        dialled=number.replace(" ", ""), channel=_CHANNELS[count % len(_CHANNELS)], kind="http",
        request=f"GET {_PHONES}/ivr/PbxAPI.aspx?func=make_call&from=203&to={number.replace(' ', '')}",
        setting_source="set for all branches", run_id="another run", placed_at=placed_at,
        outcome=outcome.value, phone_system="Head office", **_end(outcome, placed_at, took_ms),
    )  # fmt: skip
    return str(call_id)


def _end(outcome: Outcome, placed_at: datetime, took_ms: int) -> dict[str, Any]:
    if not outcome.is_final:
        return {}
    status = 200 if outcome.is_success else 403 if outcome is Outcome.REJECTED else None
    return {
        "status": status,
        "answer": "<answer><errcode>0</errcode></answer>" if status else "",
        "finished_at": placed_at + timedelta(milliseconds=took_ms),
        "took_ms": took_ms,
    }
