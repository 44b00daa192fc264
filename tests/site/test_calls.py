"""Placing calls by the pages, following them, and one's own log."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
import uuid_utils.compat
from asgiref.sync import sync_to_async

from tests.site.conftest import Member, Site
from webdial.errors import CallNotPlacedError
from webdial.exchange import Exchange, GroupCommitJournal, Outcome, Verdict
from webdial.exchange.journal import Entry
from webdial.site.domain.calls import calls_of_user
from webdial.site.models import Call

HTMX = {"HX-Request": "true", "HX-Target": "latest-call"}
NUMBER = "020 7946 0123"


async def dial(member: Member, number: str = NUMBER) -> str:
    """Dial as the page's script does; the panel."""
    response = await member.client.post("/calls", {"number": number}, headers=HTMX)
    assert response.status_code == 200
    return unescape(response.content.decode())


async def page(member: Member, address: str) -> str:
    response = await member.client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


async def rows(member: Member) -> list[Call]:
    assert member.user is not None
    user = member.user
    return await sync_to_async(lambda: list(calls_of_user(user)))()


async def only_call(member: Member) -> Call:
    (row,) = await rows(member)
    return row


async def finished_call(site: Site, member: Member, verdict: Verdict | None = None) -> Call:
    """A call of this member, dialled and ended."""
    site.switchboard.verdict = verdict or Verdict(Outcome.SENT, 200, "OK")
    await dial(member)
    newest = (await rows(member))[0]
    await site.finish(newest.id)
    return (await rows(member))[0]


async def test_dial_sends_one_request_and_shows_it_at_once(site: Site, carl: Member) -> None:
    site.switchboard.gate = asyncio.Event()
    panel = await dial(carl)
    row = await only_call(carl)
    assert "Asking the phone system to ring your phone …" in panel
    assert NUMBER in panel
    assert f'data-hx-get="/calls/{row.id}/line?in=panel" data-hx-trigger="load"' in panel
    assert row.outcome == "placing"
    site.switchboard.gate.set()
    await site.finish(row.id)
    (request,) = site.switchboard.requests
    assert request.url == "http://pbx.example/dial?from=203&to=02079460123"


async def test_outcome_is_waited_for_and_told(site: Site, carl: Member) -> None:
    site.switchboard.gate = asyncio.Event()
    await dial(carl)
    row = await only_call(carl)
    asking = asyncio.create_task(carl.client.get(f"/calls/{row.id}/line?in=panel"))
    await site.exchange.asked.wait()
    assert not asking.done()
    site.switchboard.gate.set()
    panel = (await asking).content.decode()
    assert "Sent to the phone system, not confirmed. Pick up your phone when it rings." in panel
    assert "badge--good" in panel
    assert "hx-trigger" not in panel


async def test_waiting_again_is_asked_for_while_the_call_is_placed_elsewhere(
    site: Site, carl: Member
) -> None:
    """As by another node: the log says placing and the exchange here knows nothing."""
    row = await sync_to_async(log_call)(carl, outcome="placing")
    panel = await page(carl, f"/calls/{row.id}/line?in=panel")
    assert 'hx-trigger="load delay:2s"' in panel
    await Call.objects.filter(pk=row.pk).aupdate(outcome="interrupted")
    panel = await page(carl, f"/calls/{row.id}/line?in=panel")
    assert "Placing this call was interrupted." in panel
    assert "hx-trigger" not in panel


@pytest.mark.parametrize("part", ["panel", "row", "story", "", "../../x"])
async def test_every_part_tells_the_outcome(site: Site, carl: Member, part: str) -> None:
    row = await finished_call(site, carl)
    html = await page(carl, f"/calls/{row.id}/line?in={part}")
    assert "Sent to the phone system, not confirmed." in html
    assert "<html" not in html


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
async def test_nothing_but_a_post_dials(site: Site, carl: Member, method: str) -> None:
    await getattr(carl.client, method)(f"/calls?number={NUMBER}")
    await getattr(carl.client, method)(f"/dial?number={NUMBER}")
    assert site.switchboard.requests == []
    assert await rows(carl) == []


