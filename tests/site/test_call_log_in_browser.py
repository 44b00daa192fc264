"""The call log in a real Chromium: filtered by hand, counted, told, with what the policy forbids watched."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests import signed_in
from tests.server import Installation, Server

PASSWORD = "amber-brook-cedar-7"

_LOG = """
from datetime import UTC, datetime, timedelta
from tests.site.logged_calls import logged_call
from webdial.site.models import User
now = datetime.now(UTC)
carl, ada = User.objects.get(login="carl"), User.objects.get(login="ada")
for index in range(90):
    failed = index % 9 == 0
    logged_call(
        ada if index % 4 == 0 else carl,
        placed_at=now - timedelta(hours=7 * index),
        number=f"020 7946 0{index:03}",
        outcome="timed_out" if failed else "accepted",
        phone_system="Head office" if index % 3 else "",
        took_ms=200 + 10 * index,
        number_story='[["What can be dialled","020 7946 0000","02079460000","","",""],'
        '["Number format","02079460000","+442079460000","Wanted: a plus.","Number Format","all"]]',
    )
"""


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation) -> Iterator[Server]:
    """Ada administers, Carl calls; both have called for a month."""
    sqlite_installation.run(
        "user", "add", "ada", "--name", "Ada Byrne", "--staff-id", "AB", "--branch", "LON",
        "--extension", "1000", "--administrator", "--password-stdin", stdin=PASSWORD,
    )  # fmt: skip
    root = Path(__file__).parents[2]
    sqlite_installation.extra_environment["PYTHONPATH"] = f"{root}:{root / 'src'}"
    sqlite_installation.execute(_LOG)
    with sqlite_installation.serving() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def ada(page: Page, server: Server) -> AsyncIterator[Page]:
    """Ada's browser, signed in. Anything that the page's own rules forbid fails the test."""
    forbidden: list[str] = []
    page.on("console", lambda said: forbidden.append(said.text) if "Policy" in said.text else None)
    page.on("pageerror", lambda error: forbidden.append(str(error)))
    await signed_in.sign_in(page, server.address, "ada", PASSWORD)
    yield page
    assert forbidden == []


async def test_calls_are_filtered_and_the_address_tells_how(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls")
    rows = ada.locator(".call-row")
    await expect(rows).to_have_count(50)
    await ada.get_by_label("User", exact=True).fill("CO")
    await ada.get_by_label("Outcome").select_option("Went wrong")
    await ada.get_by_role("button", name="Show").click()
    await expect(ada).to_have_url(re.compile(r"user=CO.*outcome=went_wrong"))
    await expect(rows).to_have_count(7)
    await expect(rows.first).to_contain_text("Carl Osei")
    await ada.get_by_role("link", name="Today").click()
    await expect(ada).to_have_url(re.compile(r"outcome=went_wrong.*period=today"))
    await expect(ada.get_by_text("No call is like this")).to_be_visible()
    await ada.get_by_role("link", name="Clear").click()
    await expect(rows).to_have_count(50)


async def test_pages_are_turned_by_keyboard(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls")
    await ada.get_by_role("link", name="Older calls").focus()
    await ada.keyboard.press("Enter")
    await expect(ada.locator(".call-row")).to_have_count(40)
    await ada.get_by_role("link", name="Newer", exact=True).click()
    await expect(ada.locator(".call-row")).to_have_count(50)


async def test_export_is_saved_as_a_file(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls?outcome=went_wrong")
    async with ada.expect_download() as waiting:
        await ada.get_by_role("link", name="CSV").click()
    saved = await waiting.value
    assert re.fullmatch(r"calls-\d{4}-\d\d-\d\d\.csv", saved.suggested_filename)
    told = await asyncio.to_thread(Path(await saved.path()).read_text, encoding="utf-8-sig")
    assert len(told.splitlines()) == 11


_TEXTS_OF_CHART = """charts => charts.filter(chart => chart.getBoundingClientRect().width).flatMap(chart => {
  const seen = chart.parentElement.getBoundingClientRect();
  return [...chart.querySelectorAll("text")].map(text => {
    const place = text.getBoundingClientRect();
    return [text.textContent, seen.left <= place.left && place.right <= seen.right];
  });
})"""


@pytest.mark.parametrize("width", [1280, 800, 390, 320])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_no_label_of_a_chart_is_cut(
    ada: Page, server: Server, language: str, width: int
) -> None:
    """Of 91 days the last one has a label, at the very end."""
    await ada.set_viewport_size({"width": width, "height": 900})
    await ada.set_extra_http_headers({"Accept-Language": language})
    today = datetime.now(UTC).date()
    for days in (1, 30, 91, 400):
        period = f"from={today - timedelta(days=days - 1)}&to={today}"
        await ada.goto(f"{server.address}/calls/figures?{period}")
        texts = await ada.locator(".chart").evaluate_all(_TEXTS_OF_CHART)
        assert len(texts) > 4
        assert [text for text, is_whole in texts if not is_whole] == []


async def test_figures_are_drawn_to_scale(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls/figures")
    chart = ada.get_by_role("img", name="Calls by day")
    await expect(chart).to_be_visible()
    heights = await chart.locator(".chart__bar").evaluate_all(
        "bars => bars.map(bar => Number(bar.getAttribute('height')))"
    )
    assert len(heights) == 30
    assert 0 < max(heights) <= 202
    await expect(ada.get_by_role("cell", name=re.compile(r"^\d+ ms$")).first).to_be_visible()
    await (
        ada.get_by_role("link", name="Timed out")
        .or_(ada.get_by_role("link", name="No answer"))
        .click()
    )
    await expect(ada).to_have_url(re.compile(r"/calls\?.*outcome=timed_out"))
    await expect(ada.locator(".call-row")).to_have_count(10)


async def test_dialling_again_wants_two_clicks(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls")
    await ada.locator(".call-row__number").first.click()
    await expect(ada.get_by_role("button", name="Dial now")).to_be_hidden()
    await ada.locator("summary", has_text="Dial again").click()
    await expect(ada.get_by_role("button", name="Dial now")).to_be_visible()
    await expect(ada.get_by_text("02079460000 → +442079460000")).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize(
    "path",
    ["calls", "calls?system=x", "calls/figures", "maintenance/personal-data?number=02079460007"],
)
async def test_pages_fit_their_window(ada: Page, server: Server, path: str, width: int) -> None:
    await ada.set_viewport_size({"width": width, "height": 900})
    await ada.goto(f"{server.address}/{path}")
    assert await ada.evaluate("document.documentElement.scrollWidth") <= width


async def test_filter_is_folded_away_on_a_narrow_page_until_it_is_used(
    ada: Page, server: Server
) -> None:
    await ada.set_viewport_size({"width": 360, "height": 740})
    await ada.goto(f"{server.address}/calls?period=30d")
    await expect(ada.get_by_label("Number", exact=True)).to_be_hidden()
    await expect(ada.locator(".call-row").first).to_be_in_viewport()
    await ada.get_by_label("Show the filter").focus()
    await ada.keyboard.press("Space")
    await ada.get_by_label("Number", exact=True).fill("0009")
    await ada.keyboard.press("Enter")
    await expect(ada).to_have_url(re.compile("number=0009"))
    await expect(ada.get_by_label("Number", exact=True)).to_be_visible()
    await ada.set_viewport_size({"width": 1280, "height": 800})
    await expect(ada.get_by_text("Show the filter")).to_be_hidden()


async def test_figures_offer_to_clear_only_what_was_asked_for(ada: Page, server: Server) -> None:
    await ada.goto(f"{server.address}/calls/figures")
    await expect(ada.get_by_role("link", name="Clear", exact=True)).to_be_hidden()
    await ada.goto(f"{server.address}/calls/figures?outcome=timed_out")
    await expect(ada.get_by_role("link", name="Clear", exact=True)).to_be_visible()
