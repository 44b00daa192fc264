"""Answers are data: no rule hangs on them, and what is shown of them is text."""

import csv
import html
import io
from collections.abc import Iterator
from typing import Final

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by
from tests.running.test_nothing_lost import phone_system
from webdial.simulator.fault_scripts import FAULTS, Asked, FaultScript, Step, answer

test_proven_elsewhere = proven_by(
    "tests/exchange/test_faults.py::test_fault_ends_as_the_table_says",
    "tests/secrets/test_planted_secret.py::test_calls_show_no_secret_whatever_the_phone_system_repeats",
)

EVIL: Final = {
    "01632961101": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "01632961102": "ERROR\r\nSet-Cookie: sessionid=stolen\r\n\r\n<h1>signed in</h1>",
    "01632961103": "=cmd|'/c calc'!A1",
    "01632961104": "{{ secret }} {% load x %} {secret SAFE} ^ # <&>to=1",
    "01632961105": "\x00\x1b[2J\u202egnp.exe\u2028" + "A" * 100_000,
    "01632961106": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "01632961107": "(" * 50_000 + "a" * 50_000,
}
"""What a phone system says to the call of this number."""

NEVER: Final = ("<script>alert", "<img src=x", "<h1>signed", "root:")


def saying(number: str, text: str) -> FaultScript:
    def steps(_: Asked) -> Iterator[Step]:
        return answer(500, text)

    return FaultScript(number, "Says something evil.", steps)


@pytest.fixture(scope="module")
def lies(attacked: AttackedSite) -> Iterator[None]:
    scripts = {number: saying(number, text) for number, text in EVIL.items()}
    with phone_system(scripts=FAULTS | scripts) as liar:
        attacked.hire("elaine", {"Use Web Phone Dialling Mechanism": liar.url("", "/faults/#")})
        yield


@pytest.mark.usefixtures("lies")
@pytest.mark.parametrize("number", EVIL)
def test_words_of_a_phone_system_are_shown_as_words(attacked: AttackedSite, number: str) -> None:
    called = attacked.program("elaine").call(number)
    assert called.status == 201
    assert called.json()["outcome"] != "sent"
    path = f"/calls/{called.json()['id']}"
    pages = [attacked.browser(login).get(path) for login in ("elaine", "ada")]
    for page in pages:
        assert page.status == 200
        assert len(page.body) < 100_000
        assert "stolen" not in str(page.headers)
        assert [part for part in NEVER if part in page.body] == []
    words = EVIL[number][:9]
    assert html.escape(words) in pages[1].body or not words.isprintable()  # to who may read it
    exported = attacked.browser("ada").get(f"/calls/export.csv?number={number[-6:]}").body
    cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))] == []
