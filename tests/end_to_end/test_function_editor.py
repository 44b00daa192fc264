"""The database function from the editor to a call: typed, marked, mended, tried, saved, in force."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Locator, Page, Route, expect

from tests import signed_in
from tests.server import Installation, Server
from tests.simulator.phone_system import PhoneSystem, run_phone_system
from webdial.simulator import DeskPhone, SimulatorConfig

PASSWORD = "amber-fjord-72"
EDITOR = "/maintenance/functions/communications/generate-web-dial-url"
SETTING = "/maintenance/settings/edit?name=Use+Web+Phone+Dialling+Mechanism"
NUMBER, DIALLED = "020 7946 0123", "02079460123"

ENDLESS = (
    "create function f(in n char(50)) returns long varchar begin "
    "declare t long varchar = repeat('x', 900000); declare h char(99); "
    "while 1 = 1 loop set h = hash(t); end loop; return h; end"
)
PASTE = """
text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".editor__host").shadowRoot.querySelector(".cm-content").dispatchEvent(paste);
}
"""


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation) -> Iterator[Server]:
    """A running server with Carl, and Ada who administers."""
    added = sqlite_installation.run(
        "user", "add", "ada", "--name", "Ada Byrne", "--staff-id", "AB", "--branch", "LON",
        "--extension", "1000", "--administrator", "--password-stdin", stdin=PASSWORD,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with sqlite_installation.serving() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def admin(page: Page, server: Server) -> AsyncIterator[Page]:
    """Ada's page. Whatever the browser complains of, the content security policy above all, fails the
    test; a refused form is no complaint."""
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await signed_in.sign_in(page, server.address, "ada", PASSWORD)
    yield page
    assert [text for text in said if not re.search(r"status of (409|422)", text)] == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone_system() -> AsyncIterator[PhoneSystem]:
    """A pretend phone system on which Ada's phone rings."""
    config = SimulatorConfig(desk_phones=(DeskPhone(extension="1000", name="Ada Byrne"),))
    async with run_phone_system(config) as system:
        yield system


def editor_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Function. Tab indents.")


async def open_editor(page: Page, server: Server) -> Locator:
    await page.goto(server.address + EDITOR)
    await expect(page.locator("#source-said")).to_have_text("No faults")
    return editor_of(page)


async def replace_text(page: Page, text: str) -> None:
    """Put `text` in the place of the function, by the clipboard as an author would."""
    await editor_of(page).press("Control+a")
    await page.evaluate(PASTE, text)


async def find(page: Page, text: str) -> None:
    """Select `text` in the editor by its own search."""
    await editor_of(page).press("Control+f")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")


