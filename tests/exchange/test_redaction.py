"""Secrets are found in a text however it writes them, and nothing else is masked."""

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.dialstring import MASK
from webdial.exchange.redaction import redacted
from webdial.exchange.verdicts import one_line

SECRET = "a<b>&\"'/ +é%41z"
KEY = "-----BEGIN KEY-----\n" + "Ab/+" * 200 + "\n-----END KEY-----"

WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "URL": lambda text: quote(text, safe=""),
    "URL in small letters": lambda text: quote(text, safe="").replace("%C3%A9", "%c3%a9"),
    "form": quote_plus,
    "form, its escapes undone": lambda text: text.replace(" ", "+"),
    "URL twice": lambda text: quote(quote(text)),
    "JSON": json.dumps,
    "JSON of PHP": lambda text: json.dumps(text).replace("/", "\\/"),
    "HTML": html.escape,
    "HTML, its quotes by number": lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    "HTML in JSON": lambda text: json.dumps(html.escape(text)),
    "JSON in HTML": lambda text: html.escape(json.dumps(text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", [SECRET, "token-1.2_3~4"])
def test_secret_is_masked_as(way: str, secret: str) -> None:
    said = f"key=[{WAYS[way](secret)}] refused"
    shown = redacted(said, [secret])
    for around in ('"', "&quot;", "=", "="):  # quotes of JSON, and what fills base64 up
        shown = shown.replace(f"{around}]", "]").replace(f"[{around}", "[")
    assert shown == f"key=[{MASK}] refused"


@pytest.mark.parametrize("way", ["as it is", "URL", "form", "JSON", "JSON of PHP", "base64"])
def test_long_key_is_masked_as(way: str) -> None:
    assert "Ab/+" not in redacted(WAYS[way](KEY), [KEY])
    assert "AbAb" not in redacted(WAYS[way](KEY), [KEY])


def test_long_key_is_masked_on_one_line() -> None:
    assert redacted(one_line(KEY, 2_000), [KEY]) == MASK


@pytest.mark.parametrize("before", ["", "x", "xy", "user:", "Bearer "])
def test_secret_within_base64_is_masked(before: str) -> None:
    said = base64.b64encode(f"{before}open sesame!".encode()).decode()
    shown = redacted(said, ["open sesame!"])
    assert MASK in shown
    assert b"sesam" not in base64.b64decode(shown.partition(MASK)[0] + "==")


@pytest.mark.parametrize("length", range(1, 30))
def test_what_is_cut_within_a_secret_shows_none_of_it(length: int) -> None:
    text = one_line("." * (500 - length) + quote(SECRET, safe=""), 500)
    shown = redacted(text, [SECRET])
    assert len(shown) <= 500
    left = shown.removeprefix("." * (500 - length)).removesuffix("…").removesuffix(MASK)
    assert len(re.sub("%.?$", "", unquote(left))) < 4  # too little to be told from chance


def test_other_text_stays() -> None:
    said = 'The extension 201 & 20% of <b>all</b> calls \\ "refused" …'
    assert redacted(said, [SECRET, "abc", ""]) == said


@given(st.text(min_size=4, max_size=40), st.sampled_from(sorted(WAYS)))
def test_any_secret_is_gone_from_what_repeats_it(secret: str, way: str) -> None:
    try:
        said = WAYS[way](secret)
    except UnicodeEncodeError:
        return
    assert secret not in redacted(f"[{said}]", [secret]) or secret in MASK
