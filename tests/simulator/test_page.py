"""The page as it is sent: whole, from here alone, and safe to show anything on."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

from tests.simulator.phone_system import PhoneSystem, StartPhoneSystem
from webdial.simulator import SimulatorConfig


async def page_of(system: PhoneSystem) -> str:
    async with system.client.get("/") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        return str(await answer.text())


class References(HTMLParser):
    """Every address that the page makes a browser fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


async def test_page_refers_to_its_own_parts_only(system: PhoneSystem) -> None:
    references = References()
    references.feed(await page_of(system))
    fetched = {address for address in references.found if not address.startswith("#")}
    assert fetched == {"/page/icon.svg", "/page/page.css", "/page/page.js"}


async def test_every_part_is_served_and_imports_only_served_ones(system: PhoneSystem) -> None:
    parts = {item.name for item in files("webdial.simulator").joinpath("page").iterdir()}
    for part in parts - {"page.html"}:
        async with system.client.get(f"/page/{part}") as answer:
            text = await answer.text()
            assert answer.status == 200, part
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert set(re.findall(r'from "\./([^"]+)"', text)) <= parts
            assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)\S+", text) == []


async def test_page_forbids_what_is_not_its_own(system: PhoneSystem) -> None:
    async with system.client.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy


async def test_page_says_what_it_is_and_who_sees_it(system: PhoneSystem) -> None:
    page = await page_of(system)
    assert "This is a pretend phone system: no real phone rings and nobody is called." in page
    assert "Only this machine can see it. Started by <code>webdial demo</code>." in page


async def test_page_open_to_others_says_so(
    start: StartPhoneSystem, config: SimulatorConfig
) -> None:
    page = await page_of(await start(replace(config, open_to_others=True)))
    assert "Everybody who can reach this address can see and use it." in page
    assert "Only this machine" not in page


async def test_config_is_escaped_on_the_page(
    start: StartPhoneSystem, config: SimulatorConfig
) -> None:
    hostile = 'http://x/"><script>alert(1)'
    system = await start(replace(config, started_from=hostile, product_url=hostile))
    page = await page_of(system)
    assert "<script>alert" not in page
    assert page.count("&quot;&gt;&lt;script&gt;alert(1)") == 2


async def test_page_links_back_to_the_product(
    start: StartPhoneSystem, config: SimulatorConfig
) -> None:
    system = await start(replace(config, product_url="http://127.0.0.1:8000/"))
    assert 'href="http://127.0.0.1:8000/"' in await page_of(system)
