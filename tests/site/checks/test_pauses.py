"""The check of phone systems that do not answer."""

import pytest

from webdial.exchange.breaker import Held
from webdial.exchange.gates import GateKey
from webdial.site.domain.checks import known
from webdial.site.domain.checks.pauses import check_pauses
from webdial.site.domain.pauses import keep_pauses
from webdial.site.domain.phone_systems import SetupDetails, save_setup

HELD = Held(1_800_000_000.0, 1_800_000_005.0, 5.0, 5, "unreachable")


@pytest.mark.django_db
def test_address_that_does_not_answer_is_told_once_for_each() -> None:
    assert list(check_pauses()) == []
    setup = save_setup(SetupDetails("Head office", catalogue_id="asterisk-ari"))
    keep_pauses({GateKey(setup.pk, "a.example:80"): HELD, GateKey(None, "b.example:80"): HELD})
    found = list(check_pauses())
    assert {each.id for each in found} == {known.NOT_ANSWERING.id}
    assert sorted(each.msg for each in found) == [
        "b.example:80 does not answer since 2027-01-15 08:00 UTC: Not reachable.",
        "“Head office”, a.example:80, does not answer since 2027-01-15 08:00 UTC: Not reachable.",
    ]
