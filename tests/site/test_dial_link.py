"""The small page behind telephone links: what it shows, and that opening it dials nothing."""

import re
from html import unescape

import pytest

from tests.site.conftest import Member, Site
from webdial.site.pages.any_page import bookmarklet
from webdial.site.pages.dial_link import asked_for

HTMX = {"HX-Request": "true", "HX-Target": "latest-call"}
LINK = "/dial/link?to=tel%3A%2B442079460123"


async def opened(member: Member, address: str, *, status: int = 200, **headers: str) -> str:
    response = await member.client.get(address, headers=headers or None)
    assert response.status_code == status
    return unescape(response.content.decode())


def number_in(html: str) -> str:
    """What the form would dial."""
    (found,) = re.findall(r'name="number" value="([^"]*)"', html)
    return found


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("to=tel%3A%2B44%2020", "tel:+44 20"),
        ("to=tel:+44+20+7946", "tel:+44 20 7946"),
        ("to=tel%3A+44", "tel:+44"),
        ("to=%2B44+20", "+44 20"),
        ("to=+44+20", "+44 20"),
        ("to=020+7946", "020 7946"),
        ("to=tel:%2F%2F+44", "tel://+44"),
        ("a=b&to=7", "7"),
        ("to=%E2%80%8B7", "7"),
        ("", ""),
        ("to", ""),
    ],
)
def test_plus_is_kept_where_a_number_begins(query: str, asked: str) -> None:
    assert asked_for(query) == asked


async def test_link_shows_number_phone_and_one_button(carl: Member) -> None:
    html = await opened(carl, LINK)
    assert number_in(html) == "+442079460123"
    assert 'extension <span class="num">203</span>' in html
    (button,) = re.findall(r'<button class="button button--primary[^>]*>', html)
    assert "autofocus" in button
    assert 'type="submit"' in button


async def test_extension_and_context_are_told(carl: Member) -> None:
    html = await opened(carl, "/dial/link?to=tel:+442079460123%3Bext=12")
    assert 'Extension <span class="num">12</span> is not dialled; ask for it.' in html
    html = await opened(carl, "/dial/link?to=tel:7042%3Bphone-context=example.com")
    assert "this number means something within example.com" in html


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"},
        {"HX-Request": "true"},
    ],
    ids=str,
)
async def test_opening_it_dials_nothing(
    site: Site, carl: Member, method: str, headers: dict[str, str]
) -> None:
    response = await getattr(carl.client, method)(LINK, headers=headers)
    assert response.status_code in {200, 405}
    assert site.switchboard.requests == []


async def test_it_takes_no_post(site: Site, carl: Member) -> None:
    response = await carl.client.post(LINK, {"number": "020 7946 0123"})
    assert response.status_code == 405
    assert site.switchboard.requests == []


async def test_it_cannot_be_framed_or_reached_from_its_opener(carl: Member) -> None:
    response = await carl.client.get(LINK)
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_its_form_dials(site: Site, carl: Member) -> None:
    number = number_in(await opened(carl, LINK))
    response = await carl.client.post("/calls", {"number": number}, headers=HTMX)
    assert response.status_code == 200
    (request,) = site.switchboard.requests
    assert "%2B442079460123" in request.url


async def test_eve_signs_in_first_and_comes_back(eve: Member) -> None:
    response = await eve.client.get(LINK)
    assert response.status_code == 302
    assert response["Location"] == ("/sign-in?next=/dial/link%3Fto%3Dtel%253A%252B442079460123")


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("", "No number was given."),
        ("tel:", "No number was given."),
        ("tel:sales", "There is no number in this that could be dialled."),
        ("tel:030%3Bphone-context=%2B49", "This number can be dialled within +49 alone."),
        ("tel:7%3Bm-carrier=x", "This link says more than is understood here."),
        ("javascript:alert(1)", "It is not clear which number to dial."),
        ("https://example.com/1", "This is a link, but not for a telephone number."),
        ("7" * 2_000, "This is too long for a telephone number"),
    ],
)
async def test_wrong_link_is_told(carl: Member, to: str, told: str) -> None:
    html = await opened(carl, f"/dial/link?to={to}", status=422)
    assert told in html
    assert "data-arm" not in html


async def test_text_of_a_link_is_shown_and_never_run(carl: Member) -> None:
    response = await carl.client.get("/dial/link?to=%3Cscript%3Ealert(1)%3C/script%3E020")
    html = response.content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


async def test_link_shows_its_digits_in_the_order_in_which_they_are_dialled(
    site: Site, carl: Member
) -> None:
    context = ";phone-context=crm\u202e.example"
    for link in (
        "tel:+44\u202e2079460123", f"tel:+442079460123{context}", "+44 \u202e20 7946 0123", "\u202e4321"
    ):  # fmt: skip
        html = (await carl.client.get("/dial/link", {"to": link})).content.decode()
        assert ("4321" if link.endswith("4321") else "+442079460123") in html
        assert "\u202e" not in html
    answer = await carl.client.post("/calls", {"number": "+44\u202e2079460123"})
    assert answer.status_code == 303
    html = (await carl.client.get(answer["Location"])).content.decode()
    assert "+442079460123" in html
    assert "\u202e" not in html


async def test_page_that_led_here_is_named(carl: Member) -> None:
    of_crm = {"Sec-Fetch-Site": "cross-site", "Referer": "https://crm.example/"}
    assert "A page of crm.example led here." in await opened(carl, LINK, **of_crm)
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Referer": "https://dial.example/"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Referer": "https://[broken"},
    ):
        assert "led here" not in await opened(carl, LINK, **headers)


async def test_link_that_comes_back_in_a_circle_dials_no_second_time(
    site: Site, carl: Member
) -> None:
    """The user's calls go out as tel: links, and in this browser that is Webdial itself."""
    await site.dial_by("tel:#")
    response = await carl.client.post("/calls", {"number": "+442079460123"})
    assert response["Location"] == "tel:+442079460123"
    html = await opened(carl, LINK, status=422)
    assert "This link came back to where it was sent from." in html
    # Another number is no circle.
    await opened(carl, "/dial/link?to=tel:+442079460124")


async def test_account_page_has_handler_bookmarklet_and_tag(carl: Member) -> None:
    html = await opened(carl, "/account/any-page")
    assert 'data-handler="/dial/link?to=%s"' in html
    assert bookmarklet("http://testserver/dial") in html
    assert '<script src="http://testserver/static/embed/webdial.js" async></script>' in html
