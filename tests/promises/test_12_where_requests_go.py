"""Requests go where an administrator said, and nowhere that is never asked."""

import pytest

from tests.promises.attacked import AttackedSite
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
            fields = {"name": name, "branch": branch, "value": "http://evil.example/?#"}
            assert browser.submit("/maintenance/settings/edit", **fields).status in {403, 404}
            assert browser.submit("/maintenance/settings/clear", **fields).status in {403, 404}
    assert attacked.rows("webdial_generalsetting", "webdial_phonesystemsetup") == before
