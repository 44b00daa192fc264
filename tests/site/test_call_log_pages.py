"""The pages of the call log: filters, rights, exports, figures, the story of a call."""

import io
import zipfile
from datetime import UTC, datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.site.conftest import Member, Site
from tests.site.logged_calls import logged_call
from tests.site.test_calls import finished_call
from webdial.exchange.general_settings import NUMBER_COUNTRY, NUMBER_FORMAT
from webdial.exchange.ringing_settings import TIME_ZONE
from webdial.site.domain.call_records import COLUMNS, guarded
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Branch, Call, User

LISTS = ("/calls", "/calls/figures", "/calls/export.csv", "/calls/export.xlsx")


async def page(member: Member, address: str, **query: str) -> str:
    response = await member.client.get(address, query)
    assert response.status_code == 200
    return unescape(await content(response))


async def content(response: Any) -> str:
    return (await body(response)).decode()


async def body(response: Any) -> bytes:
    if response.streaming:
        return b"".join([part async for part in response.streaming_content])
    return bytes(response.content)


@pytest.fixture
def log(users: dict[str, User]) -> dict[str, Call]:
    """A call of Carl's and one of Dora's, of today."""
    now = datetime.now(UTC)
    return {
        "carl": logged_call(users["carl"], placed_at=now, number="020 7946 0001"),
        "dora": logged_call(
            users["dora"], placed_at=now, number="0113 496 0002", outcome="timed_out",
            phone_system="Leeds", channel="api",
        ),
    }  # fmt: skip


async def test_days_are_those_of_the_branch(
    site: Site, ada: Member, dora: Member, users: dict[str, User], leeds: Branch
) -> None:
    """Whose branch is in Auckland finds a call of its morning today; the others had it the day before."""
    zone = ZoneInfo("Pacific/Auckland")
    await sync_to_async(override_setting)(TIME_ZONE.name, str(zone), branch=leeds)
    await sync_to_async(site.reader.refresh)()
    today = datetime.now(UTC).astimezone(zone).date()
    morning = datetime.combine(today, time(1), zone)
    await sync_to_async(logged_call)(users["dora"], placed_at=morning, number="0113 496 0003")
    day = {"from": str(today), "to": str(today)}
    assert "0113 496 0003" in (html := await page(dora, "/calls", **day))
    assert "Days are in Pacific/Auckland." in html
    exported = await page(dora, "/calls/export.csv", **day)
    assert f",{morning.isoformat(' ', 'seconds')}," in exported
    assert "0113 496 0003" in exported
    response = await dora.client.get("/calls/export.xlsx", day)
    with zipfile.ZipFile(io.BytesIO(await body(response))) as book:
        assert morning.isoformat(" ", "seconds") in book.read("xl/worksheets/sheet1.xml").decode()
    assert "0113 496 0003" not in (html := await page(ada, "/calls", **day))
    assert "Days are in UTC." in html
    figures = await page(dora, "/calls/figures", **day)
    assert f"{today} 01: 1 calls" in figures


async def test_known_numbers_have_names(site: Site, carl: Member, users: dict[str, User]) -> None:
    """However they were dialled; with a way to the person, and none to a colleague, who has no page."""

    def set_up() -> list[Call]:
        override_setting(NUMBER_COUNTRY.name, "GB")
        site.reader.refresh()
        save_person(name="Agatha Penrose", phones=[LabelledNumber("work", "020 7946 0123")])
        numbers = ("+44 (0)20 7946 0123", users["bea"].extension, "0113 496 0187")
        return [logged_call(users["carl"], number=number) for number in numbers]

    agatha, bea, nobody = await sync_to_async(set_up)()
    html = await page(carl, "/calls")
    whom = '<span class="call-row__whom">{}</span>'
    assert html.count('class="call-row__whom"') == 2
    assert html.index(whom.format("Bea Novak")) < html.index(whom.format("Agatha Penrose"))
    assert whom.format("Agatha Penrose") in await page(
        carl, f"/calls/{agatha.pk}/line", **{"in": "row"}
    )
    assert ">Agatha Penrose</a></dd>" in await page(carl, f"/calls/{agatha.pk}")
    assert "<dt>Whose number</dt><dd>Bea Novak</dd>" in await page(carl, f"/calls/{bea.pk}")
    assert "Whose number" not in await page(carl, f"/calls/{nobody.pk}")


