"""A phone system from the catalogue to a caller's call: picked, filled in, tested, used by one branch."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import trustme
from playwright.async_api import Page, expect

from tests.phone_systems.standins.base import LOOPBACK, Dialled
from tests.phone_systems.standins.yeastar import PSeries
from tests.server import Installation, Server

PASSWORD = "amber-fjord-72"
SECRET = "planted-s3cret-of-the-pbx"
CLIENT_ID = "webdial"
NUMBER, DIALLED = "020 7946 0123", "02079460123"
SYSTEMS = "/maintenance/phone-systems"

NO_ROW_HAS_IT = f"""
from webdial.site.models import Call, PhoneSystemSetup, PhoneSystemValue
rows = [*Call.objects.values(), *PhoneSystemSetup.objects.values(), *PhoneSystemValue.objects.values()]
assert Call.objects.filter(phone_system="Head office", outcome="accepted").count() == 2, rows
assert {SECRET!r} not in repr(rows), rows
"""


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation) -> Iterator[Server]:
    """A running server with Ada who administers and Bea who dials, both of London."""
    for login, name, extension, more in (
        ("ada", "Ada Byrne", "1000", ["--administrator"]),
        ("bea", "Bea Novak", "1002", []),
    ):
        added = sqlite_installation.run(
            "user", "add", login, "--name", name, "--staff-id", login.upper(), "--branch", "LON",
            "--extension", extension, "--password-stdin", *more, stdin=PASSWORD,
        )  # fmt: skip
        assert added.returncode == 0, added.stderr
    with sqlite_installation.serving() as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest_asyncio.fixture(loop_scope="session")
async def pbx(authority: trustme.CA) -> AsyncIterator[PSeries]:
    async with PSeries(client_id=CLIENT_ID, client_secret=SECRET, authority=authority) as standing:
        yield standing


class Watch:
    """What a page has held, and what the browser complained of."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.on(
            "console", lambda told: self.said.append(told.text) if told.type == "error" else None
        )
        page.on("pageerror", lambda error: self.said.append(str(error)))
        self.pages: list[str] = []

    async def read(self, page: Page) -> None:
        self.pages.append(await page.content())


async def sign_in(page: Page, server: Server, login: str) -> None:
    await page.goto(f"{server.address}/sign-in")
    await page.get_by_label("Sign-in name").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/dial$"))


async def add_on_its_form(page: Page, name: str, pbx: PSeries) -> None:
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Address of the PBX").fill(LOOPBACK)
    await page.get_by_label("Port").fill(str(pbx.port))
    await page.get_by_label("Client id").fill(CLIENT_ID)
    await page.get_by_label("Client secret").fill(SECRET)
    await page.get_by_role("button", name="Add the phone system").click()


