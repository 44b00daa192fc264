"""Links that set a password: by mail, by an administrator, by a command."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from tests.site.accounts.mail_server import MailServer
from tests.site.conftest import PASSWORD, Browser, Member, Site
from webdial.environment import Environment
from webdial.site.account_settings import mail_server, mail_settings
from webdial.site.domain.password_links import link_path
from webdial.site.domain.users import set_email
from webdial.site.models import User

NEW = "violet ladder nine"
GONE = "This link does not work any more."


@pytest_asyncio.fixture
async def mails(settings: Settings, users: dict[str, User]) -> AsyncIterator[MailServer]:
    """Mail is sent to a server of the test's; Carl has an address."""
    await sync_to_async(set_email)(users["carl"], "carl@example.com")
    async with MailServer() as server:
        url = f"smtp+plain://127.0.0.1:{server.port}"
        environment = Environment.of(
            {"WEBDIAL_MAIL_URL": url, "WEBDIAL_ADDRESS": "https://dial.example"}
        )
        settings.MAIL_SERVER = mail_server(environment)
        settings.SITE_ADDRESS = "https://dial.example"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        for name, value in mail_settings(settings.MAIL_SERVER).items():
            setattr(settings, name, value)
        yield server


async def use(client: Browser, path: str, new: str = NEW) -> tuple[int, str]:
    response = await client.post(path, {"new": new, "repeated": new})
    return response.status_code, response.content.decode()


def link_in(mail: Message) -> str:
    text = mail.get_payload(decode=True).decode()
    found = re.search(r"https://dial\.example(/\S+)", text)
    assert found
    return found[1]


@pytest.mark.parametrize("typed", ["carl", "CARL@example.com"])
async def test_link_comes_by_mail_and_sets_the_password(
    mails: MailServer, eve: Member, typed: str
) -> None:
    assert b"Have a link sent" in (await eve.client.get("/sign-in")).content
    response = await eve.client.post("/sign-in/forgotten", {"username": typed})
    assert b"a mail is on its way" in response.content
    mail = await mails.next_mail()
    assert (mail["To"], mail["From"]) == ("carl@example.com", "webdial@dial.example")
    assert (await use(eve.client, link_in(mail)))[0] == 302
    response = await eve.client.post("/sign-in", {"username": "carl", "password": NEW})
    assert response["Location"] == "/dial"


async def test_mail_is_in_the_language_of_whoever_asked_for_it(
    mails: MailServer, eve: Member
) -> None:
    await eve.client.post(
        "/sign-in/forgotten", {"username": "carl"}, headers={"Accept-Language": "de"}
    )
    mail = await mails.next_mail()
    assert str(make_header(decode_header(mail["Subject"]))) == "Ein neues Kennwort für Webdial"
    assert link_in(mail).startswith("/sign-in/link/")


async def test_same_is_said_of_a_user_without_mail_and_of_nobody(
    mails: MailServer, eve: Member
) -> None:
    pages = set()
    for typed in ("carl", "dora", "nobody", "nobody@example.com"):
        response = await eve.client.post("/sign-in/forgotten", {"username": typed})
        pages.add((response.status_code, response.content))
    assert len(pages) == 1
    assert (await mails.next_mail())["To"] == "carl@example.com"
    assert mails.mails.empty()


async def test_a_name_in_letters_of_another_width_sends_no_more_mails(
    mails: MailServer, eve: Member
) -> None:
    for typed in ("carl", "Ｃarl", "cＡrl", "caＲl", "carＬ"):
        await eve.client.post("/sign-in/forgotten", {"username": typed})
    response = await eve.client.post("/sign-in/forgotten", {"username": "ｃarl"})
    assert response.status_code == 429


async def test_mails_are_not_sent_without_end(mails: MailServer, eve: Member) -> None:
    for _ in range(5):
        await eve.client.post("/sign-in/forgotten", {"username": "carl"})
    response = await eve.client.post("/sign-in/forgotten", {"username": "carl"})
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert b"These were too many requests" in response.content


async def test_without_a_mail_server_nothing_is_offered(eve: Member) -> None:
    assert b"Have a link sent" not in (await eve.client.get("/sign-in")).content
    assert (await eve.client.get("/sign-in/forgotten")).status_code == 404


async def test_answer_takes_the_same_work_whoever_is_meant(mails: MailServer, eve: Member) -> None:
    """Who is meant, and whether they get a mail, is found out behind the answer: its time tells nothing."""
    await eve.client.post("/sign-in/forgotten", {"username": "first"})
    asked = [await queries_for(eve, typed) for typed in ("carl", "dora", "nobody", "n@example.com")]
    assert [len(each) for each in asked] == [len(asked[0])] * 4
    assert len(asked[0]) > 1
    assert [sql for each in asked for sql in each if "webdial_user" in sql] == []
    assert (await mails.next_mail())["To"] == "carl@example.com"


async def queries_for(member: Member, typed: str) -> list[str]:
    # The views' thread has a connection of its own, so that thread must look at it.
    capture = CaptureQueriesContext(connection)
    await sync_to_async(capture.__enter__)()
    await member.client.post("/sign-in/forgotten", {"username": typed})
    await sync_to_async(capture.__exit__)(None, None, None)
    return [each["sql"] for each in await sync_to_async(lambda: capture.captured_queries)()]