async def test_from_a_fault_in_the_editor_to_the_phone_system(
    admin: Page,
    server: Server,
    sqlite_installation: Installation,
    phone_system: PhoneSystem,
) -> None:
    editor = await open_editor(admin, server)
    await admin.get_by_role("link", name="Insert the sample").click()
    await expect(admin.locator("#source-said")).to_contain_text("Undo brings back what stood here.")
    await find(admin, "http://sys1:82/api/call/makecall/")
    await admin.keyboard.type(f"{phone_system.url}/ivr/PbxAPI.aspx?func=make_call&from=")
    await find(admin, ",'/',[Number],'/9'")
    await admin.keyboard.type(",'&to=',[Number]")
    await expect(admin.locator("#source-said")).to_have_text("No faults")

    # A fault is marked in the text and listed, and a click on its place goes there.
    await find(admin, "return rv;")
    await admin.keyboard.type("return rvv;")
    await expect(admin.locator("#source-said")).to_have_text("1 fault")
    await expect(admin.locator(".cm-lintRange-error")).to_have_text("rvv")
    await expect(editor).to_have_attribute("aria-invalid", "true")
    await admin.get_by_label("What has changed").focus()
    await admin.get_by_role("link", name=re.compile(r"Line 14, column 8")).click()
    await expect(editor).to_be_focused()

    # It cannot be saved, and what was in force stays so.
    await admin.get_by_role("button", name="Save").click()
    refused = admin.get_by_role("alert")
    await expect(refused).to_contain_text("Not saved: the function has 1 fault")
    await expect(refused).to_contain_text("stays in force.")

    # Mended, where the editor's selection stands after the jump.
    await admin.get_by_role("link", name=re.compile(r"Line 14, column 8")).click()
    await admin.keyboard.type("rv")
    await expect(admin.locator("#source-said")).to_have_text("No faults")
    await expect(admin.locator(".cm-lintRange-error")).to_have_count(0)

    # Tried as typed, for oneself; nothing is sent.
    trial = admin.locator("#trial")
    await admin.get_by_role("button", name="Try it").click()
    await expect(trial).to_contain_text("No call would be placed")
    await expect(trial.get_by_text("NULL", exact=True).first).to_be_visible()
    await asyncio.to_thread(
        sqlite_installation.run_all,
        ["setting", "set", "--own", "SYNETY", "MAIN"],
        ["setting", "set", "Allowed Hosts", phone_system.url.partition("://")[2]],
    )
    await expect_trial(admin, f"{phone_system.url}/ivr/PbxAPI.aspx?func=make_call&from=1000")
    returned = await trial.locator("pre").first.inner_text()
    expected = f"{phone_system.url}/ivr/PbxAPI.aspx?func=make_call&from=1000&to={DIALLED}"
    assert returned == expected
    assert received(phone_system) == []

    # Saved, put in force by the setting, and dialled: exactly the returned URL arrives.
    await admin.get_by_label("What has changed").fill("our own phone system")
    await admin.keyboard.press("Enter")
    await expect(admin.get_by_role("status").first).to_contain_text("was saved and is in force.")
    await admin.goto(server.address + SETTING)
    await admin.get_by_label("Value for all branches").fill("FUNCTION")
    await admin.get_by_role("button", name="Save for all branches").click()
    await admin.goto(server.address + EDITOR)
    await expect(admin.get_by_text("The setting is FUNCTION for all branches.")).to_be_visible()
    await admin.get_by_label("Number to dial").fill(NUMBER)
    await admin.get_by_label("Number to dial").press("Enter")
    await expect(admin.get_by_text("Sent to the phone system, not confirmed.")).to_be_visible()
    assert [f"{phone_system.url}{target}" for target in received(phone_system)] == [returned]


def received(system: PhoneSystem) -> list[str]:
    return [request.target for request in system.simulator.received]


async def expect_trial(page: Page, text: str) -> None:
    """Try until what another process has changed is in force, at most some seconds."""
    async with asyncio.timeout(20):
        while True:
            async with page.expect_response("**/try"):
                await page.get_by_role("button", name="Try it").click()
            if text in await page.locator("#trial").inner_text():
                return


async def test_editor_is_left_by_the_keyboard_and_undone(admin: Page, server: Server) -> None:
    editor = await open_editor(admin, server)
    before = await admin.locator("#source").input_value()
    await editor.press("Control+End")
    await admin.keyboard.type("-- x")
    await admin.keyboard.press("Tab")
    await expect(editor).to_be_focused()
    await expect(admin.locator("#source-state")).to_have_text("Not saved")
    assert await admin.locator("#source").input_value() != before
    await admin.keyboard.press("Control+z")
    await admin.keyboard.press("Control+z")
    await expect(admin.locator("#source-state")).to_contain_text("in force")
    assert await admin.locator("#source").input_value() == before
    await admin.keyboard.press("Escape")
    await admin.keyboard.press("Tab")
    await expect(editor).not_to_be_focused()


async def test_faults_stand_at_their_places_behind_an_emoji(admin: Page, server: Server) -> None:
    await open_editor(admin, server)
    await replace_text(
        admin,
        "create function f(in n char(50)) returns long varchar\nbegin -- 😀😀\n  return '😀' || nn;\nend",
    )
    await expect(admin.locator(".cm-lintRange-error")).to_have_text("nn")


