"""The Dial page: whom one can ring, whose phone rings first, and that it dials nothing by itself."""

import re
from html import escape

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.site.conftest import Member, Site
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Branch

HTMX = {"HX-Request": "true", "HX-Target": "directory"}
HOSTILE = "<script>alert('x')</script>\"&"


def add_person(name: str, company: str = "", *numbers: tuple[str, str]) -> None:
    phones = [LabelledNumber(label, number) for label, number in numbers]
    save_person(name=name, company=company, phones=phones)


@pytest.fixture
def penrose(site: Site) -> None:
    add_person(
        "Agatha Penrose",
        "Penrose & Vale",
        ("work", "020 7946 0123"),
        ("mobile", "07700 900223"),
    )


@pytest.fixture
def crowd(site: Site) -> None:
    """120 people: two whole pages and a part of a third."""
    for index in range(120):
        add_person(f"Person {index:03}", "", ("", f"020 7946 0{index:03}"))


async def page(member: Member, address: str = "/dial", **headers: str) -> str:
    response = await member.client.get(address, headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def names(html: str) -> list[str]:
    shown = re.findall(r'<p class="entry__name">(.*?)</p>', html)
    return [re.sub("<.*?>", "", name) for name in shown]


async def test_each_number_has_a_form_that_dials_it(carl: Member, penrose: None) -> None:
    html = await page(carl)
    assert names(html) == ["Agatha Penrose"]
    assert "Penrose &amp; Vale" in html
    for number in ("020 7946 0123", "07700 900223"):
        assert f'<input type="hidden" name="number" value="{number}">' in html
    # The header's field is left out here, so: the free field and two numbers.
    assert html.count('method="post" action="/calls"') == 3
    assert html.count('name="csrfmiddlewaretoken"') == 6  # two stars, and signing out


async def test_loading_the_page_dials_nothing(site: Site, carl: Member, penrose: None) -> None:
    await page(carl, "/dial?number=020+7946+0123")
    assert site.switchboard.requests == []


async def test_names_are_shown_and_never_run(carl: Member, site: Site) -> None:
    await sync_to_async(add_person)(HOSTILE, HOSTILE, (HOSTILE, "020 7946 0123"))
    html = await page(carl)
    assert "<script>alert" not in html
    # Name, company, label; and the name for the button and for the star.
    assert html.count(escape(HOSTILE)) == 6


async def test_page_has_no_script_or_style_of_its_own(carl: Member, penrose: None) -> None:
    for address in ("/dial", "/calls", "/account/password"):
        html = await page(carl, address)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", html)
        scripts = re.findall(r"<script[^>]*>", html)
        assert len(scripts) == 2
        assert all('src="/static/' in script for script in scripts)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("agatha", ["Agatha Penrose"]),
        ("vale pen", ["Agatha Penrose"]),
        ("7946 0123", ["Agatha Penrose"]),
        ("quill", ["Bartholomew Quill"]),
        ("", ["Agatha Penrose", "Bartholomew Quill"]),
        ("agatha quill", []),
        ("%", []),
        ("\x00", ["Agatha Penrose", "Bartholomew Quill"]),
        ("x" * 5_000, []),
        (HOSTILE, []),
    ],
)
async def test_search(carl: Member, penrose: None, search: str, found: list[str]) -> None:
    await sync_to_async(add_person)("Bartholomew Quill", "Bookbinders", ("", "0113 496 0187"))
    response = await carl.client.get("/dial", {"q": search})
    assert response.status_code == 200
    html = response.content.decode()
    assert names(html) == found
    assert "<script>alert" not in html


async def test_search_as_you_type_is_answered_with_the_list_alone(
    carl: Member, penrose: None
) -> None:
    html = await page(carl, "/dial?q=agatha", **HTMX)
    assert names(html) == ["Agatha Penrose"]
    assert "<html" not in html
    assert 'role="status" data-hx-swap-oob="true">1 found</p>' in html
    assert "Nobody found" in await page(carl, "/dial?q=zzz", **HTMX)


