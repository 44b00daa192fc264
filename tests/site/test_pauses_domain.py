"""What nodes tell one another of phone systems that do not answer, and how people see it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from webdial.exchange.breaker import Held
from webdial.exchange.gates import GateKey
from webdial.exchange.outcome import Outcome
from webdial.site.domain.pauses import (
    in_flight_elsewhere,
    keep_pauses,
    other_pauses,
    pause_text,
    pauses,
    pauses_of,
    try_now,
)
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.models import Call, PhoneSystemPause, PhoneSystemSetup

NOW = 1_800_000_000.0
HELD = Held(NOW, NOW + 5, 5.0, 5, "unreachable")
PLACE = GateKey(None, "pbx.example:80")

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup() -> PhoneSystemSetup:
    return save_setup(SetupDetails("Head office", catalogue_id="asterisk-ari"))


def test_what_is_kept_is_read_as_it_was(setup: PhoneSystemSetup) -> None:
    known = {PLACE: HELD, GateKey(setup.pk, "10.0.0.1:8088"): HELD}
    keep_pauses(known)
    assert pauses() == known
    later = Held(NOW, NOW + 15, 10.0, 6, "timed_out", True)
    keep_pauses({PLACE: later})
    assert pauses()[PLACE] == later
    keep_pauses(dict.fromkeys(known))
    assert pauses() == {}


def test_phone_system_that_is_gone_from_the_settings_is_forgotten(setup: PhoneSystemSetup) -> None:
    key = GateKey(setup.pk, "10.0.0.1:8088")
    keep_pauses({key: HELD})
    setup.delete()
    assert pauses() == {}
    keep_pauses({key: HELD, PLACE: HELD})
    assert list(pauses()) == [PLACE]


def test_try_now_ends_the_pause_but_not_a_trial(setup: PhoneSystemSetup) -> None:
    far = Held(NOW, NOW + 1e8, 60.0, 5, "unreachable")
    keep_pauses({GateKey(setup.pk, "a:80"): far, PLACE: far})
    assert try_now(pauses_of(setup)) == 1
    assert pauses()[GateKey(setup.pk, "a:80")].retry_at <= timezone.now().timestamp()
    assert pauses()[PLACE] == far
    trying = Held(NOW, NOW + 60, 60.0, 5, "unreachable", True)
    keep_pauses({PLACE: trying})
    assert try_now(other_pauses()) == 0


def placing(run_id: str, *, phone_system: str = "", request: str = "", kind: str = "http") -> None:
    Call.objects.create(
        id=uuid4(), extension="201", typed="1", dialled="1", channel="api", kind=kind,
        request=request, setting_source="", run_id=run_id, placed_at=timezone.now(),
        outcome=Outcome.PLACING.value, phone_system=phone_system,
    )  # fmt: skip


def test_calls_in_flight_on_other_nodes_are_counted_by_phone_system() -> None:
    placing("other", phone_system="Head office", request="GET http://a.example/")
    placing("third", phone_system="Head office", request="GET http://a.example/")
    placing("mine", phone_system="Head office", request="GET http://a.example/")
    placing("other", request="POST https://PBX.example/dial?x=" + "y" * 400)
    placing("other", request="GET https://pbx.example:443/")
    placing("other", request="tel:1", kind="link")
    assert in_flight_elsewhere("mine") == {"Head office": 2, "pbx.example:443": 2}


def test_lists_tell_it(setup: PhoneSystemSetup) -> None:
    assert pause_text(setup) == ""
    keep_pauses({GateKey(setup.pk, "a.example:80"): HELD, PLACE: HELD})
    since = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%d %H:%M")
    assert pause_text(setup) == f"held back since {since} UTC: a.example:80 (Not reachable)"


def test_rows_of_breakers_survive_the_moment() -> None:
    """Times keep their microseconds, so that a node does not take its own row for another's news."""
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
    held = Held(moment.timestamp(), (moment + timedelta(seconds=5)).timestamp(), 5.0, 5, "cut_off")
    keep_pauses({PLACE: held})
    assert pauses() == {PLACE: held}
    assert PhoneSystemPause.objects.get().since == moment
