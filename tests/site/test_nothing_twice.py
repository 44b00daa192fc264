"""Pages that are sent twice: a second click, a form that comes again, a page loaded anew after an error."""

import re
from html import unescape
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import Member, Site
from tests.site.test_calls import HTMX, NUMBER, rows
from webdial.exchange import Outcome, Verdict
from webdial.exchange.general_settings import SAME_CALL_WITHIN
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber

CLICK = "You have just dialled this number: this is that call. Nothing was dialled again."
KEY = "This page has dialled already: this is its call. Nothing was dialled again."


async def form_of(member: Member, address: str = "/dial") -> str:
    """The id of the forms on a page."""
    response = await member.client.get(address)
    ids = set(re.findall(r'name="once" value="([\w-]{22})"', response.content.decode()))
    assert len(ids) == 1
    return str(ids.pop())


async def send(member: Member, *, htmx: bool = True, **fields: str) -> Any:
    fields = {"number": NUMBER} | fields
    return await member.client.post("/calls", fields, headers=HTMX if htmx else {})


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.fixture
async def every_click_counts(site: Site) -> None:
    await sync_to_async(override_setting)(SAME_CALL_WITHIN.name, "0")
    await sync_to_async(site.reader.refresh)()


async def test_second_click_shows_the_first_call_and_offers_to_dial_again(
    site: Site, carl: Member
) -> None:
    await send(carl, once="a")
    second = text_of(await send(carl, once="b"))
    (row,) = await rows(carl)
    assert CLICK in second
    assert f'name="again" value="{row.id}"' in second
    assert len(site.switchboard.requests) == 1
    again = text_of(await send(carl, once="c", again=str(row.id)))
    assert CLICK not in again
    assert len(await rows(carl)) == 2


async def test_second_click_without_script_leads_to_the_first_calls_page(
    site: Site, carl: Member
) -> None:
    first = await send(carl, htmx=False, once="a")
    second = await send(carl, htmx=False, once="b")
    assert second.headers["location"] == f"{first.headers['location']}?same=click"
    shown = await carl.client.get(second.headers["location"])
    assert CLICK in text_of(shown)
    assert CLICK not in text_of(await carl.client.get(first.headers["location"]))
    assert len(site.switchboard.requests) == 1


async def test_call_that_reached_nobody_may_be_tried_again_at_once(
    site: Site, carl: Member
) -> None:
    site.switchboard.verdict = Verdict(Outcome.CONNECTION_REFUSED)
    await send(carl, once="a")
    await site.finish((await rows(carl))[0].id)
    assert CLICK not in text_of(await send(carl, once="b"))
    assert len(site.switchboard.requests) == 2


@pytest.mark.usefixtures("every_click_counts")
@pytest.mark.parametrize("htmx", [True, False])
async def test_form_that_comes_again_shows_the_first_call(
    site: Site, carl: Member, htmx: bool
) -> None:
    once = await form_of(carl)
    answers = [await send(carl, htmx=htmx, once=once) for _ in range(3)]
    (row,) = await rows(carl)
    assert len(site.switchboard.requests) == 1
    if htmx:
        assert [KEY in text_of(answer) for answer in answers] == [False, True, True]
    else:
        assert answers[2].headers["location"] == f"/calls/{row.id}?same=key"
        assert KEY in text_of(await carl.client.get(answers[2].headers["location"]))


@pytest.mark.usefixtures("every_click_counts")
async def test_one_page_dials_each_of_its_numbers(site: Site, carl: Member) -> None:
    once = await form_of(carl)
    for number in (NUMBER, "020 7946 0124", NUMBER):
        await send(carl, once=once, number=number)
    assert [request.url[-3:] for request in site.switchboard.requests] == ["123", "124"]


@pytest.mark.usefixtures("every_click_counts")
async def test_answer_that_a_page_shows_gives_it_a_new_id(site: Site, carl: Member) -> None:
    once = await form_of(carl)
    answer = await send(carl, once=once)
    assert answer.headers["webdial-next-id"] not in {once, ""}
    await send(carl, once=answer.headers["webdial-next-id"])
    assert len(site.switchboard.requests) == 2


async def test_id_is_the_users_own(site: Site, carl: Member, bea: Member) -> None:
    once = await form_of(carl)
    await send(carl, once=once)
    assert KEY not in text_of(await send(bea, once=once))
    assert len(site.switchboard.requests) == 2


async def test_page_loaded_again_after_an_error_dials_nothing_when_the_error_is_gone(
    site: Site, carl: Member
) -> None:
    await site.keep_faulty("http://pbx:546342/#")
    once = await form_of(carl)
    refused = await send(carl, htmx=False, once=once)
    assert refused.status_code == 422
    await site.dial_by("http://pbx.example/#")
    loaded_again = await send(carl, htmx=False, once=once)
    assert loaded_again.status_code == 422
    assert "This form was sent once more. Nothing was dialled." in text_of(loaded_again)
    assert site.switchboard.requests == []
    fresh = re.findall(r'name="once" value="([\w-]{22})"', text_of(loaded_again))[0]
    assert (await send(carl, htmx=False, once=fresh)).status_code == 303


async def test_link_is_handed_over_once(site: Site, carl: Member) -> None:
    await site.dial_by("tel:#")
    once = await form_of(carl)
    first = await send(carl, htmx=False, once=once)
    assert first.headers["location"] == "tel:02079460123"
    second = await send(carl, htmx=False, once=once)
    (row,) = await rows(carl)
    assert second.headers["location"] == f"/calls/{row.id}?same=key"
    assert "tel:02079460123" not in text_of(await send(carl, once="other"))


async def test_form_of_a_page_from_before_the_upgrade_still_dials(site: Site, carl: Member) -> None:
    assert (await send(carl)).status_code == 200
    assert len(site.switchboard.requests) == 1


async def test_every_form_that_dials_has_an_id(site: Site, carl: Member, ada: Member) -> None:
    work = LabelledNumber("Work", NUMBER)
    person = await sync_to_async(save_person)(name="Agatha Penrose", phones=[work])
    call = await send(carl, once="a")
    (row,) = await rows(carl)
    assert call.status_code == 200
    for member, address in (
        (carl, "/dial"),
        (carl, "/calls"),
        (carl, f"/calls/{row.id}"),
        (carl, f"/people/{person.pk}"),
        (carl, "/account"),
        (ada, "/maintenance/users"),
    ):
        page = text_of(await member.client.get(address))
        forms = re.findall(r'<form[^>]*action="/calls"[^>]*method="post".*?</form>|'
                           r'<form[^>]*method="post" action="/calls".*?</form>', page, re.DOTALL)  # fmt: skip
        assert forms, address
        assert all('name="once"' in form for form in forms), address
