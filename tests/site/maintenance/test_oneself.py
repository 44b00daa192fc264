"""What administrators cannot do to themselves, by whichever page; another one can, and the command line."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from tests.site.maintenance.test_transfer import shown
from tests.site.maintenance.test_user_list import BULK, chosen, seen_in
from tests.site.maintenance.test_users import LIST, PASSWORD, fields_of
from tests.site.maintenance.visitor import Visitor, flash_of, text_of, values_of
from webdial.errors import InvalidValueError
from webdial.site.domain.acting import COMMAND_LINE, acting_as
from webdial.site.domain.put_back import put_back
from webdial.site.domain.second_factors import remove_second_factors
from webdial.site.domain.users import UserDetails, save_user, set_email
from webdial.site.models import Change, Role, User

DEACTIVATED = "You cannot deactivate yourself."
DEMOTED = "You cannot take the role of administrator from yourself."


@pytest.fixture
def ivy(ada: User) -> User:
    """Administers as well, so that Ada is not the last."""
    return save_user(
        UserDetails("ivy", "IW", "Ivy Ward", role=Role.ADMINISTRATOR), password=PASSWORD
    )


def stays(user: User) -> bool:
    user.refresh_from_db()
    return user.is_active and user.role == Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"role": Role.CALLER.value}, "role", DEMOTED),
        ({"role": Role.AUDITOR.value}, "role", DEMOTED),
        ({"is_active": None}, "is_active", DEACTIVATED),
    ],
)
def test_own_place_is_kept_on_ones_page(
    admin: Visitor, ada: User, ivy: User, changed: dict[str, object], field: str, told: str
) -> None:
    response = admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, **changed))
    assert response.status_code == 422
    assert told in text_of(response)
    assert f'id="{field}-error"' in response.content.decode()
    assert stays(ada)
    assert admin.is_signed_in


def test_own_place_is_kept_when_many_are_changed(
    admin: Visitor, ada: User, ivy: User, carl: User
) -> None:
    edit = {"state": "inactive"} | chosen(carl, ada)
    seen = seen_in(admin.post(BULK, act="preview", **edit).content.decode())
    response = admin.post(BULK, act="save", seen=seen, **edit)
    assert (response.status_code, DEACTIVATED in text_of(response)) == (422, True)
    carl.refresh_from_db()
    assert stays(ada)
    assert carl.is_active


@pytest.mark.parametrize(
    ("row", "told"), [("AB,caller,", DEMOTED), ("AB,,no", DEACTIVATED), ("AB,caller,no", DEACTIVATED)]
)  # fmt: skip
def test_own_place_is_kept_by_a_file(
    admin: Visitor, ada: User, ivy: User, row: str, told: str
) -> None:
    page = text_of(shown(admin, "users", f"StaffID,Role,Active\n{row}\n".encode()))
    assert told in page
    assert stays(ada)


def test_own_place_is_kept_when_a_change_is_put_back(ada: User, ivy: User) -> None:
    """Ivy made Ada an administrator, which Ada cannot undo."""
    save_user(UserDetails("ada", "AB", "Ada Byrne", ada.branch), user=ada)
    with acting_as(ivy):
        details = UserDetails("ada", "AB", "Ada Byrne", ada.branch, role=Role.ADMINISTRATOR)
        save_user(details, user=ada)
    change = Change.objects.latest("pk")
    with acting_as(ada), pytest.raises(InvalidValueError, match="administrator from yourself"):
        put_back(change)
    assert stays(ada)
    with acting_as(ivy):
        put_back(change)
    assert not stays(ada)


def test_another_administrator_can(
    admin: Visitor, state: dict[str, object], ada: User, ivy: User
) -> None:
    response = Visitor(state, ivy).post(f"{LIST}/{ada.pk}", **fields_of(ada, role="caller"))
    assert response.status_code == 302
    assert admin.get(LIST).status_code == 403


def test_rest_of_oneself_is_changed(admin: Visitor, ada: User) -> None:
    admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, extension="209"))
    ada.refresh_from_db()
    assert ada.extension == "209"


def test_own_password_is_changed_under_my_account(admin: Visitor, ada: User) -> None:
    """Whoever finds Ada's browser open has not got it."""
    page = admin.get(f"{LIST}/{ada.pk}")
    assert values_of(page, "password") == []
    assert 'href="/account/password"' in page.content.decode()
    refused = admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, password=PASSWORD))
    assert refused.status_code == 422
    assert "Your own password is changed under My account." in text_of(refused)
    ada.refresh_from_db()
    assert ada.check_password("quiet-harbour-17")