async def test_administrators_link_is_shown_once_and_works_once(
    ada: Member, eve: Member, users: dict[str, User]
) -> None:
    page = f"/maintenance/users/{users['carl'].pk}/sign-in"
    shown = (await ada.client.post(page, {"act": "link"})).content.decode()
    found = re.search(r'id="link"[^>]*>([^<]+)<', shown)
    assert found
    assert b'id="link"' not in (await ada.client.get(page)).content
    path = urlsplit(found[1]).path
    assert "for carl" in (await eve.client.get(path)).content.decode()
    assert (await use(eve.client, path))[0] == 302
    status, content = await use(eve.client, path, "another ladder ten")
    assert status == 404
    assert GONE in content
    response = await eve.client.post("/sign-in", {"username": "carl", "password": NEW})
    assert response["Location"] == "/dial"


async def test_link_signs_nobody_in_and_ends_sessions(carl: Member, eve: Member) -> None:
    path = await path_for(carl)
    assert (await use(eve.client, path))[0] == 302
    assert (await eve.client.get("/account")).status_code == 302
    assert (await carl.client.get("/account")).status_code == 302


@pytest.mark.parametrize(
    ("new", "repeated", "told"),
    [
        ("", "", "Type a new password."),
        (NEW, "x", "not the same"),
        ("short", "short", "10 charact"),
    ],
)
async def test_bad_password_leaves_the_link_as_it_was(
    carl: Member, eve: Member, new: str, repeated: str, told: str
) -> None:
    path = await path_for(carl)
    response = await eve.client.post(path, {"new": new, "repeated": repeated})
    assert (response.status_code, told in response.content.decode()) == (422, True)
    assert (await use(eve.client, path))[0] == 302


async def test_link_lasts_24_hours(
    carl: Member, eve: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await path_for(carl)
    now = datetime.now()  # noqa: DTZ005 - as Django's tokens reckon
    for hours, status in ((23.9, 200), (24.1, 404)):
        at = now + timedelta(hours=hours)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, at=at: at)
        assert (await eve.client.get(path)).status_code == status


async def test_links_that_were_never_made_say_the_same(
    site: Site, carl: Member, eve: Member
) -> None:
    path = await path_for(carl)
    who, token = path.split("/")[-2:]
    for false in (f"{who}/{token[:-1]}x", f"MTIzNDU2/{token}", f"%2D/{token}", f"-/{token}", "x/y"):
        response = await eve.client.get(f"/sign-in/link/{false}")
        assert (response.status_code, GONE in response.content.decode()) == (404, True), false
    assert carl.user is not None
    await site.change_user(carl.user, is_active=False)
    assert (await eve.client.get(path)).status_code == 404


async def test_password_that_was_set_another_way_ends_the_link(carl: Member, eve: Member) -> None:
    path = await path_for(carl)
    await carl.client.post("/account/password", {"current": PASSWORD, "new": NEW, "repeated": NEW})
    assert (await eve.client.get(path)).status_code == 404


async def test_link_wants_the_csrf_token(site: Site, carl: Member) -> None:
    strict = site.browser(enforce_csrf_checks=True)
    assert (await use(strict, await path_for(carl)))[0] == 403


async def test_new_mail_address_holds_once_its_link_is_opened(
    mails: MailServer, carl: Member, dora: Member
) -> None:
    form = {"email": "Osei@Example.com", "current": PASSWORD}
    assert (await carl.client.post("/account/mail", form))["Location"] == "/account"
    mail = await mails.next_mail()
    assert mail["To"] == "osei@example.com"
    assert await email_of(carl) == "carl@example.com"
    await dora.client.post(link_in(mail))
    assert await email_of(dora) == ""
    await carl.client.get(link_in(mail))
    assert await email_of(carl) == "carl@example.com"
    await carl.client.post(link_in(mail))
    assert await email_of(carl) == "osei@example.com"
    await carl.client.post("/account/mail", {"email": "third@example.com", "current": PASSWORD})
    await carl.client.post(link_in(await mails.next_mail()))
    await carl.client.post(link_in(mail))
    assert await email_of(carl) == "third@example.com"


@pytest.mark.parametrize(
    ("email", "current", "told"),
    [
        ("osei@example.com", "wrong", "This is not your password."),
        ("no address", PASSWORD, "This is no mail address."),
        ("", PASSWORD, "Type a mail address."),
    ],
)
async def test_mail_address_is_not_taken_and_why(
    mails: MailServer, carl: Member, email: str, current: str, told: str
) -> None:
    response = await carl.client.post("/account/mail", {"email": email, "current": current})
    assert (response.status_code, told in response.content.decode()) == (422, True)
    assert mails.mails.empty()


async def test_address_of_somebody_else_is_not_taken(
    mails: MailServer, carl: Member, users: dict[str, User]
) -> None:
    await carl.client.post("/account/mail", {"email": "dora@example.com", "current": PASSWORD})
    mail = await mails.next_mail()
    await sync_to_async(set_email)(users["dora"], "dora@example.com")
    page = await carl.client.post(link_in(mail), follow=True)
    assert b"Another user has this mail address." in page.content
    assert await email_of(carl) == "carl@example.com"


async def path_for(member: Member) -> str:
    assert member.user is not None
    user_id = member.user.pk
    return await sync_to_async(lambda: link_path(User.objects.get(pk=user_id)))()


async def email_of(member: Member) -> str:
    assert member.user is not None
    return (await User.objects.aget(pk=member.user.pk)).email