async def test_post_without_the_form_token_dials_nothing(site: Site, carl: Member) -> None:
    browser = site.browser(enforce_csrf_checks=True)
    browser.cookies = carl.client.cookies
    assert (await browser.get("/dial")).status_code == 200
    for headers in (None, HTMX):
        response = await browser.post("/calls", {"number": NUMBER}, headers=headers)
        assert response.status_code == 403
    assert site.switchboard.requests == []


async def test_number_in_the_address_of_a_post_is_not_taken(site: Site, carl: Member) -> None:
    response = await carl.client.post(f"/calls?number={NUMBER}", headers=HTMX)
    assert response.status_code == 422
    assert site.switchboard.requests == []


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("", "No number was given."),
        ("Agatha", "There is no number in this that could be dialled."),
        ("\N{TELEPHONE RECEIVER}", "There is no number in this that could be dialled."),
        ("0800 FLOWERS", "Letters are part of this number; only digits can be dialled."),
        ("020 7946 0001 / 020 7946 0002", "It is not clear which number to dial."),
        ("020\r\nX-Evil: 1", "This is more than one line, not one number."),
        ("1" * 10_000, "This is too long for a telephone number: 10,000 characters."),
        ("<script>alert('x')</script>", "There is no number in this that could be dialled."),
    ],
)
async def test_number_that_cannot_be_dialled_is_told(
    site: Site, carl: Member, number: str, told: str
) -> None:
    for headers in (HTMX, None):
        response = await carl.client.post("/calls", {"number": number}, headers=headers)
        html = response.content.decode()
        assert response.status_code == 422
        assert told in html
        assert "<script>alert" not in html
        assert ("<html" in html) is (headers is None)
    assert site.switchboard.requests == []
    assert await rows(carl) == []


async def test_refused_number_is_kept_in_the_field(carl: Member) -> None:
    response = await carl.client.post("/calls", {"number": "0800 FLOWERS"})
    html = response.content.decode()
    assert 'value="0800 FLOWERS" data-focus aria-invalid="true"' in html
    assert 'id="number-error"' in html


