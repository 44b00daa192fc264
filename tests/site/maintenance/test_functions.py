"""Maintenance | Database Functions: the tree, and Generate Web Dial URL edited and saved."""

import pytest

from tests.site.maintenance.visitor import (
    Visitor,
    flash_of,
    text_of,
    typed_value_of,
    values_of,
)
from webdial.exchange.configuration import Configuration
from webdial.exchange.general_settings import FUNCTION, MECHANISM
from webdial.site.domain.branches import save_branch
from webdial.site.domain.configuration import load_configuration
from webdial.site.domain.functions import save_function, source_in_force
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Branch, FunctionVersion, User
from webdial.site.pages.maintenance.function_source import sample_source
from webdial.site.pages.maintenance.function_use import function_use
from webdial.watcom import DELIVERED_FUNCTION

TREE = "/maintenance/functions"
EDITOR = f"{TREE}/communications/generate-web-dial-url"
CHECK = f"{EDITOR}/check"
GOOD = """\
create function f(in n char(50)) returns long varchar
begin
  return 'tel:' || n;
end
"""
OTHER = GOOD.replace("tel:", "dial:")
FAULTY = """\
create function f(in n char(50)) returns long varchar
begin
  delete from Staff;
  set n = ;
  return n;
end
"""


def save(visitor: Visitor, source: str, *, note: str = "", began_from: int = 0) -> str:
    response = visitor.post(EDITOR, act="save", source=source, note=note, began_from=began_from)
    return flash_of(response, visitor)


# The tree


def test_tree_leads_to_the_function(admin: Visitor) -> None:
    page = admin.get(TREE)
    assert "Database Functions" in text_of(page)
    assert "Communications Generate Web Dial URL" in text_of(page)
    assert f'href="{EDITOR}"' in page.content.decode()
    assert "As delivered: it returns NULL" in text_of(page)


def test_tree_says_who_saved_last(admin: Visitor, bea: User) -> None:
    save_function(GOOD, author=bea, note="first of ours")
    version = FunctionVersion.objects.get()
    told = text_of(admin.get(TREE))
    assert f"Version {version.pk} is in force, saved by Bea Novak" in told
    assert "first of ours" in told


@pytest.mark.parametrize(
    ("for_all", "for_leeds", "told"),
    [
        ("tel:#", None, "No branch’s setting is FUNCTION."),
        (None, None, "No branch’s setting is FUNCTION."),
        (FUNCTION, None, "The setting is FUNCTION for all branches."),
        (" function ", "FUNCTION", "The setting is FUNCTION for all branches."),
        (FUNCTION, "tel:#", "The setting is FUNCTION for all branches but Leeds."),
        ("tel:#", FUNCTION, "The setting is FUNCTION for Leeds."),
    ],
)
def test_pages_say_where_the_function_is_in_use(
    admin: Visitor, leeds: Branch, for_all: str | None, for_leeds: str | None, told: str
) -> None:
    if for_all is not None:
        override_setting(MECHANISM.name, for_all)
    if for_leeds is not None:
        override_setting(MECHANISM.name, for_leeds, branch=leeds)
    is_used = FUNCTION in {(for_all or "").strip().upper(), for_leeds}
    for address in (TREE, EDITOR):
        assert f"{'In use' if is_used else 'Not in use'} {told}" in text_of(admin.get(address))


def test_many_branches_are_counted(db: None) -> None:
    for number in range(8):
        branch = save_branch(agency_id=f"B{number}", name=f"Branch {number}")
        override_setting(MECHANISM.name, FUNCTION, branch=branch)
    configuration: Configuration = load_configuration()
    assert function_use(configuration).sentence == (
        "The setting is FUNCTION for Branch 0, Branch 1, Branch 2, Branch 3, Branch 4 and 3 more."
    )


# The editor


def test_editor_begins_with_the_function_in_force(admin: Visitor, bea: User) -> None:
    assert typed_value_of(admin.get(EDITOR)) == DELIVERED_FUNCTION
    assert values_of(admin.get(EDITOR), "began_from") == ["0"]
    version = save_function(GOOD, author=bea)
    assert version is not None
    page = admin.get(EDITOR)
    assert typed_value_of(page) == GOOD
    assert values_of(page, "began_from") == [str(version.pk)]
    assert f"Version {version.pk} in force" in text_of(page)


def test_editor_begins_with_the_sample_or_an_older_version_when_asked(
    admin: Visitor, bea: User
) -> None:
    first = save_function(GOOD, author=bea)
    second = save_function(OTHER, author=bea)
    assert first is not None
    assert second is not None
    for start, source in (("sample", sample_source()), (first.pk, GOOD), (0, DELIVERED_FUNCTION)):
        page = admin.get(EDITOR, start=start)
        assert typed_value_of(page) == source
        assert "Not saved" in text_of(page)
        assert values_of(page, "began_from") == [str(second.pk)]
    assert typed_value_of(admin.get(EDITOR, start="nonsense")) == OTHER
    assert admin.get(EDITOR, start="999999999").status_code == 404


