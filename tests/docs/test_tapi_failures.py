"""docs/reference/tapi-failures.md has every failure code with the sentence that the program tells."""

from tests.docs.manual import page
from webdial.desktop.tapi.failures import LINE_FAILURES, REQUEST_FAILURES

SECTIONS = page("docs/reference/tapi-failures.md").sections(2)
HEAD = ("code", "name", "sentence")


def test_failures_of_a_line() -> None:
    assert [tuple(row) for row in SECTIONS["Of a line"].table(*HEAD)] == [
        (f"`0x{code:08X}`", f"`LINEERR_{name}`", sentence)
        for code, (name, sentence) in LINE_FAILURES.items()
    ]


def test_failures_of_the_program_for_telephone_calls() -> None:
    rows = SECTIONS["Of the program for telephone calls"].table(*HEAD)
    assert [tuple(row) for row in rows] == [
        (f"`{code}`", f"`TAPIERR_{name}`", sentence)
        for code, (name, sentence) in REQUEST_FAILURES.items()
    ]