async def test_missing_extension_stops_the_call(site: Site, carl: Member) -> None:
    assert carl.user is not None
    await site.change_user(carl.user, extension="")
    response = await carl.client.post("/calls", {"number": NUMBER}, headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 422
    assert "needs the caller&#x27;s extension, and none is set up." in html
    assert "Set up the extension in Maintenance | Users." in html
    assert site.switchboard.requests == []


async def test_extension_behind_the_number_is_not_dialled_but_told(
    site: Site, carl: Member
) -> None:
    panel = await dial(carl, "020 7946 0000 ext 12")
    assert 'Extension <span class="num">12</span> was not dialled; ask for it.' in panel
    row = await only_call(carl)
    await site.finish(row.id)
    assert "was not dialled; ask for it." in await page(carl, f"/calls/{row.id}")
    assert site.switchboard.requests[0].url.endswith("to=02079460000")


class FullDisk:
    """A JournalStore that cannot write."""

    def write(self, entries: Sequence[Entry]) -> Mapping[UUID, CallNotPlacedError]:
        raise sqlite3.OperationalError("database or disk is full")

    def close(self) -> None: ...


async def test_call_that_cannot_be_written_down_is_not_sent(site: Site, carl: Member) -> None:
    journal = GroupCommitJournal(FullDisk())
    carl.client.state["exchange"] = Exchange(
        configuration=site.reader, journal=journal, sender=site.switchboard, run_id="full"
    )
    response = await carl.client.post("/calls", {"number": NUMBER}, headers=HTMX)
    journal.close()
    assert response.status_code == 422
    assert b"The call log could not be written, so the call was not placed." in response.content
    assert site.switchboard.requests == []


async def test_without_script_the_call_has_a_page_that_can_be_loaded_again(
    site: Site, carl: Member
) -> None:
    response = await carl.client.post("/calls", {"number": NUMBER})
    row = await only_call(carl)
    assert (response.status_code, response["Location"]) == (303, f"/calls/{row.id}")
    await site.finish(row.id)
    for _ in range(2):
        await page(carl, f"/calls/{row.id}")
    assert len(site.switchboard.requests) == 1


async def test_call_being_placed_loads_itself_again_without_script(
    site: Site, carl: Member
) -> None:
    row = await sync_to_async(log_call)(carl, outcome="placing")
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in await page(
        carl, f"/calls/{row.id}"
    )


@pytest.mark.parametrize(
    ("dial_string", "link"),
    [
        ("tel:#", "tel:+442079460123"),
        ("tel://#", "tel://+442079460123"),
        ("dial:#", "dial:+442079460123"),
        ("my-phone:call|{#}|^|#", "my-phone:call|#|203|+442079460123"),
    ],
)
async def test_link_goes_to_the_browser_exactly_as_written(
    site: Site, carl: Member, dial_string: str, link: str
) -> None:
    await site.dial_by(dial_string)
    response = await carl.client.post("/calls", {"number": "+44 20 7946 0123"})
    assert (response.status_code, response["Location"]) == (303, link)
    assert site.switchboard.requests == []
    row = await only_call(carl)
    assert (row.outcome, row.kind) == ("handed_over", "link")
    assert "Handed to the phone program on your machine." in await page(carl, "/calls/latest")


async def test_page_may_hand_over_to_the_scheme_that_is_set(site: Site, carl: Member) -> None:
    await site.dial_by("dial:#")
    policy = (await carl.client.get("/dial"))["Content-Security-Policy"]
    assert "form-action 'self' dial: tel:" in policy


async def test_link_that_the_page_did_not_expect_waits_for_a_click(
    site: Site, carl: Member
) -> None:
    """The setting became a link after the page was loaded with forms for requests."""
    await site.dial_by("tel:#")
    panel = await dial(carl)
    assert 'href="tel:02079460123" autofocus' in panel
    assert "Open in your phone program" in panel


async def test_function_that_gives_nothing_is_told(site: Site, carl: Member) -> None:
    await site.dial_by("FUNCTION")
    response = await carl.client.post("/calls", {"number": NUMBER}, headers=HTMX)
    assert response.status_code == 422
    assert b"The database function gave no dial string for this number." in response.content


@pytest.mark.parametrize("outcome", [o for o in Outcome if o.is_final])
async def test_every_outcome_has_words_colour_and_a_way_on(
    site: Site, carl: Member, outcome: Outcome
) -> None:
    row = await sync_to_async(log_call)(carl, outcome=outcome.value)
    panel = await page(carl, f"/calls/{row.id}/line?in=panel")
    assert outcome.label in panel
    assert outcome.sentence in panel
    tone = "good" if outcome.is_success else "warn" if outcome.may_have_rung else "bad"
    assert f"call--{tone}" in panel
    assert ("Dial again" in panel) is not outcome.is_success
    assert ('class="call__note"' in panel) is not outcome.is_success


@pytest.mark.parametrize(
    ("status", "step"),
    [(404, "the dial string may need a change."), (503, "Try again in a minute.")],
)
async def test_refusal_says_what_to_do(site: Site, carl: Member, status: int, step: str) -> None:
    row = await finished_call(site, carl, Verdict(Outcome.REJECTED, status, "no"))
    panel = await page(carl, f"/calls/{row.id}/line?in=panel")
    assert f"({status})" in panel
    assert step in panel


async def test_latest_call_is_shown_on_the_dial_page(site: Site, carl: Member) -> None:
    assert (await carl.client.get("/calls/latest")).status_code == 204
    assert "Your latest call will be shown here." in await page(carl, "/dial")
    row = await finished_call(site, carl)
    assert f'data-call="{row.id}"' in await page(carl, "/calls/latest")
    assert f'data-call="{row.id}"' in await page(carl, "/dial")


async def test_nobody_but_an_administrator_sees_the_call_of_another(
    site: Site, bea: Member, carl: Member, dora: Member
) -> None:
    row = await finished_call(site, carl)
    for member in (bea, dora):
        for address in (f"/calls/{row.id}", f"/calls/{row.id}/line?in=panel"):
            response = await member.client.get(address)
            assert response.status_code == 404
            assert NUMBER.encode() not in response.content
        assert NUMBER not in await page(member, "/calls")
        assert (await member.client.get("/calls/latest")).status_code == 204
    response = await bea.client.get(f"/calls/{row.id}")
    assert b"There is no such call." in response.content


async def test_calls_are_listed_newest_first_fifty_a_page(site: Site, carl: Member) -> None:
    assert "No calls yet" in await page(carl, "/calls")
    for index in range(60):
        await sync_to_async(log_call)(carl, typed=f"020 7946 0{index:03}", age_s=60 - index)
    html = await page(carl, "/calls")
    shown = [f"020 7946 0{index:03}" in html for index in range(60)]
    assert shown == [False] * 10 + [True] * 50
    assert html.index("020 7946 0059") < html.index("020 7946 0058")
    older = html.split('href="?before=')[1].split('"')[0]
    html = await page(carl, f"/calls?before={older}")
    assert [f"020 7946 0{index:03}" in html for index in range(60)] == [True] * 10 + [False] * 50
    assert "Newest calls" in html
    assert "before=" not in html


@pytest.mark.parametrize("before", ["x", "", "1" * 5000, "'; --"])
async def test_place_in_the_list_that_is_none_is_the_newest(carl: Member, before: str) -> None:
    response = await carl.client.get("/calls", {"before": before})
    assert response.status_code == 200


async def test_list_waits_for_a_few_calls_at_most(site: Site, carl: Member) -> None:
    for _ in range(6):
        await sync_to_async(log_call)(carl, outcome="placing")
    assert (await page(carl, "/calls")).count('/line?in=row"') == 3


async def test_story_of_a_call(site: Site, carl: Member) -> None:
    row = await finished_call(site, carl, Verdict(Outcome.SENT, 200, "OK <b>secret</b> 7"))
    html = await page(carl, f"/calls/{row.id}")
    for told in (NUMBER, "02079460123", "203", "London", "set for all branches", "These pages"):
        assert told in html
    for kept_back in ("pbx.example", "secret", "this run"):
        assert kept_back not in html


async def test_administrator_sees_request_answer_and_run_as_well(site: Site, ada: Member) -> None:
    row = await finished_call(site, ada, Verdict(Outcome.SENT, 200, "OK <b>call</b> 7"))
    response = await ada.client.get(f"/calls/{row.id}")
    html = response.content.decode()
    assert "GET http://pbx.example/dial?from=201&amp;to=02079460123" in html
    assert "OK &lt;b&gt;call&lt;/b&gt; 7" in html
    assert "this run" in html


async def test_hostile_text_in_the_log_is_shown_and_not_run(site: Site, ada: Member) -> None:
    evil = "<img src=x onerror=alert(1)>"
    row = await sync_to_async(log_call)(ada, typed=evil, answer=evil, request=evil)
    for address in ("/calls", f"/calls/{row.id}", f"/calls/{row.id}/line", "/dial"):
        response = await ada.client.get(address)
        assert response.status_code == 200
        assert b"<img src=x" not in response.content


@pytest.mark.parametrize("address", ["/calls/x", "/calls/01990000", "/calls/x/line"])
async def test_address_of_no_call(carl: Member, address: str) -> None:
    assert (await carl.client.get(address)).status_code == 404


def log_call(
    member: Member,
    *,
    typed: str = NUMBER,
    outcome: str = "sent",
    answer: str = "",
    request: str = "GET http://pbx.example/",
    age_s: float = 0,
) -> Call:
    """A call in the log that this run of the program knows nothing else of."""
    placed_at = datetime.now(UTC) - timedelta(seconds=age_s)
    return Call.objects.create(
        id=UUID(str(uuid_utils.compat.uuid7())),
        user=member.user,
        branch=None,
        extension="203",
        typed=typed,
        dialled="02079460123",
        channel="page",
        kind="http",
        request=request,
        setting_source="set for all branches",
        run_id="another run",
        placed_at=placed_at,
        outcome=outcome,
        answer=answer,
        finished_at=None if outcome == "placing" else placed_at,
    )