async def test_from_the_catalogue_to_a_callers_call(
    page: Page,
    server: Server,
    sqlite_installation: Installation,
    pbx: PSeries,
    authority: trustme.CA,
) -> None:
    watch = Watch(page)
    await sign_in(page, server, "ada")

    # Picked from the catalogue, by typing.
    await page.get_by_role("link", name="Maintenance", exact=True).click()
    await page.get_by_role("link", name="Phone Systems").click()
    await page.get_by_role("link", name="Add a phone system").first.click()
    await expect(page.get_by_label("Search the catalogue")).to_be_focused()
    await page.keyboard.type("yeastar p-series")
    await expect(page.locator("#result-count")).to_have_text(re.compile(r"^1 of \d+$"))
    await page.get_by_role("link", name=re.compile("^Yeastar P-Series")).click()

    # Filled in. A wrong value is told at its field; the secret has to be typed again.
    await page.get_by_label("Name", exact=True).fill("Head office")
    await page.get_by_label("Address of the PBX").fill(LOOPBACK)
    await page.get_by_label("Port").fill("546342")
    await page.get_by_label("Client id").fill(CLIENT_ID)
    await page.get_by_label("Client secret").fill(SECRET)
    add = page.get_by_role("button", name="Add the phone system")
    await add.click()
    await expect(page.locator("#value-port-error")).to_contain_text("no port")
    await watch.read(page)
    await page.get_by_label("Port").fill(str(pbx.port))
    await page.get_by_label("Client secret").fill(SECRET)
    await page.get_by_label("Verify against an authority").check()
    pem = authority.cert_pem.bytes().decode()
    await page.get_by_label("Fingerprint, or authority").fill(pem)
    await add.click()

    # Tested: shown masked, then dialled once, for real.
    await expect(page.get_by_role("heading", level=1)).to_have_text("Test Head office")
    await page.get_by_label("dials this number").fill(NUMBER)
    await page.get_by_label("dials this number").press("Enter")
    await expect(page.get_by_label("Request").last).to_contain_text(f'"callee":"{DIALLED}"')
    await expect(page.get_by_label("Request").first).to_contain_text('"password":"••••"')
    assert pbx.requests == []
    await watch.read(page)
    await page.get_by_role("button", name="Dial now").click()
    came = page.locator("#dialled")
    await expect(came).to_contain_text("The phone system has accepted the call.")
    await expect(came).to_contain_text("1632985346.11")
    await expect(came).to_be_focused()
    await expect(came.get_by_role("row", name=re.compile("Success")).last).to_contain_text("Holds")
    assert (pbx.calls, pbx.refusals) == ([Dialled("1000", DIALLED)], [])
    await watch.read(page)

    # Made the setting of one branch.
    await page.get_by_role("link", name="Use it").click()
    await watch.read(page)
    await page.get_by_label("Calls go through it for").select_option("London")
    await page.get_by_role("button", name="See what it replaces").click()
    await expect(page.get_by_text("London has no value of its own.")).to_be_visible()
    await page.get_by_role("button", name="Use it for the branch London").click()
    await expect(page.get_by_role("status").first).to_contain_text(
        "is now used for the branch London"
    )
    await page.goto(server.address + SYSTEMS)
    row = page.get_by_role("row").filter(has_text="Head office")
    await expect(row).to_contain_text("London")
    await expect(row).to_contain_text("Active")
    await watch.read(page)

    # A caller of that branch clicks Dial.
    await page.context.clear_cookies()
    await sign_in(page, server, "bea")
    await page.get_by_label("Number to dial").first.fill(NUMBER)
    await page.get_by_label("Number to dial").first.press("Enter")
    await expect(page.get_by_text("The phone system has accepted the call.").first).to_be_visible()
    assert pbx.calls[1:] == [Dialled("1002", DIALLED)]
    await watch.read(page)

    assert not any(SECRET in content for content in watch.pages)
    await asyncio.to_thread(sqlite_installation.execute, NO_ROW_HAS_IT)
    assert [text for text in watch.said if not re.search(r"status of 422", text)] == []


async def test_pages_work_without_script(
    page: Page, server: Server, pbx: PSeries, authority: trustme.CA
) -> None:
    assert page.context.browser is not None
    context = await page.context.browser.new_context(java_script_enabled=False)
    try:
        plain = await context.new_page()
        await sign_in(plain, server, "ada")
        await plain.goto(f"{server.address}{SYSTEMS}/catalogue")
        await plain.get_by_label("Search the catalogue").fill("yeastar p-series")
        await plain.get_by_role("button", name="Show").click()
        await plain.get_by_role("link", name=re.compile("^Yeastar P-Series")).click()
        await add_on_its_form(plain, "Warehouse", pbx)

        # Nobody has signed its certificate: the call is stopped, and the fingerprint can be pinned.
        await plain.get_by_role("button", name="Dial now").click()
        await expect(plain.locator("#dialled")).to_contain_text("certificate is not trusted")
        await plain.get_by_role("link", name="Warehouse").click()
        await plain.get_by_role("link", name="Fetch the certificate").click()
        await plain.get_by_role("button", name="Fetch it now").click()
        await plain.get_by_role("button", name="It is the same: pin it").click()
        await plain.get_by_role("link", name="Test").click()
        await plain.get_by_role("button", name="Dial now").click()
        await expect(plain.locator("#dialled")).to_contain_text("has accepted the call")
        assert pbx.calls == [Dialled("1000", "1000")]
        # Loading the answer once more sends the form once more, and dials nothing.
        await plain.reload()
        await expect(plain.locator("#dialled")).to_contain_text("This page has dialled already.")
        assert len(pbx.calls) == 1
    finally:
        await context.close()


async def test_a_server_that_is_away_while_it_dials_is_told(
    page: Page, server: Server, pbx: PSeries
) -> None:
    await sign_in(page, server, "ada")
    await page.goto(f"{server.address}{SYSTEMS}/catalogue/yeastar-p-series")
    await add_on_its_form(page, "Out of town", pbx)
    await page.route("**/test", lambda route: route.abort())
    await page.get_by_role("button", name="Dial now").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your phone may ring all the same.")
