"""Requests go where an administrator said, and nowhere that is never asked."""

import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import pytest

from tests.promises.attacked import AttackedSite, Attacker
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/exchange/test_guarded_connections.py::test_disguised_address_is_not_reached",
    "tests/exchange/test_guarded_connections.py::test_rebinding_is_seen_at_the_next_connection",
    "tests/exchange/test_guarded_connections.py::test_one_forbidden_address_refuses_the_name_whole",
    "tests/exchange/test_guarded_connections.py::test_connected_address_is_judged_before_anything_is_written",
    "tests/exchange/test_guarded_connections.py::test_proxy_of_the_environment_is_not_used",
    "tests/exchange/test_network_calls.py::test_result_of_a_function_goes_where_it_is_allowed",
)


@pytest.mark.parametrize("login", ["bea", "carl", "fred", "olga"])
def test_nobody_else_says_where(attacked: AttackedSite, login: str) -> None:
    before = attacked.rows("webdial_generalsetting", "webdial_phonesystemsetup")
    browser = attacked.browser(login)
    for name in (
        "Use Web Phone Dialling Mechanism",
        "Allowed Hosts",
        "Allowed Origins",
        "Number Rules",
    ):
        for branch in ("", attacked.filled.rows["LDS"]):
            asked = urlencode({"name": name, "branch": branch})
            for act in ("edit", "clear"):
                path, value = f"/maintenance/settings/{act}?{asked}", "http://evil.example/?#"
                assert browser.submit(path, value=value).status == 403
    assert attacked.rows("webdial_generalsetting", "webdial_phonesystemsetup") == before


@pytest.fixture(scope="module")
def trap() -> Iterator[socket.socket]:
    """A port of the server's own machine, which nobody has named."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


TRICKS: Final = [
    "http://127.0.0.1:{trap}/",
    "http://localhost:{trap}/",
    "http://LocalHost.:{trap}/",
    "http://127.1:{trap}/",
    "http://2130706433:{trap}/",
    "http://0x7f000001:{trap}/",
    "http://0177.0.0.1:{trap}/",
    "http://0:{trap}/",
    "http://0.0.0.0:{trap}/",
    "http://127.0.0.1.:{trap}/",
    "http://①②⑦.⓪.⓪.①:{trap}/",
    "http://127。0。0。1:{trap}/",
    "http://%31%32%37.0.0.1:{trap}/",
    "http://[::]:{trap}/",
    "http://[::127.0.0.1]:{trap}/",
    "http://[::ffff:127.0.0.1]:{trap}/",
    "http://[::ffff:7f00:1]:{trap}/",
    "http://[64:ff9b::7f00:1]:{trap}/",
    "http://[2002:7f00:1::]:{trap}/",
    "http://{named}@127.0.0.1:{trap}/",
    "http://{named}:{trap}/",
    "http://127.0.0.1:{trap}/@{named}/",
    "http://127.0.0.1:{trap}#@{named}/",
    "http://127.0.0.1:{trap}?@{named}/",
    "http://127.0.0.1:{trap}\\\\@{named}/",
    "http:\\\\\\\\127.0.0.1:{trap}\\\\",
    "http:///127.0.0.1:{trap}/",
    "http://127.0.0.1\\x09:{trap}/",
    "{{POST}}http://127.0.0.1:{trap}/<&>a=1",
]
"""Addresses of the trap for who writes the database function; `named` is the phone system that may be asked."""


@pytest.fixture(scope="module")
def author(attacked: AttackedSite, trap: socket.socket) -> Attacker:
    """Somebody whose calls go where the function says: by the last two digits of the number."""
    port, named = trap.getsockname()[1], attacked.phones.url("").removeprefix("http://")
    texts = [text.format(trap=port, named=named) for text in TRICKS]
    cases = "\n".join(f"when '{number:02}' then set rv = '{t}'" for number, t in enumerate(texts))
    source = attacked.installation.folder / "tricks.sql"
    source.write_text(
        'alter function "dba"."GenerateWEBDialURL"(in "Number" char(100)) returns long varchar\n'
        f"begin declare rv long varchar; case right([Number], 2)\n{cases}\nend case; return rv; end;\n",
        encoding="utf-8",
    )
    done = attacked.installation.run("function", "set", str(source))
    assert done.returncode == 0, done.stderr
    attacked.hire("eddie", {"Use Web Phone Dialling Mechanism": "FUNCTION"})
    return attacked.program("eddie")


@pytest.mark.parametrize("trick", TRICKS)
def test_function_reaches_nothing_that_was_not_allowed(
    attacked: AttackedSite, author: Attacker, trap: socket.socket, trick: str
) -> None:
    """A # in the result is data, so one of them has a user name in front of the phone system that is named."""
    dialled = attacked.phones.requests_seen
    answer = author.call(f"016329650{TRICKS.index(trick):02}")
    with pytest.raises(BlockingIOError):
        trap.accept()
    sent = attacked.phones.requests_seen - dialled
    assert (answer.status, sent) in {(409, 0), (422, 0), (201, 1)}, answer.body
    assert sent == ("#@" in trick)


NEVER_ASKED: Final = [
    "169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "2852039166", "[fe80::1]", "0.0.0.0",
]  # fmt: skip


@pytest.mark.parametrize("host", NEVER_ASKED)
def test_not_even_an_administrator_has_metadata_asked(attacked: AttackedSite, host: str) -> None:
    """The setting is refused, or the call is."""
    login = f"cloud-{NEVER_ASKED.index(host)}"
    setting = {"Use Web Phone Dialling Mechanism": f"http://{host}/latest/meta-data/?to=#"}
    try:
        attacked.hire(login, setting)
    except AssertionError as refused:
        assert "InvalidValueError" in str(refused) or "DialStringError" in str(refused)
    else:
        answer = attacked.program(login).call("01632965100")
        assert answer.json()["code"] == "address_not_allowed", answer.body
        assert answer.status == 409