async def test_columns_are_completed_when_asked_for(admin: Page, server: Server) -> None:
    await open_editor(admin, server)
    await replace_text(admin, "Staff.")
    await admin.keyboard.press("Control+ ")
    options = admin.get_by_role("option")
    await expect(options).to_have_text(["Active", "AgencyID", "Extension", "Name", "StaffID"])


async def test_endless_function_is_stopped_while_pages_go_on(admin: Page, server: Server) -> None:
    await open_editor(admin, server)
    await replace_text(admin, ENDLESS)
    other = await admin.context.new_page()
    async with admin.expect_request("**/try") as asked:
        await admin.get_by_role("button", name="Try it").click()
    answered = asyncio.ensure_future((await asked.value).response())
    await other.goto(f"{server.address}/calls")
    assert not answered.done()
    await answered
    await expect(admin.locator("#trial")).to_contain_text("The function ran longer than 0.9 s.")


async def test_of_some_who_save_at_once_all_but_one_are_told(admin: Page, server: Server) -> None:
    await open_editor(admin, server)
    form = {
        name: await admin.locator(f"#function-form [name={name}]").input_value()
        for name in ("csrfmiddlewaretoken", "began_from", "source")
    }
    statuses = await asyncio.gather(
        *(
            status_of_saving(admin, {**form, "source": f"{form['source']}-- by {who}\n"})
            for who in ("Ada", "Bea", "Carl", "Dora")
        )
    )
    assert sorted(statuses) == [302, 409, 409, 409]


async def status_of_saving(page: Page, form: dict[str, str]) -> int:
    fields: dict[str, str | float | bool] = {**form, "act": "save"}
    answer = await page.request.post(page.url, form=fields, max_redirects=0)
    return answer.status


async def test_server_that_fails_is_told(admin: Page, server: Server) -> None:
    """Asked of a server that is away for a moment, the editor says so and keeps the text."""
    await open_editor(admin, server)

    async def refuse(route: Route) -> None:
        await route.fulfill(status=204)

    await admin.route("**/check", refuse)
    await replace_text(admin, "begin end")
    await expect(admin.locator("#source-said")).to_contain_text("could not be checked")
    await admin.unroute("**/check")
    await editor_of(admin).press("End")
    await admin.keyboard.type(" ")
    await expect(admin.locator("#source-said")).to_have_text("1 fault")


async def test_text_that_is_not_saved_is_not_left_unasked(admin: Page, server: Server) -> None:
    await open_editor(admin, server)
    await editor_of(admin).press("Control+End")
    await admin.keyboard.type("-- not to be lost")
    asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def stay(dialog: Dialog) -> None:
        await dialog.dismiss()
        asked.set_result(dialog.type)

    admin.once("dialog", stay)
    await admin.get_by_role("link", name="All versions").click()
    assert await asked == "beforeunload"
    await expect(admin).to_have_url(re.compile(f"{EDITOR}$"))


async def test_page_works_without_script(page: Page, server: Server) -> None:
    assert page.context.browser is not None
    context = await page.context.browser.new_context(java_script_enabled=False)
    try:
        plain = await context.new_page()
        await plain.goto(f"{server.address}/sign-in?next={EDITOR}")
        await plain.get_by_label("Sign-in name").fill("ada")
        await plain.get_by_label("Password", exact=True).fill(PASSWORD)
        await plain.get_by_role("button", name="Sign in", exact=True).click()
        source = plain.get_by_role("textbox", name="Function")
        await source.fill(
            "create function f(in n char(50)) returns long varchar begin return nn; end"
        )
        await plain.get_by_role("button", name="Save").click()
        await expect(plain.get_by_role("alert")).to_contain_text("Not saved")
        await expect(plain.locator(".source-fault__view")).to_contain_text("^^")
        await source.fill(
            "create function f(in n char(50)) returns long varchar begin return n; end"
        )
        await plain.get_by_role("button", name="Try it").click()
        await expect(plain.locator("#trial")).to_contain_text(f"given as {DIALLED}")
        await plain.get_by_role("link", name="Insert the sample").click()
        await expect(source).to_have_value(re.compile("SYNETY"))
    finally:
        await context.close()
