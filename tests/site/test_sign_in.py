"""Signing in and out, who is let through to which page, and one's own password."""

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import PASSWORD, Browser, Member, Site
from webdial.site.domain.users import MAX_PASSWORD, set_password
from webdial.site.models import User

A_CALL = "01990000-0000-7000-8000-000000000001"
PAGES = (
    "/dial",
    "/calls",
    "/calls/latest",
    f"/calls/{A_CALL}",
    f"/calls/{A_CALL}/line",
    "/account",
    "/account/password",
    "/account/sessions",
    "/account/second-factor",
    "/account/second-factor/app",
    "/account/second-factor/codes",
    "/account/passkeys",
    "/account/passkeys/add",
    "/account/confirm",
)


async def sign_in(client: Browser, login: str, password: str, **fields: str) -> str:
    """Where the form leads, empty when it is shown again."""
    response = await client.post("/sign-in", {"username": login, "password": password, **fields})
    return response.headers.get("Location", "")


async def test_page_is_shown_to_anybody(eve: Member) -> None:
    response = await eve.client.get("/sign-in")
    assert response.status_code == 200
    assert b"Sign in to Webdial" in response.content
    assert b'autocomplete="current-password"' in response.content


@pytest.mark.parametrize("login", ["carl", "CARL", "  Carl "])
async def test_name_is_taken_in_any_letter_case(eve: Member, login: str) -> None:
    assert await sign_in(eve.client, login, PASSWORD) == "/dial"
    assert (await eve.client.get("/dial")).status_code == 200


@pytest.mark.parametrize(
    ("login", "password"),
    [("carl", "wrong"), ("nobody", PASSWORD), ("carl\x00", PASSWORD), ("<b>", "x" * 150)],
)
async def test_wrong_pair_is_told_in_one_sentence(eve: Member, login: str, password: str) -> None:
    response = await eve.client.post("/sign-in", {"username": login, "password": password})
    assert response.status_code == 200
    assert password.encode() not in response.content
    assert b"<b>" not in response.content
    assert (await eve.client.get("/dial")).status_code == 302


async def test_wrong_pair_says_so_and_keeps_the_name(eve: Member) -> None:
    response = await eve.client.post("/sign-in", {"username": "carl", "password": "wrong"})
    assert b"This sign-in name and password do not go together." in response.content
    assert b'value="carl"' in response.content


async def test_empty_fields_are_told_each(eve: Member) -> None:
    response = await eve.client.post("/sign-in", {})
    assert b"Type your sign-in name." in response.content
    assert b"Type your password." in response.content


async def test_deactivated_user_cannot_sign_in_and_is_out_at_once(
    site: Site, carl: Member, eve: Member
) -> None:
    assert (await carl.client.get("/dial")).status_code == 200
    assert carl.user is not None
    await site.change_user(carl.user, is_active=False)
    assert (await carl.client.get("/dial")).status_code == 302
    assert await sign_in(eve.client, "carl", PASSWORD) == ""


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/calls", "/calls"),
        ("https://evil.example/", "/dial"),
        ("//evil.example", "/dial"),
        ("javascript:alert(1)", "/dial"),
    ],
)
async def test_user_comes_back_to_own_pages_only(eve: Member, wanted: str, reached: str) -> None:
    assert await sign_in(eve.client, "carl", PASSWORD, next=wanted) == reached


@pytest.mark.parametrize("address", ["/sign-in", "/sign-in?next=/sign-in"])
async def test_signed_in_user_is_led_on(carl: Member, address: str) -> None:
    response = await carl.client.get(address)
    assert (response.status_code, response["Location"]) == (302, "/dial")


async def test_without_any_user_the_first_start_is_offered(site: Site, eve: Member) -> None:
    await sync_to_async(User.objects.all().delete)()
    response = await eve.client.get("/sign-in")
    assert (response.status_code, response["Location"]) == (302, "/first-start")


async def test_signing_out_wants_a_post(carl: Member) -> None:
    assert (await carl.client.get("/sign-out")).status_code == 405
    assert (await carl.client.get("/dial")).status_code == 200
    response = await carl.client.post("/sign-out")
    assert (response.status_code, response["Location"]) == (302, "/sign-in")
    assert (await carl.client.get("/dial")).status_code == 302


async def test_start_leads_to_dial(carl: Member) -> None:
    response = await carl.client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/dial")


@pytest.mark.parametrize("page", PAGES)
async def test_signed_out_is_sent_to_sign_in_and_back(eve: Member, page: str) -> None:
    response = await eve.client.get(page)
    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={page}")


