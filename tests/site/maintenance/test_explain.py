"""Explain: the whole path of a number, for any user, and nothing sent."""

import pytest

from tests.site.maintenance.visitor import Visitor, text_of
from webdial.exchange.general_settings import (
    MECHANISM,
    NUMBER_COUNTRY,
    NUMBER_FORMAT,
    NUMBER_RULES,
    OUTSIDE_LINE,
    TOTAL_TIME_LIMIT,
)
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Branch, GeneralSetting, User

EXPLAIN = "/maintenance/settings/explain"


def steps_of(visitor: Visitor, **query: str) -> str:
    response = visitor.get(EXPLAIN, **query)
    assert response.status_code == 200
    return text_of(response)


def test_path_of_a_number_that_can_be_dialled(admin: Visitor, dora: User, leeds: Branch) -> None:
    override_setting(MECHANISM.name, "http://all/#")
    override_setting(MECHANISM.name, "{POST}http://u:marked@leeds/api<&>to=#", branch=leeds)
    override_setting(TOTAL_TIME_LIMIT.name, "7.5", branch=leeds)
    page = steps_of(admin, user="dora", number="Tel. 020 7946 0123 ext 12")
    assert "Dora Lindqvist · StaffID DL · branch Leeds · no extension" in page
    assert "Typed Tel. 020 7946 0123 ext 12 and dialled as 02079460123" in page
    assert "12 is not dialled: a dial string has no place for it." in page
    assert f"{MECHANISM.name} · set for the branch Leeds" in page
    assert "POST http://leeds/api" in page
    assert "Authorization: Basic ••••" in page
    assert "to=02079460123" in page
    assert "5 s for the connection and 7.5 s for the whole answer" in page


def test_each_step_of_a_number_is_shown_with_its_setting(
    admin: Visitor, dora: User, leeds: Branch
) -> None:
    override_setting(MECHANISM.name, "http://all/#")
    override_setting(NUMBER_COUNTRY.name, "GB")
    override_setting(NUMBER_FORMAT.name, "e164")
    override_setting(NUMBER_RULES.name, r"\+44(.*) => 0\1", branch=leeds)
    override_setting(OUTSIDE_LINE.name, "9", branch=leeds)
    page = steps_of(admin, user="dora", number="020 7946 0123")
    assert "Typed 020 7946 0123 and dialled as 902079460123" in page
    assert "Number format 02079460123 becomes +442079460123" in page
    assert "Number Format , set for all branches." in page
    assert "Number rule +442079460123 becomes 02079460123" in page
    assert r"Line 1: \+44(.*) => 0\1 Number Rules , set for the branch Leeds." in page
    assert "Outside line 02079460123 becomes 902079460123" in page
    assert "GET http://all/902079460123" in page
    content = admin.get(EXPLAIN, user="dora", number="020 7946 0123").content.decode()
    assert f"/maintenance/settings/edit?name=Number+Rules&amp;branch={leeds.pk}" in content


def test_a_rule_that_makes_what_cannot_be_dialled_is_shown(admin: Visitor, dora: User) -> None:
    override_setting(NUMBER_RULES.name, "(.*) => 9\\1")
    page = steps_of(admin, user="dora", number="+44 20 7946 0123")
    assert "This number rule makes “9+442079460123” of “+442079460123”" in page


def test_path_by_standard_dialling(admin: Visitor, carl: User) -> None:
    page = steps_of(admin, user="CO", number="+44 20 7946 0123")
    assert "Empty: standard dialling" in page
    assert "A link, opened on the caller’s own machine tel:+442079460123" in page


@pytest.mark.parametrize(
    ("user", "number", "value", "told"),
    [
        ("dora", "020 7946 0123", "http://pbx/^", "The dial string needs the caller's extension"),
        ("carl", "020 FLOWERS", "http://pbx/#", "Letters are part of this number"),
        ("carl", "", "http://pbx/#", "No number was given."),
        ("carl", "020", "FUNCTION", "The database function gave no dial string for this number."),
        ("nobody", "020", "tel:#", "No user is found by this."),
        ("o", "020", "tel:#", "More than one user is meant. Choose one."),
    ],
)
@pytest.mark.usefixtures("carl", "dora")
def test_path_that_ends_says_where(
    admin: Visitor, user: str, number: str, value: str, told: str
) -> None:
    override_setting(MECHANISM.name, value)
    assert told in steps_of(admin, user=user, number=number)


def test_a_kept_dial_string_that_is_faulty_is_shown_with_its_fault(
    admin: Visitor, carl: User
) -> None:
    # Kept by an earlier version, or put into the database by hand.
    GeneralSetting.objects.create(name=MECHANISM.name, value="http://pbx:546342/#")
    override_setting(TOTAL_TIME_LIMIT.name, "9")  # makes the running program look
    page = steps_of(admin, user="carl", number="020 7946 0123")
    assert "546342 is no port" in page
    assert "^^^^^^" in page


def test_a_deactivated_user_is_told(admin: Visitor, carl: User) -> None:
    User.objects.filter(pk=carl.pk).update(is_active=False)
    override_setting(TOTAL_TIME_LIMIT.name, "9")
    page = steps_of(admin, user="carl", number="020 7946 0123")
    assert "This user does not exist or has been deactivated." in page


def test_what_was_typed_is_shown_as_text(admin: Visitor, ada: User) -> None:
    markup = '"><script>alert(1)</script>'
    content = admin.get(EXPLAIN, user=markup, number=markup).content.decode()
    assert "<script>alert" not in content
    assert "&quot;&gt;&lt;script&gt;" in content


def test_choices_lead_to_the_user_that_is_meant(admin: Visitor, carl: User, dora: User) -> None:
    content = admin.get(EXPLAIN, user="o", number="020 7946 0123").content.decode()
    assert "?user=carl&amp;number=020+7946+0123" in content
    assert "?user=dora&amp;number=020+7946+0123" in content
