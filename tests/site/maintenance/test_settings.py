"""Maintenance | General Settings: found, explained, changed, checked while typing."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import (
    Visitor,
    flash_of,
    text_of,
    typed_value_of,
    values_of,
)
from webdial.dialstring import DialStringError, parse_dial_string
from webdial.errors import point_at
from webdial.exchange.general_settings import CALL_RETENTION, MECHANISM, TOTAL_TIME_LIMIT
from webdial.site.domain.branches import save_branch
from webdial.site.domain.general_settings import (
    add_setting,
    override_setting,
    setting_view,
)
from webdial.site.models import Branch, GeneralSetting, User

LIST = "/maintenance/settings"
EDIT = f"/maintenance/settings/edit?name={MECHANISM.name}"
CHECK = f"/maintenance/settings/check?name={MECHANISM.name}"
GOOD = "http://192.168.7.231:5463/ivr/PbxAPI.aspx?func=make_call&from=^&to=#"
FAULTY = "{PSOT}http://192.168.7.231:546342/ivr?x=1<&>from=^&to=#"


def names_of(page: str) -> list[str]:
    return [name for name in (MECHANISM.name, TOTAL_TIME_LIMIT.name, "SYNETY") if name in page]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [MECHANISM.name, TOTAL_TIME_LIMIT.name, "SYNETY"]),
        ("mechanism", [MECHANISM.name]),
        ("DIALLING web", [MECHANISM.name, TOTAL_TIME_LIMIT.name]),
        ("picked up", [TOTAL_TIME_LIMIT.name]),  # words of the help
        ("synety", ["SYNETY"]),
        ("mechanism nonsense", []),
    ],
)
def test_search_finds_words_of_name_and_help(admin: Visitor, search: str, found: list[str]) -> None:
    add_setting("SYNETY", "key")
    assert names_of(text_of(admin.get(LIST, search=search))) == found


def test_list_says_where_values_come_from(admin: Visitor, leeds: Branch, london: Branch) -> None:
    override_setting(MECHANISM.name, GOOD)
    override_setting(MECHANISM.name, "tel:#", branch=leeds)
    for_all = text_of(admin.get(LIST))
    assert GOOD in for_all
    assert "Set for all branches. 1 branch has its own value" in for_all
    assert "30 seconds The default; nothing is set." in for_all
    in_leeds = text_of(admin.get(LIST, branch=leeds.pk))
    assert "tel:# Set for the branch Leeds." in in_leeds
    assert GOOD not in in_leeds
    in_london = text_of(admin.get(LIST, branch=london.pk))
    assert f"{GOOD} Set for all branches. London has no value of its own." in in_london


def test_a_setting_of_one_value_is_shown_for_all_branches_in_a_branch_too(
    admin: Visitor, leeds: Branch
) -> None:
    override_setting(CALL_RETENTION.name, "30")
    listed = admin.get(LIST, branch=leeds.pk, search="keep calls")
    assert "30 days Set for all branches. Edit" in text_of(listed)
    address = f"/maintenance/settings/edit?name={CALL_RETENTION.name}"
    in_leeds = admin.get(f"{address}&branch={leeds.pk}")
    assert "Value for all branches" in text_of(in_leeds)
    assert "Leeds" not in text_of(in_leeds)  # neither to be chosen nor told of
    assert text_of(in_leeds) == text_of(admin.get(address))
    refused = admin.post(f"{address}&branch={leeds.pk}", value="7")
    assert "Keep Calls For has one value for all branches." in text_of(refused)
    assert setting_view(CALL_RETENTION.name).effective.value == "30"


def test_list_reads_as_much_for_a_hundred_branches_as_for_one(
    admin: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(100):
        branch = save_branch(agency_id=f"B{number}", name=f"Branch {number}")
        override_setting(MECHANISM.name, "tel:#", branch=branch)
    admin.get(LIST)  # takes up the configuration; one query below looks whether it changed
    with django_assert_max_num_queries(5):
        assert "100 branches have their own value" in text_of(admin.get(LIST))


def test_a_saved_value_is_kept_for_all_branches(admin: Visitor, leeds: Branch) -> None:
    response = admin.post(EDIT, value=f"  {GOOD} ")
    assert flash_of(response, admin) == f"{MECHANISM.name} was saved for all branches."
    assert setting_view(MECHANISM.name).own_value == GOOD
    assert setting_view(MECHANISM.name, branch=leeds).own_value is None


def test_a_saved_value_is_kept_for_one_branch_only(
    admin: Visitor, leeds: Branch, london: Branch
) -> None:
    response = admin.post(f"{EDIT}&branch={leeds.pk}", value=GOOD)
    assert response.headers["Location"] == f"{LIST}?branch={leeds.pk}"
    assert flash_of(response, admin) == f"{MECHANISM.name} was saved for the branch Leeds."
    assert setting_view(MECHANISM.name, branch=leeds).own_value == GOOD
    assert setting_view(MECHANISM.name, branch=london).effective.value == ""


def test_every_fault_is_shown_at_its_place_and_nothing_is_kept(admin: Visitor) -> None:
    with pytest.raises(DialStringError) as raised:
        parse_dial_string(FAULTY)
    assert len(raised.value.faults) == 4
    response = admin.post(EDIT, value=FAULTY)
    assert response.status_code == 422
    page = text_of(response)
    for fault in raised.value.faults:
        view = " ".join(point_at(FAULTY, fault.start, fault.end).split())
        assert " ".join(f"{fault.message} {view} {fault.hint}".split()) in page
    assert typed_value_of(response) == FAULTY
    assert not GeneralSetting.objects.exists()


def test_checking_while_typing_shows_faults_and_keeps_nothing(admin: Visitor) -> None:
    page = text_of(admin.post(CHECK, value=FAULTY))
    assert "546342 is no port: ports go from 1 to 65,535." in page
    assert "Mend it to see what would be sent." in page
    assert not GeneralSetting.objects.exists()


def test_checking_a_page_of_faults_shows_the_first_of_them(admin: Visitor) -> None:
    response = admin.post(CHECK, value="http://pbx/" + "{x}" * 5_000)
    assert response.status_code == 200
    assert response.content.count(b"fault__message") == 50
    assert len(response.content) < 100_000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (GOOD, "GET http://192.168.7.231:5463/ivr/PbxAPI.aspx?func=make_call&from=201&to=02079460123"),
        ("{POST}http://pbx/a?b=1<&>from=^<&>to=#", "POST http://pbx/a?b=1"),
        ("{POST}http://pbx/a?b=1<&>from=^<&>to=#", "from=201&to=02079460123"),
        ("{POST}http://pbx/a?b=1<&>from=^", "Content-Type: application/x-www-form-urlencoded"),
        ("tel://#", "A link, opened on the caller’s own machine tel://02079460123"),
        ("", "A link, opened on the caller’s own machine tel:02079460123"),
        ("http://pbx/{^}{#}^", "GET http://pbx/%5E%23201"),
        (" function", "The database function makes the dial string. Save this value, then see in Explain"),
    ],
)  # fmt: skip
def test_preview_shows_what_would_be_sent_for_oneself(
    admin: Visitor, value: str, shown: str
) -> None:
    assert shown in text_of(admin.post(CHECK, value=value))
    assert not GeneralSetting.objects.exists()


def test_preview_masks_what_is_secret(admin: Visitor) -> None:
    page = text_of(admin.post(CHECK, value="http://api:marked-secret@pbx/?to=#"))
    assert "Authorization: Basic ••••" in page
    assert "marked-secret" not in page
    assert "YXBpOm1hcmtlZC1zZWNyZXQ" not in page


@pytest.mark.parametrize("typed", ["carl", "CARL", "CO", "co", "osei", "Carl O"])
def test_preview_is_made_for_whom_the_administrator_names(
    admin: Visitor, carl: User, typed: str
) -> None:
    page = text_of(
        admin.post(CHECK, value="http://pbx/^/#", user=typed, number="+44 (0)20 7946 0100")
    )
    assert "GET http://pbx/203/%2B442079460100" in page


@pytest.mark.parametrize(
    ("user", "number", "told"),
    [
        ("nobody", "020", "No user is found by this."),
        ("", "020", "Type a user’s name, sign-in name or StaffID."),
        ("a", "020", "More than one user is meant. Choose one."),
        ("ada", "letters", "There is no number in this that could be dialled."),
        ("ada", "", "No number was given."),
        ("dora", "020", "The dial string needs the caller's extension, and none is set up."),
    ],
)
@pytest.mark.usefixtures("carl", "dora")
def test_preview_says_what_is_missing(admin: Visitor, user: str, number: str, told: str) -> None:
    response = admin.post(CHECK, value="http://pbx/^/#", user=user, number=number)
    assert response.status_code == 200
    assert told in text_of(response)


def test_preview_says_when_the_value_is_not_that_of_the_user(
    admin: Visitor, dora: User, leeds: Branch
) -> None:
    for_leeds = f"{CHECK}&branch={leeds.pk}"
    assert "Ada Byrne belongs to London: this value is not theirs." in text_of(
        admin.post(for_leeds, value="tel:#")
    )
    assert "not theirs" not in text_of(admin.post(for_leeds, value="tel:#", user="dora"))
    override_setting(MECHANISM.name, "tel:#", branch=leeds)
    assert "Dora Lindqvist dials by the own value of the branch Leeds." in text_of(
        admin.post(CHECK, value="tel:#", user="dora")
    )


def test_looking_at_a_value_without_script_keeps_what_was_typed(admin: Visitor) -> None:
    response = admin.post(EDIT, value=GOOD, user="ada", number="0113 496 0187", act="check")
    assert response.status_code == 200
    assert typed_value_of(response) == GOOD
    assert values_of(response, "number") == ["0113 496 0187"]
    assert "to=01134960187" in text_of(response)
    assert not GeneralSetting.objects.exists()


@pytest.mark.parametrize("value", ["", "0", "4000", "five", "1e3", "-1"])
def test_a_time_limit_that_is_none_is_refused(admin: Visitor, value: str) -> None:
    response = admin.post(f"/maintenance/settings/edit?name={TOTAL_TIME_LIMIT.name}", value=value)
    assert response.status_code == 422
    assert "A time limit is a number of seconds from 0.1 to 3600." in text_of(response)
    assert values_of(response, "value") == [value]
    assert not GeneralSetting.objects.exists()


def test_a_branchs_own_value_is_removed_after_asking(
    admin: Visitor, leeds: Branch, london: Branch
) -> None:
    override_setting(MECHANISM.name, GOOD)
    for branch in (leeds, london):
        override_setting(MECHANISM.name, "tel:#", branch=branch)
    address = f"/maintenance/settings/clear?name={MECHANISM.name}&branch={leeds.pk}"
    asked = text_of(admin.get(address))
    assert f"Leeds then uses this (set for all branches) {GOOD}" in asked
    assert GeneralSetting.objects.count() == 3
    said = flash_of(admin.post(address), admin)
    assert said == f"The value of {MECHANISM.name} for the branch Leeds was removed."
    assert setting_view(MECHANISM.name, branch=leeds).effective.value == GOOD
    assert setting_view(MECHANISM.name, branch=london).own_value == "tel:#"
    again = flash_of(admin.post(address), admin)
    assert again == f"There is no value of {MECHANISM.name} for the branch Leeds."


def test_back_to_the_default(admin: Visitor) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "8")
    address = f"/maintenance/settings/clear?name={TOTAL_TIME_LIMIT.name}"
    assert "The default is then in force 30 seconds" in text_of(admin.get(address))
    admin.post(address)
    assert setting_view(TOTAL_TIME_LIMIT.name).effective.value == "30"


def test_a_setting_of_ones_own_is_added_changed_and_removed(admin: Visitor, leeds: Branch) -> None:
    added = admin.post("/maintenance/settings/add", name=" SYNETY ", value="key 1")
    assert flash_of(added, admin) == "The setting SYNETY was added."
    admin.post(f"/maintenance/settings/edit?name=synety&branch={leeds.pk}", value="<b>2</b>")
    assert setting_view("SYNETY", branch=leeds).own_value == "<b>2</b>"
    assert b"<b>2</b>" not in admin.get(LIST, branch=leeds.pk).content
    clear = "/maintenance/settings/clear?name=SYNETY"
    assert "1 branch keeps its own value." in text_of(admin.get(clear))
    admin.post(clear)
    assert [row.branch for row in GeneralSetting.objects.all()] == [leeds]
    admin.post(f"{clear}&branch={leeds.pk}")
    assert not GeneralSetting.objects.exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "The setting's name is missing."),
        ("synety", "There is a setting synety already."),
        (MECHANISM.name.upper(), f"There is a setting {MECHANISM.name} already."),
        ("x" * 121, "The setting's name has more than 120 characters."),
        ("a\x00b", "The setting's name holds characters that cannot be seen."),
    ],
)
def test_a_setting_that_cannot_be_added_is_told(admin: Visitor, name: str, told: str) -> None:
    add_setting("SYNETY", "1")
    response = admin.post("/maintenance/settings/add", name=name, value="typed")
    assert response.status_code == 422
    assert told in text_of(response)
    assert typed_value_of(response) == "typed"
    assert GeneralSetting.objects.get().value == "1"


@pytest.mark.parametrize(
    "query",
    ["", "?name=unknown", "?name=a%00b", f"?name={MECHANISM.name}&branch=99",
     f"?name={MECHANISM.name}&branch=x", f"?name={MECHANISM.name}&branch={'9' * 5000}"],
)  # fmt: skip
@pytest.mark.parametrize("page", ["edit", "clear", "check"])
def test_a_setting_or_branch_that_does_not_exist_is_not_found(
    admin: Visitor, page: str, query: str
) -> None:
    assert admin.post(f"/maintenance/settings/{page}{query}", value="x").status_code == 404


def test_preview_dials_as_the_settings_for_numbers_say(admin: Visitor, carl: User) -> None:
    override_setting("Number Country", "GB")
    override_setting("Number Format", "e164")
    string = "http://pbx.example/?to=#&national={number.national}"
    page = text_of(admin.post(CHECK, value=string, user="carl", number="020 7946 0123"))
    assert "GET http://pbx.example/?to=%2B442079460123&national=02079460123" in page


def test_number_rules_are_checked_at_each_place(admin: Visitor) -> None:
    value = "0(.*) => 1\r\n+44 => 0"
    page = text_of(admin.post("/maintenance/settings/check?name=Number+Rules", value=value))
    assert "RE2 does not take this pattern: no argument for repetition operator: +." in page
    assert "For the characters themselves write \\+ and \\*." in page


FORMAT_PAGE = "/maintenance/settings/edit?name=Number+Format"


def chosen_of(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]*)" selected>', page)


@pytest.mark.parametrize(
    ("kept", "chosen"), [(None, [""]), ("", [""]), ("E164", ["e164"]), ("as typed", ["as typed"])]
)
def test_closed_values_are_chosen_from_a_list(
    admin: Visitor, kept: str | None, chosen: list[str]
) -> None:
    if kept is not None:
        override_setting("Number Format", kept)
    assert chosen_of(admin.get(FORMAT_PAGE).content.decode()) == chosen


def test_chosen_value_is_kept_and_another_is_refused(admin: Visitor) -> None:
    assert admin.post(FORMAT_PAGE, act="save", value="national").status_code == 302
    assert setting_view("Number Format").own_value == "national"
    refused = admin.post(FORMAT_PAGE, act="save", value="roman")
    assert refused.status_code == 422
    assert chosen_of(refused.content.decode()) == ["roman"]


@pytest.mark.parametrize(
    ("name", "value"), [("Number Country", "GB"), ("Time Zone", "Europe/London")]
)
def test_values_of_a_long_list_are_suggested(admin: Visitor, name: str, value: str) -> None:
    page = admin.get("/maintenance/settings/edit", name=name).content.decode()
    assert f'<option value="{value}">' in page
    assert 'inputmode="decimal"' not in page


def test_help_leads_into_the_manual(admin: Visitor) -> None:
    place = "/manual/reference/general-settings#number-format"
    assert f'href="{place}"' in admin.get(FORMAT_PAGE).content.decode()
    assert f'href="{place}"' in admin.get(LIST).content.decode()
    assert 'id="number-format"' in admin.get(place.partition("#")[0]).content.decode()