async def test_caller_sees_own_calls_and_an_administrator_all(
    ada: Member, carl: Member, log: dict[str, Call]
) -> None:
    html = await page(carl, "/calls")
    assert "020 7946 0001" in html
    assert "0113 496 0002" not in html
    assert 'name="user"' not in html
    html = await page(ada, "/calls")
    assert "020 7946 0001" in html
    assert "0113 496 0002" in html
    assert "Dora Lindqvist" in html


@pytest.mark.parametrize("address", LISTS[2:3])
async def test_export_holds_what_may_be_seen_and_is_found(
    ada: Member, carl: Member, log: dict[str, Call], address: str
) -> None:
    told = await page(carl, address, user="DL", branch="LDS")
    assert "020 7946 0001" in told
    assert "0113 496 0002" not in told
    told = await page(ada, address, outcome="went_wrong")
    assert "020 7946 0001" not in told
    assert "0113 496 0002" in told
    assert told.splitlines()[0] == "\ufeff" + ",".join(COLUMNS)


@pytest.mark.parametrize("address", [*LISTS, "/calls/latest"])
async def test_signed_out_are_sent_to_sign_in(eve: Member, address: str) -> None:
    response = await eve.client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={address}"


async def test_story_by_right(ada: Member, bea: Member, carl: Member, log: dict[str, Call]) -> None:
    address = f"/calls/{log['carl'].pk}"
    assert (await bea.client.get(address)).status_code == 404
    assert "Placed by" not in await page(carl, address)
    html = await page(ada, address)
    assert 'href="/calls?user=CO">Carl Osei</a>' in html
    assert "GET http://pbx.example/dial" in html


async def test_story_tells_the_steps_of_the_number_and_the_times(site: Site, carl: Member) -> None:
    def settings() -> None:
        override_setting(NUMBER_COUNTRY.name, "GB")
        override_setting(NUMBER_FORMAT.name, "e164")
        site.reader.refresh()

    await sync_to_async(settings)()
    row = await finished_call(site, carl)
    assert row.dialled == "+442079460123"
    assert row.on_disk_at is not None
    assert row.finished_at is not None
    assert row.placed_at <= row.on_disk_at <= row.finished_at
    assert row.took_ms is not None
    assert 0 <= row.took_ms < 60_000
    html = await page(carl, f"/calls/{row.pk}")
    assert "How the number came about" in html
    assert "02079460123 → +442079460123" in html
    assert "On disk" in html


async def test_number_that_was_only_cleaned_has_no_steps(site: Site, carl: Member) -> None:
    row = await finished_call(site, carl)
    assert row.number_story == ""
    assert "How the number came about" not in await page(carl, f"/calls/{row.pk}")


async def test_dialling_again_asks_first_and_is_a_post(carl: Member, log: dict[str, Call]) -> None:
    html = await page(carl, f"/calls/{log['carl'].pk}")
    main = html.partition("<main")[2]
    asked = main.partition("from your phone now?")[2].partition("</details>")[0]
    assert 'method="post" action="/calls"' in asked
    assert "Dial now" in asked
    assert main.count('method="post"') == 1


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"number": "abc"}, "A number is looked for by its digits."),
        ({"outcome": "x"}, "There is no outcome “x”."),
        ({"from": "soon"}, "“soon” is no day."),
        ({"period": "8d"}, "There is no period “8d”."),
        ({"user": "Zoltan"}, "No user is found by “Zoltan”."),
    ],
)
async def test_what_is_not_understood_is_told(
    ada: Member, address: str, query: dict[str, str], told: str
) -> None:
    response = await ada.client.get(address, query)
    assert response.status_code == 422
    assert told in unescape(response.content.decode())


@pytest.mark.parametrize("address", LISTS[:2])
async def test_hostile_filter_is_shown_and_not_run(ada: Member, address: str) -> None:
    evil = "\"><img src=x onerror=alert(1)>\x00'; --"
    names = ("user", "branch", "number", "outcome", "system", "channel", "period", "from", "to")
    for name in names:
        response = await ada.client.get(address, {name: evil, "before": evil})
        assert response.status_code in {200, 422}
        assert b"<img src=x" not in response.content


async def test_filter_stays_in_the_links(ada: Member, log: dict[str, Call]) -> None:
    query = {"outcome": "went_wrong", "branch": "LDS"}
    html = await page(ada, "/calls", **query)
    assert f'href="/calls/export.csv?{urlencode(query)}"' in html
    assert f'href="/calls/figures?{urlencode(query)}"' in html
    assert '<option value="went_wrong" selected>' in html
    assert 'value="LDS"' in html