async def test_colleagues_have_extension_and_numbers_and_oneself_is_left_out(
    carl: Member, site: Site
) -> None:
    html = await page(carl, "/dial?list=colleagues")
    assert names(html) == ["Ada Byrne", "Bea Novak", "Dora Lindqvist"]
    assert '<input type="hidden" name="number" value="301">' in html
    assert names(await page(carl, "/dial?list=colleagues&q=leeds")) == ["Dora Lindqvist"]


async def test_people_come_fifty_a_page(carl: Member, crowd: None) -> None:
    html = await page(carl)
    assert names(html) == [f"Person {index:03}" for index in range(50)]
    assert 'href="/dial?page=2"' in html
    html = await page(carl, "/dial?page=2", **HTMX)
    assert names(html) == [f"Person {index:03}" for index in range(50, 100)]
    assert 'id="directory-count"' not in html  # entries alone, to be added to the list
    html = await page(carl, "/dial?page=3&q=person")
    assert names(html) == [f"Person {index:03}" for index in range(100, 120)]
    assert "Show more" not in html
    assert 'href="/dial?q=person&amp;page=2"' in html


@pytest.mark.parametrize("number", ["0", "-1", "abc", "9" * 50, "", "२", "1e3"])
async def test_page_that_is_none_is_still_answered(
    carl: Member, penrose: None, number: str
) -> None:
    response = await carl.client.get("/dial", {"page": number})
    assert response.status_code == 200


async def test_queries_do_not_grow_with_the_people(site: Site, carl: Member, crowd: None) -> None:
    await page(carl)  # the first page of a session notes where it is
    few = await _count_queries(carl, "/dial?q=Person+001")
    many = await _count_queries(carl, "/dial")
    assert 0 < few == many <= 8


async def _count_queries(member: Member, address: str) -> int:
    # The views' thread has a connection of its own, so that thread must look at it.
    capture = CaptureQueriesContext(connection)
    await sync_to_async(capture.__enter__)()
    await page(member, address)
    await sync_to_async(capture.__exit__)(None, None, None)
    return await sync_to_async(capture.__len__)()


async def test_nobody_to_ring_yet(ada: Member, carl: Member) -> None:
    assert "People appear here once an administrator has entered them" in await page(carl)
    assert 'href="/maintenance/people"' in await page(ada)
    assert 'href="/maintenance/people"' not in await page(carl)


async def test_own_phone_is_told(carl: Member) -> None:
    html = await page(carl)
    assert 'Your phone: extension <span class="num">203</span>' in html
    assert "Carl Osei · London." in html


async def test_missing_extension_is_told_before_anybody_dials(
    site: Site, ada: Member, carl: Member
) -> None:
    for member in (ada, carl):
        assert member.user is not None
        await site.change_user(member.user, extension="")
    html = await page(carl)
    assert "You have no extension yet" in html
    assert "Ask an administrator to enter it in Maintenance | Users." in html
    assert 'href="/maintenance/users">Enter it' in await page(ada)


async def test_no_extension_is_wanted_where_the_dial_string_has_none(
    site: Site, carl: Member
) -> None:
    assert carl.user is not None
    await site.change_user(carl.user, extension="")
    await site.dial_by("http://pbx.example/dial?to=#")
    assert "You have no extension yet" not in await page(carl)


async def test_faulty_setting_is_told(site: Site, carl: Member, ada: Member) -> None:
    await site.keep_faulty("http://pbx.example:546342/#")
    assert "The dial string that is set for you has a fault." in await page(carl)
    assert "Tell an administrator." in await page(carl)
    assert "546342" not in await page(carl)
    assert "Mend it in Maintenance | General Settings" in await page(ada)


async def test_calls_by_a_link_use_plain_forms(site: Site, carl: Member, penrose: None) -> None:
    assert 'data-hx-post="/calls"' in await page(carl)
    await site.dial_by("tel:#")
    html = await page(carl)
    assert 'data-hx-post="/calls"' not in html
    assert html.count('data-dial="link"') == 3
    assert "Calls open on this machine" in html


async def test_own_branch_decides_how_one_dials(
    site: Site, carl: Member, dora: Member, leeds: Branch
) -> None:
    await site.dial_by("tel:#", branch=leeds)
    assert "Calls open on this machine" in await page(dora)
    assert "Your phone" in await page(carl)
