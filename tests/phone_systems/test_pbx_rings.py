"""A file of the catalogue against the real phone system: two real phones hear each other."""

import asyncio
from urllib.parse import urlsplit

import pytest
import trustme

from tests.phone_systems.caller import Caller, Outcome
from tests.real.fixtures import Softphones
from tests.real.phone_messages import Happening
from tests.real.sipserver import SipServer

DESK, OUTSIDE = "1001", "1009"


@pytest.mark.parametrize("number", ["02079460123", "+442079460123"])
async def test_kamailio_connects_two_phones(
    sip_server: SipServer, softphones: Softphones, number: str
) -> None:
    sip_server.assign_number(number, OUTSIDE)
    desk, outside = softphones(DESK, tone_hz=440), softphones(OUTSIDE, tone_hz=880)
    address = urlsplit(sip_server.rpc_url)
    values = {"host": sip_server.host, "port": str(address.port), "domain": sip_server.host}
    async with Caller("kamailio-jsonrpcs", values, DESK, trustme.CA()) as caller:
        verdict = await caller.dial(number)
    assert verdict.outcome is Outcome.QUEUED
    await asyncio.to_thread(desk.wait, Happening.RINGS)
    await asyncio.to_thread(outside.wait, Happening.RINGS)
    await asyncio.to_thread(desk.wait_tone, 880)
    await asyncio.to_thread(outside.wait_tone, 440)
