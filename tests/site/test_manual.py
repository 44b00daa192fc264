"""The manual on the site: every page of docs/, its links, and the help beside a setting."""

import re

import pytest

from tests.docs.manual import ROOT, page
from tests.site.conftest import Member, Site
from webdial.errors import NotFoundError
from webdial.exchange.general_settings import SETTINGS
from webdial.site.manual import anchor_of, manual_page
from webdial.site.manual.markdown import to_html

DOCS = ROOT / "docs"
NAMES = sorted(file.relative_to(DOCS).with_suffix("").as_posix() for file in DOCS.rglob("*.md"))


def html_of(text: str) -> str:
    return to_html(text, lambda target: None if target.startswith("..") else target)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A & B", '<h1 id="a--b">A &amp; B</h1>'),
        ("## Same\n\n## Same", '<h2 id="same">Same</h2>\n<h2 id="same-1">Same</h2>'),
        ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
        ("`<b>` **bold** *soft* 2 * 3 * 4", "<p><code>&lt;b&gt;</code> <strong>bold</strong> <em>soft</em> 2 * 3 * 4</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[`x`](#y) [gone](../y.md)", '<p><a href="#y"><code>x</code></a> gone</p>'),
        ("<https://webdial.example>", '<p><a href="https://webdial.example" rel="noopener noreferrer">https://webdial.example</a></p>'),
        ('[x](#"onclick=")', '<p><a href="#&quot;onclick=&quot;">x</a></p>'),
        ("- one\n  more\n- two\n\nafter", "<ul><li>one more</li><li>two</li></ul>\n<p>after</p>"),
        ("1. one\n\n   ```sh\n   a\n   ```\n2. two", '<ol><li><p>one</p><pre class="code" tabindex="0">a</pre></li><li>two</li></ol>'),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("```\n# no heading\n<x>\n```", '<pre class="code" tabindex="0"># no heading\n&lt;x&gt;</pre>'),
        ("<!-- generated -->\ntext", "<p>text</p>"),
        ("![a picture](../x.png)", "<p></p>"),
    ],
)  # fmt: skip
def test_markdown_becomes(text: str, html: str) -> None:
    assert html_of(text) == html


def test_table_with_and_without_a_head() -> None:
    made = html_of("| a | b |\n|---|---|\n| `x \\| y` | 2 |")
    assert '<th scope="col">a</th>' in made
    assert "<td><code>x | y</code></td><td>2</td>" in made
    assert "<th" not in html_of("| | |\n|---|---|\n| a | b |")


@pytest.mark.parametrize("name", NAMES)
def test_page_is_shown_with_everything_in_it(name: str) -> None:
    shown = manual_page(name)
    written = page(f"docs/{name}.md")
    assert set(re.findall(r'<h\d id="([^"]+)"', shown.html)) == written.anchors
    assert shown.html.count("<table") == len(written.tables)
    assert shown.html.count("<h1") == 1
    assert "](" not in re.sub(r"<(pre|code)\b.*?</\1>", "", shown.html, flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_places_that_are_there(name: str) -> None:
    for address in re.findall(r'<a href="(/manual[^"]*)"', manual_page(name).html):
        path, _, place = address.removeprefix("/manual").partition("#")
        led_to = manual_page(path.strip("/") or "index")
        assert not place or f'id="{place}"' in led_to.html, address


@pytest.mark.parametrize(
    "name", ["nothing", "../pyproject", "reference/../index", "", "index.md", "reference", "a/b/c"]
)
def test_what_is_no_page_is_told(name: str) -> None:
    with pytest.raises(NotFoundError):
        manual_page(name)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_told_where_its_help_leads(setting: object) -> None:
    place = anchor_of(getattr(setting, "name"))  # noqa: B009 - the parameter is told by its name
    assert f'id="{place}"' in manual_page("reference/general-settings").html


async def test_pages_are_for_whoever_is_signed_in(site: Site, carl: Member) -> None:
    assert (await site.browser().get("/manual")).status_code == 302
    answer = await carl.client.get("/manual/how-to/back-up")
    assert answer.status_code == 200
    assert "Back up" in answer.content.decode()
    assert (await carl.client.get("/manual/how-to/nothing")).status_code == 404
