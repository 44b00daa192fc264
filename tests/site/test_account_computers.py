"""My account | Computers: codes, machines, and their revocation by the user and by who keeps users."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from tests.site.conftest import Member, Site
from webdial.browser_extension import manifest_of, package_names
from webdial.desktop.builder import INSTALLERS, NAME
from webdial.site.domain.acting import acting_as
from webdial.site.domain.browsers import pair_browser
from webdial.site.domain.computer_lines import TelephoneLine, lines_text
from webdial.site.domain.computers import MAX_COMPUTERS, make_code, pair
from webdial.site.models import ApiToken, Change, ChangeSubject, Computer, User

PAGE = "/account/computers"


@sync_to_async
def laptop_of(user: User | None, name: str = "Laptop") -> Computer:
    assert user is not None
    return pair(make_code(user), name=name, platform="Linux", address="").computer


@sync_to_async
def is_there(computer: Computer) -> bool:
    return Computer.objects.filter(pk=computer.pk).exists()


async def code_of(carl: Member) -> str:
    shown = await carl.client.post(PAGE, {"act": "code"})
    assert shown.status_code == 200
    text = shown.content.decode()
    return text.partition('id="code" tabindex="0">')[2].partition("<")[0]


async def test_code_is_shown_in_one_answer_and_pairs(carl: Member) -> None:
    code = await code_of(carl)
    assert code not in (await carl.client.get(PAGE)).content.decode()
    paired = await sync_to_async(pair)(code, name="Desk", platform="Windows", address="")
    assert paired.computer.user == carl.user
    page = (await carl.client.get(PAGE)).content.decode()
    assert "Desk" in page
    assert "Not connected yet." in page


async def test_connected_machine_is_told(carl: Member) -> None:
    laptop = await laptop_of(carl.user)
    later = timezone.now() + timezone.timedelta(seconds=20)
    await Computer.objects.filter(pk=laptop.pk).aupdate(
        seen_at=timezone.now(), connected_until=later
    )
    assert "Connected" in (await carl.client.get(PAGE)).content.decode()


async def test_dialling_without_asking_is_the_users_choice(carl: Member, dora: Member) -> None:
    laptop = await laptop_of(carl.user)
    fields = {"act": "dial", "computer": laptop.pk}
    assert (await dora.client.post(PAGE, fields)).status_code == 404
    assert (await carl.client.post(PAGE, fields)).status_code == 302
    await laptop.arefresh_from_db()
    assert laptop.dials_without_asking
    assert (
        "A web page may start one without a click."
        in (await carl.client.get(PAGE)).content.decode()
    )
    await carl.client.post(PAGE, {"act": "ask", "computer": laptop.pk})
    await laptop.arefresh_from_db()
    assert not laptop.dials_without_asking
    kept = Change.objects.filter(subject=ChangeSubject.COMPUTER, action="changed")
    assert await kept.acount() == 2


@pytest.mark.parametrize("line", ["000a0001", "program", "link", ""])
async def test_line_is_the_users_choice(carl: Member, dora: Member, line: str) -> None:
    laptop = await laptop_of(carl.user)
    await tell_lines(laptop, TelephoneLine("000a0001", "Desk phone"))
    page = (await carl.client.get(PAGE)).content.decode()
    assert "The only line (Desk phone)" in page
    fields = {"act": "line", "computer": laptop.pk, "line": line}
    assert (await dora.client.post(PAGE, fields)).status_code == 404
    assert (await carl.client.post(PAGE, fields)).status_code == 302
    await laptop.arefresh_from_db()
    assert laptop.line == line
    assert f'value="{line}" selected' in (await carl.client.get(PAGE)).content.decode()


async def test_line_that_the_computer_does_not_have_is_refused(carl: Member) -> None:
    laptop = await laptop_of(carl.user)
    fields = {"act": "line", "computer": laptop.pk, "line": "000a0002"}
    for lines in ([], [TelephoneLine("000a0001", "<b>"), TelephoneLine("000a0003", "Other")]):
        await tell_lines(laptop, *lines)
        refused = await carl.client.post(PAGE, fields)
        assert "This computer has no such line." in refused.content.decode()
    assert "<b>" not in refused.content.decode()
    await laptop.arefresh_from_db()
    assert laptop.line == ""


async def test_chosen_line_that_has_gone_is_shown(carl: Member) -> None:
    laptop = await laptop_of(carl.user)
    await Computer.objects.filter(pk=laptop.pk).aupdate(line="000a0001")
    page = (await carl.client.get(PAGE)).content.decode()
    assert 'value="000a0001" selected>A line that is not there any more' in page


async def tell_lines(computer: Computer, *lines: TelephoneLine) -> None:
    await Computer.objects.filter(pk=computer.pk).aupdate(lines=lines_text(lines))


async def test_computer_without_lines_offers_none(carl: Member) -> None:
    await laptop_of(carl.user)
    assert "Telephone line" not in (await carl.client.get(PAGE)).content.decode()


async def test_revoking_is_asked_and_done(carl: Member, dora: Member) -> None:
    laptop = await laptop_of(carl.user)
    path = f"{PAGE}/{laptop.pk}/revoke"
    assert (await dora.client.get(path)).status_code == 404
    assert (await dora.client.post(path)).status_code == 404
    assert (await carl.client.get(path)).status_code == 200
    assert await is_there(laptop)
    assert (await carl.client.post(path)).status_code == 302
    assert not await is_there(laptop)


async def test_administrator_revokes_on_the_users_page(
    ada: Member, carl: Member, bea: Member
) -> None:
    laptop = await laptop_of(carl.user)
    assert carl.user is not None
    path = f"/maintenance/users/{carl.user.pk}/sign-in"
    assert "Laptop" in (await ada.client.get(path)).content.decode()
    fields = {"act": "revoke-computer", "computer": laptop.pk}
    assert (await bea.client.post(path, fields)).status_code == 403
    other = f"/maintenance/users/{ada.user.pk if ada.user else 0}/sign-in"
    assert (await ada.client.post(other, fields)).status_code == 404
    assert (await ada.client.post(path, fields)).status_code == 302
    assert not await is_there(laptop)
    change = await Change.objects.filter(subject=ChangeSubject.COMPUTER).alatest("pk")
    assert (change.user_name, change.action, change.label) == (
        "Ada Byrne", "removed", "Laptop of Carl Osei",
    )  # fmt: skip


@pytest.mark.parametrize(
    "fields", [{}, {"act": "nothing"}, {"act": "dial"}, {"act": "dial", "computer": "x"}]
)
async def test_what_is_no_act_is_told(carl: Member, fields: dict[str, Any]) -> None:
    assert (await carl.client.post(PAGE, fields)).status_code == 404


async def test_machines_have_an_end(carl: Member) -> None:
    def many() -> None:
        assert carl.user is not None
        with acting_as(carl.user):
            for count in range(MAX_COMPUTERS):
                pair(make_code(carl.user), name=f"No. {count}", platform="", address="")

    await sync_to_async(many)()
    refused = await carl.client.post(PAGE, {"act": "code"})
    assert refused.status_code == 422
    assert "Revoke one of them first." in refused.content.decode()


@pytest.mark.parametrize("name", [NAME, *INSTALLERS])
async def test_files_are_handed_out_with_this_sites_address(carl: Member, name: str) -> None:
    got = await carl.client.get(f"{PAGE}/files/{name}")
    assert got.status_code == 200
    assert got.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    if name == NAME:
        with zipfile.ZipFile(BytesIO(got.content)) as archive:
            assert archive.read("webdial/desktop/site.txt") == b"http://testserver"


async def test_no_other_file_is_handed_out(carl: Member) -> None:
    assert (await carl.client.get(f"{PAGE}/files/secret.key")).status_code == 404


async def test_pages_are_for_those_who_are_signed_in(eve: Member, site: Site) -> None:
    for path in (PAGE, f"{PAGE}/1/revoke", f"{PAGE}/files/{NAME}"):
        assert (await eve.client.get(path)).status_code == 302


async def test_number_in_the_address_is_filled_in_and_dials_nothing(
    carl: Member, site: Site
) -> None:
    shown = await carl.client.get("/dial", {"number": '+44 20 7946 0123"><b>'})
    assert 'value="+44 20 7946 0123&quot;&gt;&lt;b&gt;"' in shown.content.decode()
    assert site.switchboard.requests == []


async def test_paired_browser_is_listed_and_revoked_as_a_token(carl: Member) -> None:
    code = await code_of(carl)
    await sync_to_async(pair_browser)(code, browser="Chromium on Linux", address="")
    page = (await carl.client.get(PAGE)).content.decode()
    assert "Chromium on Linux" in page
    assert "Not used yet." in page
    token = await ApiToken.objects.aget(browser="Chromium on Linux")
    assert (token.places_calls, token.reads_calls) == (True, True)
    path = f"/account/tokens/{token.pk}/revoke?from=computers"
    assert path in page
    asked = (await carl.client.get(path)).content.decode()
    assert asked.count(f'href="{PAGE}"') == 3  # beside the menu: the way back, and Cancel
    answer = await carl.client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert "You have no browsers." in (await carl.client.get(PAGE)).content.decode()
    rows = [
        (row.user_name, row.action, row.label)
        async for row in Change.objects.filter(subject=ChangeSubject.TOKEN).order_by("id")
    ]
    name = "Extension in Chromium on Linux of Carl Osei"
    assert rows[-2:] == [("Carl Osei", "added", name), ("Carl Osei", "removed", name)]


async def test_extension_is_handed_out_for_each_kind_of_browser(carl: Member, site: Site) -> None:
    page = (await carl.client.get(PAGE)).content.decode()
    for name, kind in package_names().items():
        assert f'href="{PAGE}/files/{name}" download' in page
        answer = await carl.client.get(f"{PAGE}/files/{name}")
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        with zipfile.ZipFile(BytesIO(answer.content)) as package:
            assert json.loads(package.read("manifest.json")) == manifest_of(kind)
        assert (await site.browser().get(f"{PAGE}/files/{name}")).status_code == 302
