"""Every phone system of kind "link": the exact link that the user's own machine is given.

What a machine does with a link is its own affair: it hands the text to the program that has registered for it, so
that the text is all there is to try.
"""

from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from tests.phone_systems.caller import SETTINGS, Caller
from tests.phone_systems.trials import EXTENSION
from webdial.dialstring import DialStringError, Link
from webdial.exchange.general_settings import NUMBER_COUNTRY, OUTSIDE_LINE, key_of
from webdial.phonesystems import Kind, SentFrom, catalogue_system

# For 020 7946 0123, for an American number, for an internal one and for a code, all dialled in Britain.
LINKS = {
    "callto-scheme": ("02079460123", "+12025550199", "201", "*21%23", "callto:{}"),
    "sip-scheme": ("02079460123", "+12025550199", "201", "*21%23", "sip:{}@pbx.example"),
    "tel-scheme": ("02079460123", "+12025550199", "201", "*21%23", "tel:{}"),
    "ms-teams-deeplink": (
        "%2B442079460123",
        "%2B12025550199",
        "201",
        "%2A21%23",
        "https://teams.microsoft.com/l/call/0/0?users=4:{}",
    ),
    "ringcentral-scheme": (
        "442079460123",
        "12025550199",
        "201",
        "*21%23",
        "rcmobile://call?number={}",
    ),
    "zoom-phone-scheme": (
        "+442079460123",
        "+12025550199",
        "201",
        "*21%23",
        "zoomphonecall://{}",
    ),
}
TYPED = ("020 7946 0123", "+1 (202) 555-0199", "201", "*21#")
VALUES = {"sip-scheme": {"domain": "pbx.example"}}
CASES = [
    pytest.param(system, typed, whole.format(linked), id=f"{system} {typed}")
    for system, (*forms, whole) in LINKS.items()
    for typed, linked in zip(TYPED, forms, strict=True)
]


def link_of(
    system: str, number: str, authority: trustme.CA, *, outside_line: str = "", country: str = "GB"
) -> str:
    settings = {
        **SETTINGS,
        (key_of(OUTSIDE_LINE.name), None): outside_line,
        (key_of(NUMBER_COUNTRY.name), None): country,
    }
    values = VALUES.get(system, {})
    plan = Caller(system, values, EXTENSION, authority, settings=settings).plan(number)
    assert isinstance(plan, Link)
    return plan.url


@pytest.mark.parametrize("system", LINKS)
def test_file_says_that_it_is_a_link(system: str) -> None:
    found = catalogue_system(system)
    assert found.is_link
    assert (found.kind, found.sent_from) == (Kind.LINK, SentFrom.USERS_MACHINE)


@pytest.mark.parametrize(("system", "typed", "link"), CASES)
def test_exact_link(system: str, typed: str, link: str, authority: trustme.CA) -> None:
    assert link_of(system, typed, authority) == link


@pytest.mark.parametrize("typed", ["020 7946 0123 ext 12", "tel:020-7946-0123;ext=12"])
@pytest.mark.parametrize("system", LINKS)
def test_extension_of_the_called_is_not_dialled(
    system: str, typed: str, authority: trustme.CA
) -> None:
    assert link_of(system, typed, authority) == link_of(system, "02079460123", authority)


@pytest.mark.parametrize("system", ["callto-scheme", "sip-scheme", "tel-scheme"])
def test_outside_line_stands_before_the_number(system: str, authority: trustme.CA) -> None:
    plain = link_of(system, "02079460123", authority)
    with_nine = link_of(system, "02079460123", authority, outside_line="9")
    assert with_nine == plain.replace("02079460123", "902079460123")
    assert link_of(system, "201", authority, outside_line="9") == link_of(system, "201", authority)


@pytest.mark.parametrize("system", ["ms-teams-deeplink", "ringcentral-scheme", "zoom-phone-scheme"])
def test_number_with_its_country_takes_no_outside_line(system: str, authority: trustme.CA) -> None:
    plain = link_of(system, "02079460123", authority)
    assert link_of(system, "02079460123", authority, outside_line="9") == plain


@pytest.mark.parametrize("system", ["ms-teams-deeplink", "zoom-phone-scheme"])
def test_without_a_country_the_number_goes_out_as_typed(system: str, authority: trustme.CA) -> None:
    link = link_of(system, "02079460123", authority, country="")
    assert link.endswith(("4:02079460123", "//02079460123"))


def test_teams_reads_the_very_number(authority: trustme.CA) -> None:
    """A + that a browser decodes to a blank would be another number."""
    link = urlsplit(link_of("ms-teams-deeplink", "+44 20 7946 0123", authority))
    assert (link.scheme, link.netloc, link.path) == ("https", "teams.microsoft.com", "/l/call/0/0")
    assert parse_qs(link.query) == {"users": ["4:+442079460123"]}


def test_sip_link_needs_a_domain(authority: trustme.CA) -> None:
    caller = Caller("sip-scheme", {}, EXTENSION, authority)
    with pytest.raises(DialStringError) as raised:
        caller.plan("02079460123")
    assert [fault.code for fault in raised.value.faults] == ["value_missing"]