def test_source_goes_through_the_page_unchanged(admin: Visitor) -> None:
    """The first line feed of a text area is not part of its text, and markup is text in it."""
    source = "\n\n" + GOOD.replace("'tel:'", "'</textarea><script>&amp;'")
    save(admin, source)
    page = admin.get(EDITOR)
    assert typed_value_of(page) == source
    assert "<script>&amp;" not in page.content.decode()


def test_saving_puts_a_version_in_force(admin: Visitor) -> None:
    told = save(admin, GOOD.replace("\n", "\r\n"), note="ours")
    version = FunctionVersion.objects.get()
    assert told == f"Version {version.pk} was saved and is in force."
    assert (version.source, version.author_name, version.note) == (GOOD, "Ada Byrne", "ours")
    assert load_configuration().function_source == GOOD


def test_saving_what_is_in_force_makes_no_version(admin: Visitor) -> None:
    save(admin, GOOD)
    assert save(admin, GOOD) == "Nothing was saved: this text is in force already."
    assert FunctionVersion.objects.count() == 1


def test_faulty_function_is_refused_with_every_fault(admin: Visitor) -> None:
    save(admin, GOOD)
    version = FunctionVersion.objects.get()
    response = admin.post(EDITOR, act="save", source=FAULTY, note="a try", began_from=version.pk)
    assert response.status_code == 422
    told = text_of(response)
    assert "Not saved: the function has 2 faults" in told
    assert f"Version {version.pk} stays in force." in told
    assert "Line 3, column 3 A function cannot change data." in told
    assert "Line 4, column 11 " in told
    assert "^^^^^^" in told
    assert typed_value_of(response) == FAULTY
    assert values_of(response, "note") == ["a try"]
    assert source_in_force() == GOOD


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("x" * 201, "The note has more than 200 characters."),
        ("a\x00b", "The note holds characters that cannot be seen."),
    ],
)
def test_note_that_cannot_be_kept_is_told_at_its_field(
    admin: Visitor, note: str, told: str
) -> None:
    response = admin.post(EDITOR, act="save", source=GOOD, note=note, began_from=0)
    assert response.status_code == 422
    assert told in text_of(response)
    assert 'id="note-error"' in response.content.decode()
    assert typed_value_of(response) == GOOD
    assert not FunctionVersion.objects.exists()


# Two who edit at once


def test_somebody_elses_version_is_not_overwritten_unasked(admin: Visitor, bea: User) -> None:
    theirs = save_function(OTHER, author=bea, note="theirs")
    assert theirs is not None
    response = admin.post(EDITOR, act="save", source=GOOD, note="mine", began_from=0)
    assert response.status_code == 409
    told = text_of(response)
    assert f"Not saved: Version {theirs.pk} has come into force meanwhile" in told
    assert "saved by Bea Novak" in told
    assert "Nothing was overwritten." in told
    assert "Removed: return 'dial:' || n;" in told
    assert "Added: return 'tel:' || n;" in told
    assert typed_value_of(response) == GOOD
    assert source_in_force() == OTHER

    assert f"Save over version {theirs.pk}" in told
    save(admin, GOOD, began_from=int(values_of(response, "began_from")[0]))
    assert source_in_force() == GOOD
    assert FunctionVersion.objects.count() == 2


def test_same_text_saved_by_two_is_no_quarrel(admin: Visitor, bea: User) -> None:
    save_function(GOOD, author=bea)
    assert save(admin, GOOD, began_from=0) == "Nothing was saved: this text is in force already."


@pytest.mark.parametrize("began_from", ["", "-1", "x", "9" * 30, "٣"])
def test_form_that_was_tampered_with_overwrites_nothing(
    admin: Visitor, bea: User, began_from: str
) -> None:
    save_function(OTHER, author=bea)
    response = admin.post(EDITOR, act="save", source=GOOD, note="", began_from=began_from)
    assert response.status_code == 409
    assert source_in_force() == OTHER


# The checker


def test_check_answers_faults_with_their_places_and_keeps_nothing(admin: Visitor) -> None:
    response = admin.post(CHECK, source=FAULTY)
    assert response.headers["Content-Type"] == "application/json"
    faults = response.json()["faults"]
    places = [
        (FAULTY[each["start"] : each["end"]], each["line"], each["column"]) for each in faults
    ]
    assert places == [("delete from", 3, 3), (";", 4, 11)]
    assert faults[0]["message"] == "A function cannot change data."
    assert not FunctionVersion.objects.exists()
    assert admin.post(CHECK, source=GOOD).json() == {"faults": []}


def test_places_count_characters_behind_an_emoji(admin: Visitor) -> None:
    source = GOOD.replace("begin", "begin -- 😀\n").replace("|| n", "|| nn")
    (fault,) = admin.post(CHECK, source=source).json()["faults"]
    assert source[fault["start"] : fault["end"]] == "nn"


def test_words_page_lists_what_the_checker_knows(admin: Visitor) -> None:
    told = text_of(admin.get(f"{TREE}/words"))
    assert "StaffID Name AgencyID Extension Active" in told
    assert "REPLACE(text, text, text)" in told
    assert "LOCATE(text, text [, whole number])" in told
    assert "WPKMaintainGetSwitchValue(text, text, text)" in told
    assert "A function cannot change data. DELETE INSERT" in told
    assert "Statements and turns of loops 100,000" in told
