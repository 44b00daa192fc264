"""Whole journeys of people in a business, each from an empty data folder, by what stands on the pages."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.end_to_end.journeys import (
    DIALLED,
    MECHANISM,
    NUMBER,
    PASSWORD,
    Serve,
    Visitor,
    add_user,
    rings,
    targets,
    two_desks,
)
from tests.server import Installation, Server, until
from tests.simulator.phone_system import PhoneSystem

SENT = "Sent to the phone system, not confirmed."

FUNCTION = """create function GenerateWebDialURL(in number_to_dial char(50)) returns long varchar
begin
  return '{phones}/ivr/PbxAPI.aspx?func=make_call&from=201&to=' || number_to_dial;
end"""
PASTE = """
text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".editor__host").shadowRoot.querySelector(".cm-content").dispatchEvent(paste);
}
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A data folder with nothing in it."""
    return Installation(tmp_path)


@pytest.fixture
def serve(installation: Installation) -> Iterator[Serve]:
    with ExitStack() as stack:

        def start() -> Server:
            return stack.enter_context(installation.serving())

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def phones() -> AsyncIterator[PhoneSystem]:
    async with two_desks() as system:
        yield system


@pytest_asyncio.fixture(loop_scope="session")
async def complaints(page: Page) -> AsyncIterator[None]:
    """Nothing that the browser complains of; a refused form, or sign-in, is no complaint."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    yield
    assert [text for text in said if not re.search(r"status of (401|422|429)", text)] == []


def url_of(system: PhoneSystem, extra: str = "") -> str:
    return f"{system.url}/ivr/PbxAPI.aspx?func=make_call&from=^&to=#{extra}"


async def two_branches(installation: Installation) -> None:
    """London and Leeds; Ada of London administers, Dora of Leeds dials."""
    await asyncio.to_thread(
        installation.run_all,
        ["branch", "add", "LON", "--name", "London"],
        ["branch", "add", "LDS", "--name", "Leeds"],
    )
    for login, branch, extension, *more in (
        ("ada", "LON", "201", "--administrator"),
        ("dora", "LDS", "301"),
    ):
        options = ["--branch", branch, "--extension", extension, *more]
        await asyncio.to_thread(add_user, installation, login, *options)


async def test_first_start_to_first_call(
    page: Page, serve: Serve, installation: Installation, phones: PhoneSystem, complaints: None
) -> None:
    ada = Visitor(page, await asyncio.to_thread(serve))
    await page.goto(ada.server.address)
    await expect(page.get_by_role("heading", name="Welcome to Webdial")).to_be_visible()
    await expect(page.get_by_label("Code of this server")).to_be_focused()
    await page.keyboard.type((installation.folder / "first-start.code").read_text().strip())
    await page.get_by_label("Name", exact=True).fill("Ada Byrne")
    await page.get_by_label("Sign-in name").fill("ada")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password once more").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await ada.is_told("Ada Byrne is the first administrator. You are signed in.")

    # The Dial page says what is missing, and leads there.
    await ada.open("Set up how calls are placed")
    await expect(page.get_by_role("heading", name=MECHANISM)).to_be_visible()

    await ada.open("Branches", "Add a branch")
    await page.get_by_label("Name").fill("London")
    await page.get_by_label("AgencyID").fill("LON")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row", name=re.compile("London"))).to_be_visible()

    await ada.open("Users", "Ada Byrne")
    await page.get_by_label("Branch").select_option("London")
    await page.get_by_label("Extension").first.fill("201")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("Ada Byrne"))).to_contain_text("London")

    # The supplier's URL: previewed while it is typed, then saved.
    await ada.open("General Settings", MECHANISM)
    await page.get_by_label("Value for all branches").fill(url_of(phones))
    await page.get_by_label("dials this number").fill(NUMBER)
    await expect(page.locator("#preview")).to_contain_text(f"from=201&to={DIALLED}")
    assert targets(phones) == []
    await page.get_by_role("button", name="Save for all branches").click()
    await ada.is_told("was saved for all branches.")

    await ada.dial(NUMBER)
    await rings(phones, "201")
    await ada.is_told(SENT)


async def test_url_in_force_for_one_branch_only(
    page: Page, serve: Serve, installation: Installation, phones: PhoneSystem, complaints: None
) -> None:
    await two_branches(installation)
    await asyncio.to_thread(installation.dial_by, url_of(phones))
    ada = Visitor(page, await asyncio.to_thread(serve))
    await ada.sign_in("ada")
    await ada.open("Maintenance")
    await page.get_by_label("Branch", exact=True).select_option("Leeds")
    await ada.is_told("as in force for the branch Leeds")
    await ada.open(MECHANISM)
    await ada.is_told("What you save here applies to the branch Leeds only.")

    # Pasted with a slip: told under it, at its place, before anything is kept.
    field = page.get_by_label("Value for Leeds")
    await field.fill("http://192.168.7.231:546342/PbxAPI.aspx?from=^&to=#")
    await expect(page.locator("#value-faults")).to_contain_text("546342")
    await field.fill(url_of(phones, "&of=leeds"))
    await expect(page.locator("#preview")).to_contain_text("of=leeds")
    await page.get_by_role("button", name="Save for the branch Leeds").click()
    await ada.is_told("was saved for the branch Leeds.")

    await ada.dial(NUMBER)
    await rings(phones, "201")
    await ada.sign_out()
    dora = Visitor(page, ada.server)
    await dora.sign_in("dora")
    await dora.dial(NUMBER)
    await rings(phones, "301")
    usual = "/ivr/PbxAPI.aspx?func=make_call&from="
    assert targets(phones) == [
        f"{usual}201&to={DIALLED}",
        f"{usual}301&to={DIALLED}&of=leeds",
    ]