def test_first_password_of_ones_own_is_set_and_the_session_goes_on(
    admin: Visitor, ada: User, state: dict[str, object]
) -> None:
    """Who came by the company's provider has none that could be asked for."""
    ada.set_unusable_password()
    ada.save()
    visitor = Visitor(state, ada)
    assert values_of(visitor.get(f"{LIST}/{ada.pk}"), "password") == [""]
    said = flash_of(visitor.post(f"{LIST}/{ada.pk}", **fields_of(ada, password=PASSWORD)), visitor)
    assert said.endswith("Changed: password.")
    assert visitor.is_signed_in
    assert not admin.is_signed_in


MAIL_REFUSED = "Your own mail address is changed under My account."


def email_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


def test_own_mail_address_is_changed_under_my_account(admin: Visitor, ada: User) -> None:
    """By a new one, whoever finds Ada's browser open would have a link for a password sent."""
    refused = admin.post(f"{LIST}/{ada.pk}", **fields_of(ada, email="eve@example.com"))
    assert (refused.status_code, email_of(ada)) == (422, "")
    assert MAIL_REFUSED in text_of(refused)
    assert " readonly" in admin.get(f"{LIST}/{ada.pk}").content.decode()
    file = b"StaffID,Mail address\nAB,eve@example.com\n"
    assert MAIL_REFUSED in text_of(shown(admin, "users", file))


def test_own_mail_address_is_not_put_back(ada: User, ivy: User) -> None:
    with acting_as(ivy):
        set_email(ada, "old@example.com")
        set_email(ada, "new@example.com")
    change = Change.objects.latest("pk")
    with acting_as(ada), pytest.raises(InvalidValueError, match="under My account"):
        put_back(change)
    with acting_as(ivy):
        put_back(change)
    assert email_of(ada) == "old@example.com"


def test_administrator_changes_the_own_address_where_no_mail_is_sent(
    admin: Visitor, ada: User, carl: User, state: dict[str, object]
) -> None:
    """Nobody else may be there who could; and whoever has no password gives none."""
    wrong = admin.post("/account/mail", email="ada@example.com", current="wrong")
    assert (wrong.status_code, email_of(ada)) == (422, "")
    admin.post("/account/mail", email="ada@example.com", current="quiet-harbour-17")
    assert email_of(ada) == "ada@example.com"
    carl.set_password("quiet-harbour-17")
    carl.save()
    form = {"email": "carl@example.com", "current": "quiet-harbour-17"}
    Visitor(state, carl).post("/account/mail", **form)
    assert email_of(carl) == ""
    ada.set_unusable_password()
    ada.save()
    Visitor(state, ada).post(f"{LIST}/{ada.pk}", **fields_of(ada, email="byrne@example.com"))
    assert email_of(ada) == "byrne@example.com"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("link", "Your own password is changed under My account."),
        ("remove-second-factor", "Your own second factor is removed under My account."),
    ],
)
def test_own_sign_in_is_changed_under_my_account(
    admin: Visitor, ada: User, act: str, told: str
) -> None:
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP" * 2)
    RecoveryCodes.activate(ada)
    page = f"{LIST}/{ada.pk}/sign-in"
    assert f'value="{act}"' not in admin.get(page).content.decode()
    assert told in flash_of(admin.post(page, act=act), admin)
    assert Authenticator.objects.filter(user=ada).count() == 2
    assert not Change.objects.filter(action="link for a password made").exists()


@pytest.mark.parametrize("act", ["link", "remove-second-factor"])
def test_sign_in_of_others_is_changed(
    state: dict[str, object], ada: User, ivy: User, act: str
) -> None:
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP" * 2)
    ivys, page = Visitor(state, ivy), f"{LIST}/{ada.pk}/sign-in"
    assert f'value="{act}"' in ivys.get(page).content.decode()
    assert ivys.post(page, act=act).status_code in {200, 302}
    assert Change.objects.latest("pk").user == ivy


def test_command_line_does_everything_to_everybody(ada: User, ivy: User) -> None:
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP" * 2)
    with acting_as(COMMAND_LINE):
        assert remove_second_factors(ada) == 1
        save_user(UserDetails("ada", "AB", "Ada Byrne", is_active=False), user=ada)
    assert not stays(ada)
