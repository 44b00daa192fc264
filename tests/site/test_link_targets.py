"""Where forms may lead by the content security policy: to ourselves, and to the links in force."""

import re

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import Member, Site
from tests.site.small_systems import PROGRAM, SIGN_IN, add_system
from webdial.dialstring import parse_dial_string
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.pages.middleware import _target_of_link


@pytest.mark.parametrize(
    ("dial_string", "target"),
    [
        ("http://pbx.example/#", ""),
        ("{POST}http://pbx.example/<&>to=#", ""),
        ("tel:#", "tel:"),
        ("Skype:#?call", "skype:"),
        ("{OPEN}http://127.0.0.1:8000/d#", "http://127.0.0.1:8000"),
        ("{OPEN}https://teams.example/l/call?users=4:#", "https://teams.example"),
        ("{OPEN}http://[::1]:8000/d#", "http:"),
    ],
)
def test_link_leads_to(dial_string: str, target: str) -> None:
    assert _target_of_link(parse_dial_string(dial_string)) == target


async def test_every_page_lets_forms_lead_to_links_alone(site: Site, carl: Member) -> None:
    assert await form_action(carl) == "'self' tel:"
    await site.dial_by("{OPEN}https://teams.example/l/call?users=4:#")
    assert await form_action(carl) == "'self' https://teams.example tel:"


@pytest.mark.parametrize(
    ("system", "targets"),
    [
        (
            SetupDetails("Teams", catalogue_id="ms-teams-deeplink"),
            "https://teams.microsoft.com tel:",
        ),
        (SetupDetails("baresip", catalogue_id="baresip-httpd"), "http: tel:"),
        (SetupDetails("Switched off", source=PROGRAM, is_active=False), "tel:"),
    ],
)
async def test_phone_systems_that_are_links_are_led_to(
    site: Site, carl: Member, system: SetupDetails, targets: str
) -> None:
    await sync_to_async(save_setup)(system)
    await sync_to_async(site.reader.refresh)()
    assert await form_action(carl) == f"'self' {targets}"


async def test_port_that_is_filled_in_may_be_any(site: Site, carl: Member) -> None:
    await sync_to_async(lambda: add_system("Program", PROGRAM))()
    await sync_to_async(lambda: add_system("Cloud", SIGN_IN))()
    await sync_to_async(site.reader.refresh)()
    assert await form_action(carl) == "'self' http://127.0.0.1:* tel:"


async def form_action(member: Member) -> str:
    response = await member.client.get("/dial")
    policy = response["Content-Security-Policy"]
    return str(policy.partition("form-action ")[2])


NEW_TAB = ' target="_blank" rel="noopener"'


@pytest.mark.parametrize(
    ("dial_string", "opens_tab"),
    [
        ("{OPEN}https://teams.example/l/call?users=4:#", True),
        ("tel:#", False),
        ("http://pbx.example/#", False),
    ],
)
async def test_web_page_is_opened_beside_the_dial_page(
    site: Site, carl: Member, dial_string: str, opens_tab: bool
) -> None:
    await site.dial_by(dial_string)
    for path in ("/dial", "/calls", "/dial/link?to=tel%3A02079460123"):
        page = (await carl.client.get(path)).content.decode()
        forms = [form for form in re.findall(r"<form[^>]*>", page) if " data-dial" in form]
        assert forms, path
        assert {NEW_TAB in form for form in forms} == {opens_tab}, path