async def test_user_imported_dialled_for_and_deactivated(
    page: Page, serve: Serve, installation: Installation, phones: PhoneSystem, complaints: None
) -> None:
    await two_branches(installation)
    await asyncio.to_thread(installation.dial_by, url_of(phones))
    ada = Visitor(page, await asyncio.to_thread(serve))
    await ada.sign_in("ada")
    await import_users(ada, "FM,fay,Fay Moreau,LDS,301\nXX,,Nobody,LDS,302\n")
    await ada.is_told("Nothing can be imported while a row is wrong.")
    await page.get_by_role("button", name="Choose another file").click()
    await import_users(ada, "FM,fay,Fay Moreau,LDS,301\n")
    await ada.is_told("Nothing is kept yet.")
    await expect(page.get_by_role("row", name=re.compile("Fay Moreau"))).to_contain_text("301")
    await page.get_by_role("button", name="Import all of it").click()

    # Whoever is new sets a password of their own, by a link that the administrator hands on.
    await ada.open("Users", "Fay Moreau", "Sign-in of this user")
    await page.get_by_role("button", name="Make a link to set a password").click()
    link = await page.locator("#link").inner_text()
    assert page.context.browser is not None
    hers = await page.context.browser.new_context()
    try:
        fay = Visitor(await hers.new_page(), ada.server)
        await set_password_by(fay, link)
        await fay.sign_in("fay")
        await fay.dial(NUMBER)
        await rings(phones, "301")
        await fay.is_told(SENT)
        token = await make_token(fay)
        assert status_of_token(fay.server, token) == 200

        # Deactivated: her session and her token end.
        await ada.open("Users", "Fay Moreau")
        await page.get_by_label("Active").uncheck()
        await page.get_by_role("button", name="Save").click()
        row = page.get_by_role("row", name=re.compile("Fay Moreau"))
        await expect(row).to_contain_text("Not active")
        await fay.page.reload()
        await expect(fay.page).to_have_url(re.compile("/sign-in"))
        refused = await asyncio.to_thread(asks_until, fay.server, token, 401)
        assert refused == 401
        await fay.try_to_sign_in("fay", PASSWORD)
        await expect(fay.page.get_by_role("alert")).to_be_visible()
    finally:
        await hers.close()
    assert len(targets(phones)) == 1


async def import_users(who: Visitor, rows: str) -> None:
    """Choose a CSV file with these rows on the page, up to the preview."""
    heading = "StaffID,Sign-in name,Name,AgencyID,Extension\n"
    await who.open("Maintenance", "Import and Export")
    await who.page.get_by_label("Users", exact=True).check()
    content = (heading + rows).encode()
    await who.page.get_by_label("File", exact=True).set_input_files(
        {"name": "staff.csv", "mimeType": "text/csv", "buffer": content}
    )
    await who.page.get_by_role("button", name="Look at the changes").click()


async def set_password_by(who: Visitor, link: str) -> None:
    await who.page.goto(link)
    await who.page.get_by_label("New password", exact=True).fill(PASSWORD)
    await who.page.get_by_label("New password once more").fill(PASSWORD)
    await who.page.keyboard.press("Enter")
    await expect(who.page).to_have_url(re.compile("/sign-in$"))


async def make_token(who: Visitor) -> str:
    await who.page.get_by_label("Your account").click()
    await who.open("My account", "Tokens")
    await who.page.get_by_label("Name", exact=True).fill("CRM")
    await who.page.get_by_label("Read calls").check()
    await who.page.get_by_role("button", name="Make the token").click()
    return (await who.page.locator(".link-shown").inner_text()).strip()


def asks_until(server: Server, token: str, status: int) -> int:
    """What another process has changed takes up to a second."""
    bearer = f"Bearer {token}"
    return until(lambda: server.ask("/api/v1/calls", Authorization=bearer), status=status).status


def status_of_token(server: Server, token: str) -> int:
    return asks_until(server, token, 200)


async def test_function_written_tried_saved_used(
    page: Page, serve: Serve, installation: Installation, phones: PhoneSystem, complaints: None
) -> None:
    await two_branches(installation)
    await asyncio.to_thread(
        installation.run_all,
        ["setting", "set", "Allowed Hosts", phones.url.partition("://")[2]],
    )
    ada = Visitor(page, await asyncio.to_thread(serve))
    await ada.sign_in("ada")
    await ada.open("Maintenance", "Database Functions")
    await page.get_by_role("link", name=re.compile("Generate Web Dial URL")).click()
    editor = page.get_by_role("textbox", name="Function. Tab indents.")
    await editor.press("Control+a")
    await page.evaluate(PASTE, FUNCTION.format(phones=phones.url))
    await expect(page.locator("#source-said")).to_have_text("No faults")
    await page.get_by_role("button", name="Try it").click()
    await expect(page.locator("#trial")).to_contain_text("make_call&from=201&to=")
    assert targets(phones) == []
    await page.get_by_role("button", name="Save").click()
    await ada.is_told("was saved and is in force.")

    # Saved is not used: the page says what is missing, and leads there.
    await ada.open("General Settings", MECHANISM)
    await page.get_by_label("Value for all branches").fill("FUNCTION")
    await page.get_by_role("button", name="Save for all branches").click()
    await ada.dial(NUMBER)
    await rings(phones, "201")
    await ada.is_told(SENT)
    assert targets(phones) == [f"/ivr/PbxAPI.aspx?func=make_call&from=201&to={DIALLED}"]