async def test_nothing_found_says_what_to_do(ada: Member, log: dict[str, Call]) -> None:
    html = await page(ada, "/calls", number="999999")
    assert "No call is like this" in html
    html = await page(ada, "/calls/figures", number="999999")
    assert "No calls in this time" in html


async def test_pages_are_turned_by_key_under_the_filter(
    carl: Member, users: dict[str, User]
) -> None:
    assert carl.user is not None
    user = carl.user

    def fill() -> None:
        now = datetime.now(UTC)
        for index in range(120):
            logged_call(
                user, placed_at=now - timedelta(minutes=index), number=f"020 7946 0{index:03}",
                outcome="rejected" if index % 2 else "sent",
            )  # fmt: skip

    await sync_to_async(fill)()
    html = await page(carl, "/calls", outcome="rejected")
    assert "020 7946 0001" in html
    older = html.partition('rel="next" href="')[2].partition('"')[0]
    assert older.startswith("?outcome=rejected&before=")
    html = await page(carl, f"/calls{older}")
    assert "020 7946 0119" in html
    assert "020 7946 0001" not in html
    newer = html.partition('rel="prev" href="')[2].partition('"')[0]
    assert "020 7946 0001" in await page(carl, f"/calls{newer}")


@pytest.mark.parametrize(("address", "most"), [("/calls", 8), ("/calls/figures", 10)])
async def test_queries_do_not_grow_with_the_calls(
    ada: Member, users: dict[str, User], address: str, most: int
) -> None:
    def twenty_more() -> None:
        for _ in range(20):
            logged_call(users["carl"], placed_at=datetime.now(UTC))

    await sync_to_async(twenty_more)()
    await page(ada, address)
    few = await _count_queries(ada, address)
    await sync_to_async(twenty_more)()
    assert 0 < few == await _count_queries(ada, address) <= most


async def _count_queries(member: Member, address: str) -> int:
    # The views' thread has a connection of its own, so that thread must look at it.
    capture = CaptureQueriesContext(connection)
    await sync_to_async(capture.__enter__)()
    await page(member, address)
    await sync_to_async(capture.__exit__)(None, None, None)
    return await sync_to_async(capture.__len__)()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+2+3", "'+2+3"),
        ("\t=1", "'\t'=1"),
        ("a;=1+1;b", "a;'=1+1;b"),
        ("Busy\r\n@SUM(A1);", "Busy\r\n'@SUM(A1);"),
        ("a;b - c", "a;b - c"),
        ("\uff1d1", "'\uff1d1"),
        ("+44 20 7946 0123", "+44 20 7946 0123"),
        ("020 7946 0123", "020 7946 0123"),
        ("", ""),
    ],
)
def test_formulas_are_disarmed(cell: str, written: str) -> None:
    assert guarded(cell) == written


async def test_formula_in_the_log_leaves_as_text(ada: Member, users: dict[str, User]) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    await sync_to_async(lambda: logged_call(users["carl"], number=evil))()
    assert f'"\'{evil.replace(chr(34), chr(34) * 2)}"' in await page(ada, "/calls/export.csv")
    response = await ada.client.get("/calls/export.xlsx")
    with zipfile.ZipFile(io.BytesIO(await body(response))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK" in sheet
    assert "<f>" not in sheet
    assert "evil.example" not in "".join(book.namelist())


async def test_excel_file_too_long_for_a_page_is_refused(
    ada: Member, log: dict[str, Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webdial.site.pages.call_export.MAX_EXCEL", 1)
    response = await ada.client.get("/calls/export.xlsx")
    assert response.status_code == 422
    assert b"too many calls for an Excel file" in response.content
    response = await ada.client.get("/calls/export.xlsx", {"user": "CO"})
    assert (await body(response))[:2] == b"PK"


async def test_address_of_no_export(ada: Member) -> None:
    assert (await ada.client.get("/calls/export.pdf")).status_code == 404


async def test_figures_are_drawn_and_stand_in_tables(ada: Member, log: dict[str, Call]) -> None:
    html = await page(ada, "/calls/figures")
    assert html.count('<svg class="chart ') == 2
    assert "<title>" in html
    assert "2 calls in 30 days" in html
    assert html.count("<table") == 4
    assert "style=" not in html
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert f'<th scope="row" class="num">{today}</th>' in html
    assert "500 ms" in html
    assert "London" in html


async def test_figures_of_a_caller_are_the_callers(carl: Member, log: dict[str, Call]) -> None:
    html = await page(carl, "/calls/figures")
    assert "1 call in 30 days" in html
    assert "By branch" not in html
    assert "Leeds" not in html
