"""Sources made to break the function's pages: each is told as an error and none as our own failure."""

from dataclasses import dataclass

import pytest
from django.http import HttpResponse

from tests.site.maintenance.visitor import Visitor, text_of
from webdial.site.models import FunctionVersion
from webdial.watcom import DELIVERED_FUNCTION

EDITOR = "/maintenance/functions/communications/generate-web-dial-url"
BOUNDARY = "boundary"


def function_returning(expression: str) -> str:
    return f"create function f(in n char(9)) returns long varchar begin return {expression}; end"


@dataclass(frozen=True, slots=True)
class Hostile:
    """`charset` is one of those that a form can be sent in and bring what UTF-8 cannot hold."""

    name: str
    source: str
    told: str
    charset: str = "utf-8"

    def __str__(self) -> str:
        return self.name


HOSTILE = [
    Hostile("empty", "", "A function begins with CREATE FUNCTION or ALTER FUNCTION"),
    Hostile("a megabyte", "x" * 1_000_000, "The function has more than 65,536 bytes."),
    Hostile("a megabyte of NUL", "\x00" * 1_000_000, "The character U+0000 cannot be kept."),
    Hostile(
        "NUL in a literal", function_returning("'a\x00b'"), "The character U+0000 cannot be kept."
    ),
    Hostile("NUL in a comment", DELIVERED_FUNCTION + "-- \x00", "U+0000 cannot be kept."),
    Hostile(
        "half a surrogate pair",
        function_returning(r"'\ud800'"),
        "The character U+D800 cannot be kept.",
        charset="unicode_escape",
    ),
    Hostile(
        "brackets in brackets",
        function_returning("(" * 2_000 + "1" + ")" * 2_000),
        "nested",
    ),
    Hostile(
        "more brackets than words are allowed",
        function_returning("(" * 16_000 + "1" + ")" * 16_000),
        "words and signs",
    ),
    Hostile("a literal without end", function_returning("'x"), "The text literal is not closed."),
    Hostile("comments in comments", "/*" * 30_000, "The comment is not closed."),
    Hostile("blank lines alone", "\n" * 60_000, "A function begins with CREATE FUNCTION"),
    Hostile("faults without number", "? " * 30_000, "has no meaning here."),
    Hostile("right to left", "\u202e" + DELIVERED_FUNCTION, "U+202E has no meaning here."),
]


def send(visitor: Visitor, address: str, hostile: Hostile, **fields: str) -> HttpResponse:
    """A form as a browser sends it, or, for what no browser sends, written by hand."""
    if hostile.charset == "utf-8":
        return visitor.post(address, source=hostile.source, **fields)
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"source": hostile.source, **fields}.items()
    ]
    body = "".join(parts) + f"--{BOUNDARY}--\r\n"
    # In quotes, or the test's client would put the text into the charset.
    kind = f'multipart/form-data; boundary={BOUNDARY}; charset="{hostile.charset}"'
    return visitor.ask("post", address, data=body, content_type=kind)


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
def test_check_tells_it(admin: Visitor, hostile: Hostile) -> None:
    response = send(admin, f"{EDITOR}/check", hostile)
    assert response.status_code == 200
    assert hostile.told in response.json()["faults"][0]["message"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
def test_saving_is_refused_and_tells_it(admin: Visitor, hostile: Hostile) -> None:
    response = send(admin, EDITOR, hostile, act="save", note="", began_from="0")
    assert response.status_code == 422
    assert hostile.told in text_of(response)
    assert "The delivered function stays in force." in text_of(response)
    assert not FunctionVersion.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
@pytest.mark.parametrize("address", [EDITOR, f"{EDITOR}/try"])
def test_trying_tells_it(admin: Visitor, hostile: Hostile, address: str) -> None:
    response = send(admin, address, hostile, act="try", user="ada", number="020 7946 0123")
    assert response.status_code == 200
    assert hostile.told in text_of(response)
    assert "and was not called" in text_of(response)


def test_other_fields_may_hold_what_no_page_can(admin: Visitor) -> None:
    lost = Hostile("lost", DELIVERED_FUNCTION, "", charset="unicode_escape")
    fields = {"user": r"\ud800", "number": r"\udfff", "note": r"\ud800"}
    for address, act in ((EDITOR, "save"), (EDITOR, "try"), (f"{EDITOR}/try", "try")):
        response = send(admin, address, lost, act=act, began_from="0", **fields)
        assert response.status_code in {200, 302, 422}


def test_more_than_a_request_may_hold_is_answered_plainly(admin: Visitor) -> None:
    response = admin.post(f"{EDITOR}/check", source="x" * 1_100_000)
    assert response.status_code == 400