@pytest.mark.parametrize("page", PAGES)
async def test_part_of_a_page_sends_the_whole_page_to_sign_in(eve: Member, page: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/dial?q=quill"}
    response = await eve.client.get(page, headers=headers)
    assert response["HX-Redirect"] == "/sign-in?next=/dial%3Fq%3Dquill"
    assert response.content == b""


async def test_signed_out_cannot_dial(site: Site, eve: Member) -> None:
    response = await eve.client.post("/calls", {"number": "020 7946 0123"})
    assert response.status_code == 302
    assert site.switchboard.requests == []


async def test_pages_are_not_left_in_the_browser(carl: Member) -> None:
    for page in ("/dial", "/calls", "/account/password"):
        response = await carl.client.get(page)
        assert "no-store" in response["Cache-Control"]
        assert "HX-Request" in response["Vary"]


async def test_only_an_administrator_is_shown_maintenance(ada: Member, carl: Member) -> None:
    assert b'href="/maintenance/settings"' in (await ada.client.get("/dial")).content
    assert b"/maintenance/" not in (await carl.client.get("/dial")).content
    response = await carl.client.get("/maintenance/settings")
    assert response.status_code == 403
    assert b"This page is for administrators" in response.content
    assert (await ada.client.get("/maintenance/settings")).status_code == 200


@pytest.mark.parametrize("page", ["/dial", "/calls", "/calls/latest"])
async def test_page_can_be_asked_for_its_head_alone(carl: Member, page: str) -> None:
    whole, head = await carl.client.get(page), await carl.client.head(page)
    assert (head.status_code, head.content) == (whole.status_code, b"")


async def test_longest_password_signs_in(carl: Member, eve: Member) -> None:
    assert carl.user is not None
    longest = "violet ladder ".ljust(MAX_PASSWORD, "x")
    await sync_to_async(set_password)(carl.user, longest)
    assert await sign_in(eve.client, "carl", longest) == "/dial"


async def test_unknown_address_is_told_in_the_same_look(carl: Member, eve: Member) -> None:
    for member in (carl, eve):
        response = await member.client.get("/no/such/page")
        assert response.status_code == 404
        assert b"There is no such page" in response.content


async def test_form_without_its_token_is_refused_plainly(site: Site, eve: Member) -> None:
    client = site.browser(enforce_csrf_checks=True)
    response = await client.post("/sign-in", {"username": "carl", "password": PASSWORD})
    assert response.status_code == 403
    assert b"This form is too old" in response.content


async def test_too_large_a_form_is_told_and_no_failure(eve: Member) -> None:
    response = await eve.client.post(
        "/sign-in",
        "username=carl&password=" + "x" * 2_000_000,
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 400
    assert b"This request was not understood" in response.content


async def test_failure_of_ours_is_told_without_its_particulars(site: Site) -> None:
    client = site.browser(raise_request_exception=False)
    client.state.clear()  # as if the server had been put together wrongly
    response = await client.get("/sign-in")
    assert response.status_code == 500
    assert b"Something failed on the server" in response.content
    assert b"KeyError" not in response.content


async def change_password(member: Member, current: str, new: str, repeated: str) -> tuple[int, str]:
    response = await member.client.post(
        "/account/password", {"current": current, "new": new, "repeated": repeated}
    )
    return response.status_code, response.content.decode()


NEW = "violet ladder nine"


@pytest.mark.parametrize(
    ("current", "new", "repeated", "told"),
    [
        ("wrong", NEW, NEW, "This is not your present password."),
        ("x" * 100_000, NEW, NEW, "This is not your present password."),
        (PASSWORD, "", "", "Type a new password."),
        (PASSWORD, NEW, NEW + "!", "The two new passwords are not the same."),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, "y" * 300, "y" * 300, "more than 200 characters"),
    ],
)
async def test_password_is_not_changed_and_why(
    *, carl: Member, eve: Member, current: str, new: str, repeated: str, told: str
) -> None:
    status, content = await change_password(carl, current, new, repeated)
    assert status == 422
    assert told in content
    assert 'aria-invalid="true"' in content
    assert await sign_in(eve.client, "carl", PASSWORD) == "/dial"


async def test_password_is_changed_and_other_sessions_end(
    site: Site, carl: Member, eve: Member
) -> None:
    assert await sign_in(eve.client, "carl", PASSWORD) == "/dial"
    status, _ = await change_password(carl, PASSWORD, NEW, NEW)
    assert status == 302
    assert b"Your password is changed." in (await carl.client.get("/account/password")).content
    assert (await eve.client.get("/dial")).status_code == 302
    assert await sign_in(eve.client, "carl", PASSWORD) == ""
    assert await sign_in(eve.client, "carl", NEW) == "/dial"


async def test_address_of_a_button_alone_says_what_to_do(carl: Member, eve: Member) -> None:
    for member in (carl, eve):
        response = await member.client.get("/sign-out")
        assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
        assert b"There is nothing to see at this address" in response.content
    assert (await carl.client.head("/sign-out")).content == b""


@pytest.mark.parametrize(
    ("sent_from", "comes_back_to"),
    [
        ("http://testserver/dial?list=favourites", "/dial%3Flist%3Dfavourites"),
        ("", "/dial/favourites"),
        ("https://elsewhere.example/dial", "/dial/favourites"),
        ("http://testserver@elsewhere.example/", "/dial/favourites"),
    ],
)
async def test_form_sent_after_the_session_has_ended(
    eve: Member, sent_from: str, comes_back_to: str
) -> None:
    """They sign in, are told that nothing was done, and are on the page on which they had pressed the button."""
    response = await eve.client.post("/dial/favourites", {}, headers={"Referer": sent_from})
    assert response["Location"] == f"/sign-in?next={comes_back_to}"
    page = await eve.client.get(response["Location"])
    assert "You were signed out meanwhile" in page.content.decode()
