"""Maintenance | Import and Export: download, choose a file, look, confirm; without script."""

import html
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from tests.site.maintenance.visitor import Visitor, flash_of, rows_of, text_of, values_of
from webdial.site.domain.transfer.limits import MAX_FILE_BYTES
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Branch, Person, Role, User

START = "/maintenance/import-export"
PREVIEW = f"{START}/preview"


def send(visitor: Visitor, subject: str, content: bytes, name: str = "staff.csv") -> HttpResponse:
    return visitor.post(START, subject=subject, file=SimpleUploadedFile(name, content))


def shown(visitor: Visitor, subject: str, content: bytes) -> HttpResponse:
    """The preview of a file that was sent."""
    answer = send(visitor, subject, content)
    assert answer.status_code == 302, text_of(answer)
    assert answer.headers["Location"] == PREVIEW
    return visitor.get(PREVIEW)


def confirm(visitor: Visitor, preview: HttpResponse) -> HttpResponse:
    (seen,) = values_of(preview, "seen")
    return visitor.post(PREVIEW, seen=seen, **{"import": ""})


def test_file_is_looked_at_and_then_imported(admin: Visitor, carl: User) -> None:
    file = b"StaffID;Sign-in name;Name;Extension;Number\nCO;carl;Carl Osei;299;\nX;x;Xenia;;101\n"
    preview = shown(admin, "users", file)
    page = text_of(preview)
    assert "Users: staff.csv" in page
    assert "Changed 1 New 1" in page
    assert rows_of(preview) == ["Carl Osei"]
    assert rows_of(admin.get(PREVIEW, show="new")) == ["Xenia"]
    assert "Left alone, since the file has no row for them: Ada Byrne." in page
    assert "2 Carl Osei Extension 203 → becomes 299" in page
    assert User.objects.count() == 2
    said = flash_of(confirm(admin, preview), admin)
    assert said == "staff.csv was imported: 1 new, 1 changed."
    assert User.objects.get(login="x").name == "Xenia"
    carl.refresh_from_db()
    assert carl.extension == "299"
    assert admin.get(PREVIEW).status_code == 302


def test_what_goes_is_shown_before_what_else_changes_and_what_is_new(
    admin: Visitor, ada: User, carl: User
) -> None:
    """Hundreds of new rows hide nothing of it."""
    new = "".join(f"N{number},n{number},New {number},1\n" for number in range(60))
    rows = f"StaffID,Sign-in name,Name,Extension\n{new}AB,ada,Ada Byrne,299\nCO,carl,Carl Osei,\n"
    preview = shown(admin, "users", rows.encode())
    assert "Changed 2 New 60" in text_of(preview)
    assert rows_of(preview) == ["Carl Osei", "Ada Byrne"]


def test_wrong_rows_are_told_and_cannot_be_imported(admin: Visitor) -> None:
    preview = shown(admin, "branches", b"AgencyID,Name\nLDS,Leeds\nGLA,\n")
    page = text_of(preview)
    assert "Wrong 1 New 1" in page
    assert "3 GLA Name : Name is missing." in page
    assert "Import all of it" not in page
    refused = confirm(admin, preview)
    assert refused.status_code == 422
    assert "Nothing was imported: some rows of the file are wrong." in text_of(refused)
    assert Branch.objects.count() == 1


def test_change_since_the_preview_is_told(admin: Visitor, carl: User) -> None:
    preview = shown(admin, "users", b"StaffID,Extension\nCO,299\n")
    save_user(UserDetails("carl", "CO", "Carl Osei", None, "204"), user=carl)
    refused = confirm(admin, preview)
    assert refused.status_code == 422
    page = text_of(refused)
    assert "what is kept has changed since you looked" in page
    assert "204 → becomes 299" in page
    assert confirm(admin, refused).status_code == 302
    carl.refresh_from_db()
    assert carl.extension == "299"


