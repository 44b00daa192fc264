"""Apps with codes, recovery codes, and who must have a second factor. Passkeys need a browser."""

import re
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from tests.site.accounts.app_codes import app_code
from tests.site.conftest import PASSWORD, Browser, Member, Site
from webdial.environment import Environment
from webdial.sealing import new_key
from webdial.site.account_settings import SecondFactorRule
from webdial.site.domain.credentials import rotate_credentials, seal
from webdial.site.domain.password_links import link_path
from webdial.site.models import Change, Role, User

APP = "/account/second-factor/app"
CODES = "/account/second-factor/codes"


async def confirm(client: Browser, path: str) -> None:
    """Ask for a page that changes how one signs in, and give the password that it asks for."""
    response = await client.get(path)
    assert unquote(response["Location"]) == f"/account/confirm?next={path}"
    response = await client.post("/account/confirm", {"password": PASSWORD, "next": path})
    assert response["Location"] == path


async def set_up_app(client: Browser) -> str:
    """Set up an app; its secret."""
    await confirm(client, APP)
    page = (await client.get(APP)).content.decode()
    found = re.search(r'id="secret">([A-Z2-7]{32})<', page)
    assert found
    response = await client.post(APP, {"code": app_code(found[1])})
    assert response["Location"] == CODES
    return found[1]


async def give_password(client: Browser, login: str = "carl") -> str:
    """Sign in by password; where that leads."""
    response = await client.post("/sign-in", {"username": login, "password": PASSWORD})
    return str(response.headers.get("Location", ""))


async def give_code(client: Browser, code: str) -> str:
    """The second step; where it leads, empty when it is asked for again."""
    response = await client.post("/sign-in/second-factor", {"code": code})
    return str(response.headers.get("Location", ""))


async def codes_shown(client: Browser) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", (await client.get(CODES)).content.decode())


async def test_app_is_asked_for_after_the_password(carl: Member, eve: Member) -> None:
    secret = await set_up_app(carl.client)
    assert await give_password(eve.client) == "/sign-in/second-factor"
    assert (await eve.client.get("/dial")).status_code == 302
    before = eve.client.cookies["sessionid"].value
    assert await give_code(eve.client, app_code(secret, steps_ahead=1)) == "/dial"
    assert eve.client.cookies["sessionid"].value != before
    assert (await eve.client.get("/account")).status_code == 200


async def test_code_is_good_once(site: Site, carl: Member, eve: Member) -> None:
    secret = await set_up_app(carl.client)
    code = app_code(secret)
    await give_password(eve.client)
    assert await give_code(eve.client, code) == "/dial"
    another = site.browser()
    await give_password(another)
    assert await give_code(another, code) == ""
    assert (
        b"This is not the code, or it was used already."
        in (await another.post("/sign-in/second-factor", {"code": code})).content
    )


async def test_wrong_codes_lock_out_and_it_is_told_how_long(carl: Member, eve: Member) -> None:
    secret = await set_up_app(carl.client)
    await give_password(eve.client)
    for _ in range(5):
        assert await give_code(eve.client, "000000") == ""
    response = await eve.client.post("/sign-in/second-factor", {"code": app_code(secret)})
    assert re.search(rb"too many failed attempts. Try again in \d minutes", response.content)
    assert response.status_code == 429
    assert 240 < int(response.headers["Retry-After"]) <= 300


async def test_factor_removed_between_the_steps_lets_one_begin_anew(
    carl: Member, eve: Member
) -> None:
    await set_up_app(carl.client)
    assert await give_password(eve.client) == "/sign-in/second-factor"
    await Authenticator.objects.all().adelete()
    assert (await eve.client.get("/sign-in/second-factor"))["Location"] == "/sign-in"
    assert (await eve.client.get("/sign-in")).status_code == 200
    assert await give_password(eve.client) == "/dial"


async def test_second_step_wants_the_first(eve: Member) -> None:
    response = await eve.client.get("/sign-in/second-factor")
    assert (response.status_code, response["Location"]) == (302, "/sign-in")


async def test_recovery_codes_are_shown_once_and_work_once(carl: Member, eve: Member) -> None:
    await set_up_app(carl.client)
    codes = await codes_shown(carl.client)
    assert len(set(codes)) == 10
    assert await codes_shown(carl.client) == []
    await give_password(eve.client)
    assert await give_code(eve.client, codes[0]) == "/dial"
    await eve.client.post("/sign-out")
    await give_password(eve.client)
    assert await give_code(eve.client, codes[0]) == ""
    assert b"9 left." in (await carl.client.get("/account/second-factor")).content


async def test_new_recovery_codes_end_the_old(carl: Member, eve: Member) -> None:
    await set_up_app(carl.client)
    old = await codes_shown(carl.client)
    assert (await carl.client.post(f"{CODES}/new"))["Location"] == CODES
    new = await codes_shown(carl.client)
    assert not set(old) & set(new)
    await give_password(eve.client)
    assert await give_code(eve.client, old[0]) == ""
    assert await give_code(eve.client, new[0]) == "/dial"


