"""The versions of Generate Web Dial URL: listed, compared, put back."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import (
    Visitor,
    flash_of,
    rows_of,
    text_of,
    typed_value_of,
    values_of,
)
from webdial.site.domain.functions import save_function, source_in_force
from webdial.site.models import FunctionVersion, User
from webdial.site.pages.maintenance.function_changes import (
    MOST_COMPARED,
    MOST_SHOWN,
    LineKind,
    difference,
    whole_text,
)
from webdial.watcom import DELIVERED_FUNCTION

VERSIONS = "/maintenance/functions/communications/generate-web-dial-url/versions"
FIRST = "create function f(in n char(9)) returns long varchar\nbegin\n  return 'tel:' || n;\nend\n"
SECOND = FIRST.replace("tel:", "dial:")


@pytest.fixture
def first(bea: User) -> FunctionVersion:
    version = save_function(FIRST, author=bea, note="links of our own")
    assert version is not None
    return version


@pytest.fixture
def second(first: FunctionVersion) -> FunctionVersion:
    version = save_function(SECOND, author=None)
    assert version is not None
    return version


def test_list_has_who_when_and_what(
    admin: Visitor, first: FunctionVersion, second: FunctionVersion
) -> None:
    page = admin.get(VERSIONS)
    assert rows_of(page) == [f"Version {second.pk}", f"Version {first.pk}", "As delivered"]
    told = text_of(page)
    assert f"Version {second.pk} the command line" in told
    assert "links of our own Bea Novak" in told
    assert first.saved_at.strftime("%H:%M UTC") in told
    assert told.count("In force") == 1
    assert told.count("Restore") == 2


def test_list_before_anything_was_saved(admin: Visitor) -> None:
    page = admin.get(VERSIONS)
    assert rows_of(page) == ["As delivered"]
    assert "In force" in text_of(page)
    assert "Restore" not in text_of(page)


def test_list_of_many_takes_a_fixed_number_of_queries(
    admin: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        save_function(FIRST.replace("tel:", f"tel:{number}"), author=None)
    admin.get(VERSIONS)
    with django_assert_num_queries(6):
        page = admin.get(VERSIONS)
    assert len(rows_of(page)) == 50
    assert "Page 1 of 2" in text_of(page)
    assert rows_of(admin.get(VERSIONS, page=2))[-1] == "As delivered"


def test_version_shows_what_it_changed(
    admin: Visitor, first: FunctionVersion, second: FunctionVersion
) -> None:
    told = text_of(admin.get(f"{VERSIONS}/{second.pk}"))
    assert f"From version {first.pk} to version {second.pk}" in told
    assert "+1 lines added −1 lines removed" in told
    assert "Removed: return 'tel:' || n; Added: return 'dial:' || n;" in told
    told = text_of(admin.get(f"{VERSIONS}/{first.pk}"))
    assert f"From the delivered function to version {first.pk}" in told
    assert "Saved by Bea Novak" in told
    assert "“links of our own”" in told


def test_version_is_compared_with_the_one_in_force(
    admin: Visitor, first: FunctionVersion, second: FunctionVersion
) -> None:
    told = text_of(admin.get(f"{VERSIONS}/{first.pk}", show="restoring"))
    assert f"What restoring version {first.pk} would change in version {second.pk}" in told
    assert "Removed: return 'dial:' || n; Added: return 'tel:' || n;" in told
    assert "Against the one in force" not in text_of(admin.get(f"{VERSIONS}/{second.pk}"))


def test_version_shows_its_text(admin: Visitor, first: FunctionVersion) -> None:
    told = text_of(admin.get(f"{VERSIONS}/{first.pk}", show="text"))
    assert "create function f(in n char(9)) returns long varchar begin return 'tel:' || n;" in told
    told = text_of(admin.get(f"{VERSIONS}/0"))
    assert "Nobody wrote it" in told
    assert 'ALTER FUNCTION "pears"."GenerateWEBDialURL"' in told


@pytest.mark.parametrize("version_id", ["999", "9" * 15, "9" * 40])
@pytest.mark.parametrize("tail", ["", "/restore"])
def test_version_that_does_not_exist(admin: Visitor, version_id: str, tail: str) -> None:
    response = admin.get(f"{VERSIONS}/{version_id}{tail}")
    assert response.status_code == 404
    assert "There is no version" in text_of(response)


def test_restoring_asks_and_then_makes_a_new_version(
    admin: Visitor, first: FunctionVersion, second: FunctionVersion
) -> None:
    address = f"{VERSIONS}/{first.pk}/restore"
    asked = admin.get(address)
    assert f"Restore version {first.pk}?" in text_of(asked)
    assert "Removed: return 'dial:' || n; Added: return 'tel:' || n;" in text_of(asked)
    assert source_in_force() == SECOND

    (began_from,) = values_of(asked, "began_from")
    told = flash_of(admin.post(address, began_from=began_from), admin)
    newest = FunctionVersion.objects.first()
    assert newest is not None
    assert told == f"Version {newest.pk} was made from version {first.pk} and is in force."
    assert (newest.source, newest.author_name) == (FIRST, "Ada Byrne")
    assert newest.note == f"restored version {first.pk}"
    assert FunctionVersion.objects.count() == 3


def test_restoring_the_delivered_function(admin: Visitor, first: FunctionVersion) -> None:
    address = f"{VERSIONS}/0/restore"
    told = flash_of(admin.post(address, began_from=first.pk), admin)
    assert "was made from the delivered function and is in force." in told
    assert source_in_force() == DELIVERED_FUNCTION


def test_restoring_after_somebody_saved_asks_anew(
    admin: Visitor, bea: User, first: FunctionVersion, second: FunctionVersion
) -> None:
    address = f"{VERSIONS}/{first.pk}/restore"
    (began_from,) = values_of(admin.get(address), "began_from")
    third = save_function(SECOND.replace("dial:", "call:"), author=bea)
    assert third is not None
    response = admin.post(address, began_from=began_from)
    assert response.status_code == 409
    told = text_of(response)
    assert f"Not restored: Version {third.pk} has come into force meanwhile" in told
    assert "Removed: return 'call:' || n;" in told
    assert source_in_force() == third.source

    admin.post(address, began_from=values_of(response, "began_from")[0])
    assert source_in_force() == FIRST


def test_restoring_what_is_in_force_already(admin: Visitor, first: FunctionVersion) -> None:
    told = flash_of(admin.get(f"{VERSIONS}/{first.pk}/restore"), admin)
    assert told == f"The text of version {first.pk} is in force already."


def test_version_that_is_faulty_by_todays_checks_is_not_restored(
    admin: Visitor, first: FunctionVersion
) -> None:
    # Saved by an earlier version of the program, which checked less.
    FunctionVersion.objects.filter(pk=first.pk).update(source="drop table Staff")
    save_function(SECOND, author=None)
    in_force = FunctionVersion.objects.first()
    assert in_force is not None
    address = f"{VERSIONS}/{first.pk}/restore"
    response = admin.post(address, began_from=in_force.pk)
    assert response.status_code == 422
    assert f"Not restored: version {first.pk} has 1 fault" in text_of(response)
    assert source_in_force() == SECOND
    editor = f"{VERSIONS.removesuffix('/versions')}?start={first.pk}"
    assert typed_value_of(admin.get(editor)) == "drop table Staff"


# What differs


def marks_of(old: str, new: str) -> list[str]:
    return [f"{line.mark}{line.text}" for line in difference(old, new).lines]


@pytest.mark.parametrize(
    ("old", "new", "marks"),
    [
        ("a\nb\n", "a\nb\n", []),
        ("a\nb\n", "a\nb", []),
        ("a\nb\nc\n", "a\nB\nc\n", [" a", "−b", "+B", " c"]),
        ("a\n", "a \n", ["−a", "+a "]),
        ("", "a\n", ["−", "+a"]),
        ("1\n2\n3\n4\n5\nx\n", "1\n2\n3\n4\n5\ny\n", [" ", " 3", " 4", " 5", "−x", "+y"]),
    ],
)
def test_lines_that_differ(old: str, new: str, marks: list[str]) -> None:
    assert marks_of(old, new) == marks


def test_lines_have_their_numbers_in_both_texts() -> None:
    lines = difference("a\nb\nc\n", "new\na\nc\n").lines
    assert [(line.kind, line.old_number, line.new_number) for line in lines] == [
        (LineKind.ADDED, None, 1),
        (LineKind.SAME, 1, 2),
        (LineKind.REMOVED, 2, None),
        (LineKind.SAME, 3, 3),
    ]


def test_texts_too_long_to_compare_are_replaced_whole() -> None:
    lines = "\n" * MOST_COMPARED
    shown = difference(f"a{lines}", f"b{lines}")
    assert {line.kind for line in shown.lines} == {LineKind.REMOVED}
    assert len(shown.lines) == MOST_SHOWN
    assert shown.lines_left_out == 2 * (MOST_COMPARED + 1) - MOST_SHOWN - 2
    assert difference(f"a{lines}", f"a{lines}").lines == ()


def test_whole_text_numbers_its_lines() -> None:
    assert [(line.text, line.new_number) for line in whole_text("a\n\nb\n").lines] == [
        ("a", 1),
        ("", 2),
        ("b", 3),
    ]
