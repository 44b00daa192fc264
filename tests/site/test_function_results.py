"""A database function's result that is no dial string, as the one who dials sees it."""

from typing import Any

import pytest

from tests.site.conftest import Member, Site
from webdial.exchange import Caller, Configuration, Exchange

HTMX = {"HX-Request": "true"}
SHOWN = "{BASIC ••••}http://pbx:546342/?to=02079460000"


class Giving:
    """A DialFunction that gives always the same."""

    def __init__(self, result: str) -> None:
        self.result = result

    async def dial_string(
        self, _number: str, _caller: Caller, _configuration: Configuration
    ) -> str | None:
        return self.result


async def dialled(site: Site, member: Member, **parts: Any) -> str:
    """The answer to a click in a page with script, nothing having been sent."""
    exchange = Exchange(
        configuration=site.reader, journal=site.exchange._journal, sender=site.switchboard,
        run_id="function", **parts,
    )  # fmt: skip
    member.client.state["exchange"] = exchange
    response = await member.client.post("/calls", {"number": "020 7946 0000"}, headers=HTMX)
    assert response.status_code == 422
    assert site.switchboard.requests == []
    return str(response.content.decode())


async def test_faulty_result_is_shown_with_a_caret_and_without_its_secret(
    site: Site, carl: Member
) -> None:
    await site.dial_by("FUNCTION")
    result = "{BASIC u:hunter2marked}http://pbx:546342/?to=02079460000"
    html = await dialled(site, carl, function=Giving(result))
    assert "What the database function returned is no dial string: 546342 is no port" in html
    assert f">  {SHOWN}\n                         ^^^^^^</pre>" in html
    assert "hunter2marked" not in html


@pytest.mark.parametrize("result", ["", "   "])
async def test_nothing_is_told_in_a_sentence(site: Site, carl: Member, result: str) -> None:
    await site.dial_by("FUNCTION")
    html = await dialled(site, carl, function=Giving(result))
    assert "The database function gave no dial string for this number." in html
    assert "<pre" not in html


async def test_dial_string_of_the_setting_is_shown_to_no_caller(site: Site, carl: Member) -> None:
    await site.keep_faulty("{BASIC u:hunter2marked}http://pbx:546342/?to=#")
    html = await dialled(site, carl)
    assert "The dial string that is set for you has a fault" in html
    assert "hunter2marked" not in html
    assert "546342" not in html