def test_import_can_be_cancelled(admin: Visitor) -> None:
    kept = Session.objects.count()
    shown(admin, "people", b"Name\nAgatha\n")
    assert Session.objects.count() == kept + 1
    said = flash_of(admin.post(PREVIEW, cancel=""), admin)
    assert said == "staff.csv was not imported."
    assert Session.objects.count() == kept
    assert not Person.objects.exists()


def test_second_file_takes_the_place_of_the_first(admin: Visitor) -> None:
    kept = Session.objects.count()
    shown(admin, "people", b"Name\nAgatha\n")
    assert rows_of(shown(admin, "people", b"Name\nBartholomew\n")) == ["Bartholomew"]
    assert Session.objects.count() == kept + 1


def test_file_waits_for_nobody_else(
    admin: Visitor, state: dict[str, object], london: Branch
) -> None:
    shown(admin, "people", b"Name\nAgatha\n")
    other = save_user(UserDetails("otto", "OT", "Otto", london, role=Role.ADMINISTRATOR))
    visitor = Visitor(state, other)
    assert visitor.get(PREVIEW).status_code == 302
    said = flash_of(visitor.post(PREVIEW, **{"import": "", "seen": ""}), visitor)
    assert said == "The file waits no longer. Choose it again."
    assert not Person.objects.exists()


def test_vcards_are_people(admin: Visitor) -> None:
    card = b"BEGIN:VCARD\nFN:Agatha Penrose\nTEL;CELL:+44 7700 900223\nEND:VCARD\n"
    preview = shown(admin, "people", card)
    assert "Agatha Penrose Name Agatha Penrose Numbers Mobile: +44 7700 900223" in text_of(preview)
    assert confirm(admin, preview).status_code == 302
    assert Person.objects.get().name == "Agatha Penrose"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("subject", ["users", "branches", "companies", "people", "settings"])
def test_what_is_exported_and_every_template_can_be_sent(
    admin: Visitor, subject: str, kind: str
) -> None:
    for part in ("all", "template"):
        file = admin.get(f"{START}/{subject}/{part}/{kind}")
        word = "-template" if part == "template" else ""
        named = f'attachment; filename="webdial-{subject}{word}.{kind}"'
        assert file.headers["Content-Disposition"] == named
        if part == "template" or subject in {"users", "branches"}:
            preview = shown(admin, subject, file.content)
            assert "Wrong" not in text_of(preview)
            assert "passed over" not in text_of(preview)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"subject": "users"}, "Choose a file."),
        ({"subject": "", "file": SimpleUploadedFile("a", b"x")}, "Choose what the file holds."),
        ({"subject": "users", "file": SimpleUploadedFile("a", b"Name\nx")},
         "There is no column StaffID."),
        ({"subject": "users", "file": SimpleUploadedFile("a", bytes(MAX_FILE_BYTES + 1))},
         "The file has more than 10 MB."),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_is_told_at_the_form(
    admin: Visitor, fields: dict[str, object], told: str
) -> None:
    answer = admin.post(START, **fields)
    assert answer.status_code == 422
    assert told in text_of(answer)


def test_long_preview_is_turned_page_by_page(admin: Visitor) -> None:
    rows = "".join(f"P{number:03}\n" for number in range(120))
    first = shown(admin, "people", f"Name\n{rows}".encode())
    assert len(rows_of(first)) == 50
    assert rows_of(admin.get(PREVIEW, show="new", page=3))[-1] == "P119"
    assert "show=new" in admin.get(PREVIEW, show="new").content.decode()


def test_what_a_file_holds_is_shown_as_text(admin: Visitor) -> None:
    preview = shown(admin, "people", b"Name,<b>\n<script>alert(1)</script>,\n")
    page = preview.content.decode()
    assert "<script>alert" not in page
    assert re.search(r"&lt;script&gt;alert", page)
    assert "<script>alert(1)</script>" in html.unescape(page)