async def test_secrets_are_kept_sealed(carl: Member) -> None:
    secret = await set_up_app(carl.client)
    (kept,) = [row async for row in Authenticator.objects.filter(type="totp")]
    assert secret not in str(kept.data)
    assert kept.data["secret"].startswith("gAAAA")


async def test_secrets_are_sealed_anew_with_a_new_key(
    carl: Member, eve: Member, settings: Settings
) -> None:
    def use_keys(*keys: str) -> None:
        values = {"WEBDIAL_CREDENTIAL_KEYS": ",".join(keys)}
        settings.ENVIRONMENT = Environment.of(values)
        seal.cache_clear()

    old, new = new_key(), new_key()
    use_keys(old)
    secret = await set_up_app(carl.client)
    codes = await codes_shown(carl.client)
    use_keys(new, old)
    assert await sync_to_async(rotate_credentials)() == 2
    use_keys(new)
    await give_password(eve.client)
    assert await give_code(eve.client, codes[0]) == "/dial"
    await eve.client.post("/sign-out")
    await give_password(eve.client)
    assert await give_code(eve.client, app_code(secret, steps_ahead=1)) == "/dial"
    seal.cache_clear()


async def test_app_is_removed_after_one_more_look(carl: Member, eve: Member) -> None:
    await set_up_app(carl.client)
    assert (await carl.client.post(f"{APP}/remove"))["Location"] == "/account/second-factor"
    assert not await Authenticator.objects.aexists()
    assert await give_password(eve.client) == "/dial"


async def test_wrong_password_confirms_nothing(carl: Member) -> None:
    response = await carl.client.post("/account/confirm", {"password": "wrong", "next": APP})
    assert b"This is not your password." in response.content
    assert (await carl.client.get(APP)).status_code == 302


async def test_new_password_by_link_leaves_the_second_factor(carl: Member, eve: Member) -> None:
    await set_up_app(carl.client)
    assert carl.user is not None
    path = await sync_to_async(lambda: link_path(User.objects.get(pk=carl.user.pk)))()
    new = {"new": "violet ladder nine", "repeated": "violet ladder nine"}
    assert (await eve.client.post(path, new))["Location"] == "/sign-in"
    response = await eve.client.post("/sign-in", {"username": "carl", "password": new["new"]})
    assert response["Location"] == "/sign-in/second-factor"


@pytest.mark.parametrize(
    ("rule", "carl_must"),
    [(SecondFactorRule.ADMINISTRATORS, False), (SecondFactorRule.EVERYBODY, True)],
)
async def test_who_must_have_a_second_factor_sets_one_up_first(
    ada: Member, carl: Member, settings: Settings, rule: SecondFactorRule, carl_must: bool
) -> None:
    settings.SECOND_FACTOR_RULE = rule
    for page in ("/dial", "/maintenance/users", "/account", "/account/sessions"):
        response = await ada.client.get(page)
        assert response["Location"] == "/account/second-factor", page
    part = await ada.client.get("/calls/latest", headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == "/account/second-factor"
    assert ((await carl.client.get("/dial")).status_code == 302) is carl_must
    page = await ada.client.get("/account/second-factor")
    assert b"You need a second factor here" in page.content
    await set_up_app(ada.client)
    assert (await ada.client.get("/maintenance/users")).status_code == 200


async def test_no_second_factor_is_asked_of_who_sets_a_rule_aside(
    ada: Member, settings: Settings
) -> None:
    settings.SECOND_FACTOR_RULE = SecondFactorRule.OPTIONAL
    assert (await ada.client.get("/maintenance/users")).status_code == 200


@pytest.mark.parametrize("role", [Role.FUNCTION_AUTHOR, Role.ADMINISTRATOR])
async def test_who_decides_where_requests_go_must_have_one(
    site: Site, carl: Member, settings: Settings, role: Role
) -> None:
    settings.SECOND_FACTOR_RULE = SecondFactorRule.ADMINISTRATORS
    assert carl.user is not None
    assert (await carl.client.get("/dial")).status_code == 200
    await site.change_user(carl.user, role=role)
    response = await carl.client.get("/dial")
    assert response["Location"] == "/account/second-factor"


async def test_own_second_factors_are_in_the_history(carl: Member) -> None:
    await set_up_app(carl.client)
    await carl.client.post(f"{CODES}/new")
    await carl.client.post(f"{APP}/remove")
    assert carl.user is not None
    kept = [
        (change.action, change.user_id, change.before, change.after, change.secrets)
        async for change in Change.objects.filter(subject="user", key=carl.user.pk).order_by("pk")
        if change.user_id == carl.user.pk
    ]
    acts = ["app for codes set up", *["recovery codes made"] * 2, "app for codes removed"]
    assert kept == [(act, carl.user.pk, None, None, []) for act in acts]
