"""Which numbers of real pages are marked in Chromium, and that the pages stay what they were."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route

from tests.extension.browser import Person
from tests.extension.corpus import Score, items_of, pages
from tests.extension.sites import Sites

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = "020 7946 0123"
E164 = "+442079460123"

SHAPE = """() => [...document.querySelectorAll("body, body *")].map(each => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return [each.outerHTML, x, y, width, height];
})"""


async def test_corpus_in_chromium(reader: Person, sites: Sites) -> None:
    score = Score()
    for page in [*pages("numbers"), *pages("look-alikes")]:
        items = items_of(page)
        await reader.settle(country=items[0].country)
        shown = await reader.read(sites.serve("".join(f"<p>{item.text}</p>" for item in items)))
        found = await reader.numbers(shown)
        await shown.close()
        for item in items:
            here = [number for number in item.numbers if number in found]
            for number in here:
                found.remove(number)
            score.add(item, tuple(here))
        score.wrong += len(found)
    print(f"\nIn Chromium: {score}")
    assert score.right + score.missed >= 200
    assert score.precision >= 0.98
    assert score.recall >= 0.95


LEFT_ALONE = {
    "input": f'<input value="{NUMBER}">',
    "text area": f"<textarea>{NUMBER}</textarea>",
    "editable": f"<div contenteditable>Call <b>{NUMBER}</b></div>",
    "editable plain text": f'<div contenteditable="plaintext-only">{NUMBER}</div>',
    "text box": f'<div role="textbox">{NUMBER}</div>',
    "code": f"<code>{NUMBER}</code>",
    "preformatted": f"<pre>tel {NUMBER}</pre>",
    "script": f"<script>const number = '{NUMBER}';</script>",
    "style": f"<style>/* {NUMBER} */</style>",
    "link": f'<a href="https://example.org">{NUMBER}</a>',
    "link within": f'<a href="tel:+44207">Call <b>{NUMBER}</b></a>',
    "button": f"<button>Call {NUMBER}</button>",
    "option": f"<select><option>{NUMBER}</option></select>",
    "template": f"<template>{NUMBER}</template>",
    "attribute": f'<img alt="{NUMBER}" title="{NUMBER}">',
    "comment": f"<!-- {NUMBER} -->",
}


async def test_what_is_left_alone(reader: Person, sites: Sites) -> None:
    for name, content in LEFT_ALONE.items():
        page = await reader.read(sites.serve(content))
        assert await reader.numbers(page) == [], name
        await page.close()


async def test_not_editable_within_editable_counts_as_its_page_does(
    reader: Person, sites: Sites
) -> None:
    page = await reader.read(sites.serve(f'<div contenteditable="false">{NUMBER}</div>'))
    assert await reader.numbers(page) == [E164]


async def test_page_stays_as_it_was(reader: Person, sites: Sites) -> None:
    content = "".join(f"<p>{item.text}</p>" for item in items_of(pages("numbers")[0]))
    address = sites.serve(
        f"<style>p {{ color: green }} p:first-child {{ width: 9em }}</style>{content}"
    )
    await reader.settle(pages="off")
    plain = await reader.context.new_page()
    await plain.goto(address)
    before = await plain.evaluate(SHAPE)
    await plain.close()
    await reader.settle(pages="all")
    marked = await reader.read(address)
    assert await marked.evaluate(SHAPE) == before
    assert await marked.evaluate("document.documentElement.children.length") == 2


async def test_marked_number_is_underlined_however_deep_it_stands(
    reader: Person, sites: Sites
) -> None:
    deep = f"<main><div><p>Call <b id=number>{NUMBER}</b></p></div></main>"
    page = await reader.read(sites.serve(deep))
    line = await page.evaluate(
        "getComputedStyle(number, '::highlight(webdial-number)').textDecorationLine"
    )
    assert line == "underline"


async def test_numbers_that_come_later_change_and_go(reader: Person, sites: Sites) -> None:
    page = await reader.read(sites.serve("<p id=first></p><p id=second>Nothing yet</p>"))
    await page.evaluate("first.innerHTML = 'Call <b>020 7946 0123</b>'")
    await reader.wait_marked(page, E164)
    await page.evaluate("second.firstChild.data = 'or 020 7946 0456'")
    await reader.wait_marked(page, "+442079460456")
    await page.evaluate("first.remove(); second.firstChild.data = 'or 020 7946 0789'")
    await reader.wait_marked(page, "+442079460789")
    assert await reader.numbers(page) == ["+442079460789"]


async def test_nothing_is_looked_for_before_the_page_has_loaded(
    reader: Person, sites: Sites
) -> None:
    """What is done before would put the load event off, by half a second on a page of 5 MB."""
    async with page_that_loads_long(reader, sites) as (page, let_load):
        other = await reader.read(sites.serve(f"<p>{NUMBER}</p>"))
        await other.close()
        assert await reader.marked(page) == []
        await let_load()
        await reader.wait_marked(page, E164)


async def test_page_that_never_has_loaded_is_looked_through_all_the_same(
    reader: Person, sites: Sites
) -> None:
    async with page_that_loads_long(reader, sites) as (page, _):
        await reader.wait_marked(page, E164)
        assert await page.evaluate("document.readyState") == "interactive"


@asynccontextmanager
async def page_that_loads_long(
    reader: Person, sites: Sites
) -> AsyncIterator[tuple[Page, Callable[[], Awaitable[None]]]]:
    """A page whose picture is awaited until it is let load."""
    page = await reader.context.new_page()
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/picture.png", asked.put)
    address = sites.serve(f"<p>{NUMBER}</p><img src=picture.png>")
    await page.goto(address, wait_until="domcontentloaded")
    picture = await asked.get()
    yield page, picture.abort
    await page.close()


async def test_long_text_of_one_node(reader: Person, sites: Sites) -> None:
    filler = "No numbers stand here, only words. " * 30_000
    page = await reader.read(sites.serve(f"<p>{filler} {NUMBER} {filler} 020 7946 0456</p>"))
    assert await reader.numbers(page) == [E164, "+442079460456"]


async def test_many_numbers_beside_each_other_are_each_marked_once(
    reader: Person, sites: Sites
) -> None:
    wanted = [f"+44207946{each:04}" for each in range(100, 280)]
    text = ", ".join(f"020 7946 {each[-4:]}" for each in wanted)
    page = await reader.read(sites.serve(f"<p>{text}</p>"))
    assert await reader.numbers(page) == wanted


async def test_frames_are_marked_too(reader: Person, sites: Sites) -> None:
    inner = sites.serve(f"<p id=number style='margin:0'>{NUMBER}</p>", host="localhost")
    page = await reader.read(sites.serve(f'<iframe src="{inner}"></iframe>'))
    frame = page.frames[1]
    await frame.wait_for_function("CSS.highlights.has('webdial-number')")
    box = await frame.locator("#number").bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)
    window = await reader.window()
    assert "number=%2B442079460123" in window.url


async def test_sites_are_left_out_and_chosen(reader: Person, sites: Sites) -> None:
    ours = sites.serve(f"<p>{NUMBER}</p>")
    theirs = sites.serve(f"<p>{NUMBER}</p>", host="localhost")
    await reader.settle(pages="all", sites=["localhost"])
    await reader.read(ours)
    other = await reader.context.new_page()
    await other.goto(theirs)
    assert await reader.marked(other) == []
    # What is chosen anew holds for pages that are open, without loading them again.
    await reader.settle(pages="chosen", sites=["localhost"])
    await reader.wait_marked(other, E164)
    await reader.settle(sites=["shop.example"])
    await other.wait_for_function("!CSS.highlights.has('webdial-number')")
    assert await reader.marked(other) == []
