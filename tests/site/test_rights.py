"""Every page outside Maintenance, and the calls that each may see, tried by all standing people.

Maintenance has its own table in tests/site/maintenance/test_rights.py, tokens theirs in tests/api.
"""

from uuid import UUID

import pytest
from django.utils import timezone

from tests.site.maintenance.conftest import ada, bea, carl, dora, fay, gus, leeds, london, state
from tests.site.maintenance.visitor import Visitor
from webdial.errors import NotFoundError
from webdial.site.domain.calls import call_in_sight, call_in_sight_of_id
from webdial.site.models import Call, User
from webdial.site.pages.urls import urlpatterns

__all__ = ["ada", "bea", "carl", "dora", "fay", "gus", "leeds", "london", "state"]

OPEN = {
    "sign-in", "account_login", "sign-out", "first-start", "forgotten", "set-password", "home",
    "provider-sign-in", "provider-done", "mfa_authenticate", "mfa_login_webauthn",
}  # fmt: skip
"""What somebody must reach who is not signed in. All else asks to sign in."""

CALL = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PARTS = {
    "<uuid:call_id>": str(CALL), "<slug:form>": "csv", "<slug:who>": "x", "<slug:token>": "x",
    "<str:token>": "x",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Addresses by name; numbers in them are of rows that nobody has."""
    found = {}
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        for part, value in PARTS.items():
            route = route.replace(part, value)
        while "<int:" in route:
            before, _, rest = route.partition("<int:")
            route = before + "9999" + rest.partition(">")[2]
        if route != "maintenance/":
            found[pattern.name] = f"/{route}"
    return found


@pytest.mark.parametrize("method", ["get", "head", "post", "put"])
def test_pages_that_ask_to_sign_in(state: dict[str, object], method: str) -> None:
    eve = Visitor(state, None)
    answers = {name: eve.ask(method, address) for name, address in pages().items()}
    asked = {
        name
        for name, answer in answers.items()
        if answer.headers.get("Location", "").startswith("/sign-in?next=")
    }
    assert set(answers) - asked == OPEN
    assert not Call.objects.exists()


def test_everybody_who_is_signed_in_opens_them(
    state: dict[str, object], ada: User, bea: User, carl: User, dora: User, fay: User, gus: User
) -> None:
    for user in (ada, bea, carl, dora, fay, gus):
        visitor = Visitor(state, user)
        for name, address in pages().items():
            # Who has neither password nor second factor cannot confirm anything by them.
            if name not in OPEN and "reauthenticate" not in name:
                assert visitor.get(address).status_code not in {401, 403, 500}, (name, user)


# Whose call is seen by whom: everybody's own, a manager her branch's, an auditor and an
# administrator all.
SEEN = {"carl": "abcg", "dora": "adg", "ada": "abg", "fay": "afg"}


@pytest.mark.parametrize("caller", SEEN)
def test_calls_are_seen_by_right_on_pages_and_by_tokens(
    state: dict[str, object],
    caller: str,
    ada: User,
    bea: User,
    carl: User,
    dora: User,
    fay: User,
    gus: User,
) -> None:
    everybody = {user.login[0]: user for user in (ada, bea, carl, dora, fay, gus)}
    user = everybody[caller[0]]
    Call.objects.create(
        id=CALL, user=user, branch=user.branch, extension="203", typed="020", dialled="020",
        channel="page", kind="request", request="GET http://pbx.example/?key=hush",
        setting_source="", run_id="x", placed_at=timezone.now(), outcome="sent",
    )  # fmt: skip
    for letter, viewer in everybody.items():
        response = Visitor(state, viewer).get(f"/calls/{CALL}")
        seen = letter in SEEN[caller]
        assert response.status_code == (200 if seen else 404), letter
        # The request may hold a secret: it is for administrators and auditors.
        assert ("hush" in response.content.decode()) == (letter in "ag"), letter
        if seen:
            assert call_in_sight_of_id(viewer.pk, CALL).pk == CALL
        else:
            with pytest.raises(NotFoundError):
                call_in_sight(viewer, CALL)
