"""What opens the small window, and all that must not: only a person's click, and never a call by itself."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.extension.browser import Person
from tests.extension.sites import Sites

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "<p id=number>020 7946 0123</p>"
E164_IN_ADDRESS = "number=%2B442079460123"


async def test_click_on_a_number_shows_it_once(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve(PAGE))
    await reader.click_text(page, "#number")
    window = await reader.window()
    assert E164_IN_ADDRESS in window.url
    assert len(reader.opened) == 1


async def test_second_number_takes_the_windows_place(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve(f"{PAGE}<p id=other>020 7946 0456</p>"))
    await reader.click_text(page, "#number")
    first = await reader.window()
    async with first.expect_event("close"):
        await reader.click_text(page, "#other")
    assert "number=%2B442079460456" in (await reader.window(2)).url


async def test_pages_own_click_is_not_heard_on_a_number(reader: Person, sites: Sites) -> None:
    row = f"<div onclick=\"document.title = 'row'\">{PAGE}<p id=text>No number here</p></div>"
    page = await reader.read(sites.serve(row))
    await reader.click_text(page, "#number")
    await reader.window()
    assert await page.title() == "Page"
    await reader.click_text(page, "#text")
    assert await page.title() == "row"


async def test_tel_link_opens_the_window_by_choice(reader: Person, sites: Sites) -> None:
    links = "<a id=link href='tel:+44-20-7946-0123;isub=1'>Ring us</a>"
    page = await reader.read(sites.serve(links))
    await page.click("#link")
    assert "number=%2B44-20-7946-0123" in (await reader.window()).url
    await reader.settle(telLinks=False)
    await page.reload()
    await reader.wait_marked(page, "+442079460999")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.click("#link")
    await reader.click_text(page, "#last")
    await reader.window(2)
    assert asked == ["tel:+44-20-7946-0123;isub=1"]


@pytest.mark.parametrize(
    ("click", "shown"),
    [("#link", "+44-20-7946-0123 ext 7"), ("#text", "+442079460456 ext 12")],
)
async def test_extension_behind_a_number_is_shown_with_it(
    reader: Person, sites: Sites, click: str, shown: str
) -> None:
    links = "<a id=link href='tel:+44-20-7946-0123;ext=7'>Ring us</a>"
    page = await reader.read(sites.serve(f"{links}<p id=text>020 7946 0456 ext. 12</p>"))
    await reader.click_text(page, click)
    assert parse_qs(urlsplit((await reader.window()).url).query)["number"] == [shown]


@pytest.mark.parametrize("modifier", ["Control", "Shift", "Alt"])
async def test_click_with_a_key_is_the_pages(reader: Person, sites: Sites, modifier: str) -> None:
    page = await reader.read(sites.serve(PAGE))
    await page.keyboard.down(modifier)
    await reader.click_text(page, "#number")
    await page.keyboard.up(modifier)
    await reader.click_text(page, "#last")
    await reader.window()
    assert [E164_IN_ADDRESS in each.url for each in reader.opened] == [False]


FORGED = """() => {
    const at = document.querySelector("#number").getBoundingClientRect();
    const where = { bubbles: true, cancelable: true, composed: true, view: window, button: 0,
                    clientX: at.left + 4, clientY: at.top + at.height / 2 };
    const targets = [document.querySelector("#number"), document.querySelector("#link"), document.body, document, window];
    for (const kind of ["pointerdown", "mousedown", "mousemove", "mouseup", "click", "auxclick", "dblclick"])
        for (const target of targets) target.dispatchEvent(new MouseEvent(kind, where));
    document.querySelector("#number").click();
    document.querySelector("#link").click();
    for (const target of targets)
        for (const kind of ["keydown", "keyup"]) target.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", bubbles: true }));
    for (const ask of ["show", "dial", "find", "settings"]) {
        window.postMessage({ ask, number: "+442079460123", source: "webdial" }, "*");
        window.dispatchEvent(new CustomEvent("webdial", { detail: { ask, number: "+442079460123" } }));
        document.dispatchEvent(new CustomEvent(ask, { detail: { number: "+442079460123" } }));
    }
    location.hash = "webdial";
}"""


UNOPENED = "onclick='return false'"
"""Of a link that a page clicks by itself: else Chromium asks which program shall open it, and until it is told no click
reaches the page any more.
"""


async def test_page_cannot_forge_a_click(reader: Person, sites: Sites) -> None:
    link = f"<a id=link href='tel:+442079460123' {UNOPENED}>Ring</a>"
    page = await reader.read(sites.serve(f"{PAGE}{link}"))
    await page.evaluate(FORGED)
    await page.evaluate(
        f"window.chrome?.runtime?.sendMessage?.('{reader.address[19:]}', {{ask: 'show'}})"
    )
    await reader.click_text(page, "#last")
    assert "9460999" in (await reader.window()).url
    assert len(reader.opened) == 1


async def test_page_gets_no_hold_of_the_extension(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve(PAGE))
    seen = await page.evaluate(
        """async address => {
            const frame = document.createElement("iframe");
            frame.src = `${address}/dial.html?number=%2B442079460123`;
            document.body.append(frame);
            const opened = window.open(`${address}/dial.html?number=%2B442079460123`);
            return {
                webdial: typeof webdial,
                send: typeof window.chrome?.runtime?.sendMessage,
                connect: typeof window.chrome?.runtime?.connect,
                file: await fetch(`${address}/manifest.json`).then(() => "read", () => "refused"),
            };
        }""",
        reader.address,
    )
    assert seen == {
        "webdial": "undefined",
        "send": "undefined",
        "connect": "undefined",
        "file": "refused",
    }
    await reader.click_text(page, "#last")
    assert "9460999" in (await reader.window()).url
    for each in [frame for every in reader.context.pages for frame in every.frames]:
        assert E164_IN_ADDRESS not in each.url


async def test_hint_over_a_number_is_closed_to_the_page(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve(PAGE))
    box = await page.locator("#number").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 4, box["y"] + 8)
    await page.wait_for_function("document.documentElement.children.length === 3")
    assert await page.evaluate("document.documentElement.lastElementChild.shadowRoot") is None
    await page.mouse.move(box["x"] + 4, box["y"] + 300)
    await page.wait_for_function("document.documentElement.children.length === 2")


async def test_selected_text_is_not_a_click(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve(PAGE))
    box = await page.locator("#number").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + 2, y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 60, y)
    await page.mouse.up()
    assert await page.evaluate("String(getSelection()).length") > 3
    await page.mouse.click(box["x"] + 4, box["y"] + 300)
    await reader.click_text(page, "#last")
    assert "9460999" in (await reader.window()).url
    assert len(reader.opened) == 1
