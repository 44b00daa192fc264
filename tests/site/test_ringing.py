"""Who may ring what on the Dial page: what is told, what is asked once more, what stands in the log."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import Member, Site
from webdial.exchange.general_settings import NUMBER_COUNTRY
from webdial.exchange.ringing_settings import NEVER_RUNG, USER_MINUTE
from webdial.site.domain.general_settings import override_setting
from webdial.site.models import Call

ABROAD = "+49 30 1234567"


async def set_up(site: Site, **values: str) -> None:
    for name, value in {NUMBER_COUNTRY.name: "GB", **values}.items():
        await sync_to_async(override_setting)(name, value)
    await sync_to_async(site.reader.refresh)()


async def dial(member: Member, number: str, *, htmx: bool = True, **more: str) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return await member.client.post("/calls", {"number": number, **more}, headers=headers)


@sync_to_async
def calls() -> list[Call]:
    return list(Call.objects.order_by("id"))


async def test_blocked_call_is_told_and_logged(site: Site, carl: Member) -> None:
    await set_up(site)
    page = (await dial(carl, ABROAD)).content.decode()
    assert "You may not ring numbers abroad. Nothing was dialled." in page
    assert "An administrator can give you the right to ring abroad" in page
    (call,) = await calls()
    assert (call.outcome, call.dialled) == ("blocked", "+49301234567")
    assert call.finished_at is not None
    assert site.switchboard.requests == []
    story = (await carl.client.get(f"/calls/{call.id}")).content.decode()
    assert "Who may ring what" in story
    assert "Numbers That Need a Right" in story
    assert "You may not ring numbers abroad. Nothing was dialled." in story
    listed = (await carl.client.get("/calls?outcome=blocked")).content.decode()
    assert "Blocked" in listed
    assert str(call.id) in listed


async def test_administrator_is_under_the_rules_as_well(site: Site, ada: Member) -> None:
    await set_up(site)
    await dial(ada, ABROAD)
    assert ada.user is not None
    await site.change_user(ada.user, may_ring_abroad=True)
    await site.finish((await placed(await dial(ada, ABROAD))).id)
    assert [call.outcome for call in await calls()] == ["blocked", "sent"]


async def placed(response: Any) -> Call:
    (found,) = re.findall(r'data-call="([0-9a-f-]+)"', response.content.decode())
    return await Call.objects.aget(pk=found)


@pytest.mark.parametrize("htmx", [True, False])
async def test_emergency_number_is_rung_by_a_second_press(
    site: Site, carl: Member, *, htmx: bool
) -> None:
    await set_up(site)
    asked = await dial(carl, "999", htmx=htmx)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "This is an emergency number. Ring 999?" in page
    assert "Ring 999 now" in page
    assert (await calls(), site.switchboard.requests) == ([], [])
    fields: dict[str, Any] = dict(
        re.findall(r'<input type="hidden" name="(once|number|confirmed)" value="([^"]*)"', page)
    )
    assert set(fields) == {"once", "number", "confirmed"}
    rung = await dial(carl, fields.pop("number"), htmx=htmx, **fields)
    assert rung.status_code == (200 if htmx else 303)
    (call,) = await calls()
    await site.finish(call.id)
    assert [request.url for request in site.switchboard.requests] == [
        "http://pbx.example/dial?from=203&to=999"
    ]


async def test_second_press_sent_twice_rings_once(site: Site, carl: Member) -> None:
    await set_up(site)
    fields = {"once": "the form's id", "confirmed": "1"}
    for _ in range(2):
        await dial(carl, "999", **fields)
    (call,) = await calls()
    await site.finish(call.id)
    assert len(site.switchboard.requests) == 1


async def test_limit_holds_in_the_database(site: Site, carl: Member, dora: Member) -> None:
    await set_up(site, **{USER_MINUTE.name: "2"})
    for digit in range(4):
        await dial(carl, f"020 7946 012{digit}")
    await dial(dora, "020 7946 0123")
    by_carl = [call.outcome for call in await calls() if carl.user and call.user_id == carl.user.pk]
    # A minute may have begun in between, so that at most two more went through.
    assert by_carl.count("blocked") in {2, 1, 0}
    assert len([call for call in await calls() if call.outcome != "blocked"]) >= 3
    if by_carl.count("blocked") == 2:
        blocked = (await calls())[2]
        assert blocked.message == "You may place 2 calls in a minute, and you have."


async def test_number_that_is_never_rung_is_no_link_either(site: Site, carl: Member) -> None:
    await set_up(site, **{NEVER_RUNG.name: "0871"})
    await site.dial_by("tel:#")
    page = await dial(carl, "0871 123 4567", htmx=False)
    assert page.status_code == 303
    assert page.headers["Location"].startswith("/calls/")
