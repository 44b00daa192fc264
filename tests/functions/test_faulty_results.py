"""What a function returned and is no dial string: shown with a caret, and with no secret in it."""

from collections.abc import Callable

import pytest

from tests.server import Installation
from webdial.dialstring import DialStringError
from webdial.errors import CallNotPlacedError
from webdial.exchange.mechanism import function_result

SECRET = "hunter2marked"


def fault_of(result: str) -> tuple[CallNotPlacedError, DialStringError]:
    with pytest.raises(CallNotPlacedError) as caught:
        function_result(result, {})
    cause = caught.value.__cause__
    assert isinstance(cause, DialStringError)
    return caught.value, cause


# A faulty result; the line that shows it, and the one under it.
SHOWN = [
    ("http://pbx:546342/?a=1",
     "http://pbx:546342/?a=1",
     "           ^^^^^^"),
    (f"{{BASIC u:{SECRET}}}http://pbx:546342/",
     "{BASIC ••••}http://pbx:546342/",
     "                       ^^^^^^"),
    (f"{{POST}}{{HEADER X-Key: {SECRET}}}http://pbx/<&>a",
     "{POST}{HEADER X-Key:••••}http://pbx/<&>a",
     "                                       ^"),
    (f"{{COOKIE sid={SECRET}}}ftp://pbx/",
     "{COOKIE sid=••••}ftp://pbx/",
     "                 ^^^^"),
    (f"http://user:{SECRET}@:80/",
     "http://••••@:80/",
     "       ^^^^^"),
    (f"http://pbx/?api_key={SECRET}&a=1<&>b=2",
     "http://pbx/?api_key=••••&a=1<&>b=2",
     "                            ^^^"),
    (f"{{POST}}http://pbx/<&>user_password={SECRET}&more<&>b",
     "{POST}http://pbx/<&>user_password=••••<&>b",
     "                                         ^"),
    (f"{{POST}}{{XML}}http://pbx/<&><a><password>{SECRET}</password>",
     "{POST}{XML}http://pbx/<&><a><password>••••</password>",
     "                                                     ^"),
    ("http://pbx:0/?shipping=1&keep=2",
     "http://pbx:0/?shipping=1&keep=2",
     "           ^"),
]  # fmt: skip


@pytest.mark.parametrize(("result", "line", "carets"), SHOWN)
def test_fault_of_a_result_is_shown_with_secrets_masked(
    result: str, line: str, carets: str
) -> None:
    error, fault = fault_of(result)
    assert fault.explain().splitlines()[1:3] == [f"  {line}", f"  {carets}"]
    assert SECRET not in error.message + error.hint + fault.explain() + repr(fault)


@pytest.mark.parametrize(
    "result",
    [
        f"{{BASIC2 u:{SECRET}}}http://x",
        f"{{BASIC u:{SECRET}",
        f"{{ DIGEST u:{SECRET}}}{{BEARER {SECRET}}}http://x",
        f'{{POST}}{{BODY application/json}}http://x<&>{{"password": "{SECRET}"',
        f"{{PUT}}{{JSON}}http://x<&>token={SECRET}<&>y",
        f"http://x/?PIN={SECRET}&x={{",
    ],
)
def test_no_secret_is_in_the_words_of_a_fault(result: str) -> None:
    error, fault = fault_of(result)
    assert SECRET not in error.message + error.hint + fault.explain()


@pytest.mark.parametrize(
    "piece", ["?", "<&>", "{a ", '"', "<", "?pass", "<&>pass", "{HEADER ", "://", '"key":']
)
def test_long_results_are_masked_in_no_time(piece: str) -> None:
    _, fault = fault_of(piece * (8_000 // len(piece)) + "{")
    assert fault.faults


FAULTY = f"""create function f(n char(40)) returns long varchar
begin return '{{BEARER {SECRET}}}http://pbx:546342/?password={SECRET}&to=' || n end"""


@pytest.fixture
def try_function(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[int, str]]:
    """`webdial function try` with a source: its exit status and what it prints."""

    def run(source: str) -> tuple[int, str]:
        file = tmp_path_factory.mktemp("source") / "function.sql"
        file.write_text(source, encoding="utf-8")
        done = installation.run("function", "try", "0191", "--user", "CO", "--file", str(file))
        return done.returncode, done.stdout + done.stderr

    return run


def test_command_line_shows_a_faulty_result_with_a_caret(
    try_function: Callable[[str], tuple[int, str]],
) -> None:
    status, told = try_function(FAULTY)
    assert status == 1
    assert "1 statement, 0 queries, 0 rows read, " in told
    assert (
        "What the database function returned is no dial string.\n"
        "546342 is no port: ports go from 1 to 65,535.\n"
        "  {BEARER ••••}http://pbx:546342/?password=••••&to=0191\n"
        "                          ^^^^^^\n"
    ) in told


def test_command_line_tells_the_place_and_codes_of_a_failure(
    try_function: Callable[[str], tuple[int, str]],
) -> None:
    status, told = try_function(
        "create function f(n char(40)) returns int\nbegin\n  return 1 / (length(n) - 4)\nend"
    )
    assert status == 2
    assert told.splitlines()[0] == "Line 3, column 10: Division by zero."
    assert told.splitlines()[-1] == "SQLSTATE 22012, SQLCODE -628"
