"""What single hosted phone systems, of the first half, do that no other does."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import pytest
import trustme

from tests.phone_systems.caller import Caller, Outcome
from tests.phone_systems.standins.base import Dialled
from tests.phone_systems.standins.hosted_log_ins import Kazoo, NetSapiens
from tests.phone_systems.standins.hosted_one_request import BroadWorks, OpenS
from tests.phone_systems.standins.hosted_proofs import IvozProvider
from tests.phone_systems.test_hosted_one_calls import BY_ID, E164, PASSWORD, SECRET
from tests.phone_systems.trials import EXTENSION, NUMBER, Trial
from webdial.dialstring import HttpRequest
from webdial.phonesystems import Owner, catalogue_system

# Who fills in what


@pytest.mark.parametrize(
    ("system", "of_user", "of_phone"),
    [
        ("aircall-start-call", {"user_id", "number_id"}, set()),
        ("broadworks-xsi", {"user_id", "password"}, set()),
        ("cloudcall", {"account", "password"}, {"own_number"}),
        ("dialpad-initiate-call", {"user_id"}, set()),
        ("exotel-connect", set(), {"own_number"}),
        ("goto-connect", set(), {"line_id"}),
        ("ivozprovider-click2call", set(), {"terminal", "password"}),
        ("kazoo-clicktocall", set(), {"clicktocall_id"}),
        ("netsapiens-v1", set(), set()),
        ("nfon-cti", set(), set()),
        ("opens-click-to-call", set(), set()),
        ("ovh-click2call", set(), {"line"}),
    ],
)
def test_what_each_user_has_of_their_own(
    system: str, of_user: set[str], of_phone: set[str]
) -> None:
    values = catalogue_system(system).values
    assert {name for name, each in values.items() if each.of is Owner.USER} == of_user
    assert {name for name, each in values.items() if each.of is Owner.PHONE} == of_phone


@pytest.mark.parametrize("system", ["kazoo-clicktocall", "netsapiens-v1", "nfon-cti"])
def test_log_in_of_the_site_serves_everybody(system: str) -> None:
    log_in = catalogue_system(system).log_in
    assert log_in is not None
    assert log_in.owner is Owner.SITE


@pytest.mark.parametrize(
    ("system", "address"),
    [
        ("aircall-start-call", "https://api.aircall.io/v1/users/123/calls"),
        ("cloudcall", "https://api.uk.cloudcall.com/Accounts/441234567890/Calls"),
        (
            "dialpad-initiate-call",
            "https://dialpad.com/api/v2/users/50713443376/initiate_call",
        ),
        ("exotel-connect", "https://api.exotel.com/v1/Accounts/company1/Calls/connect"),
        ("opens-click-to-call", "https://ast.opens.com.br/call"),
        (
            "ovh-click2call",
            "https://eu.api.ovh.com/1.0/telephony/ab12345-ovh-1/line/0033123456789/click2Call",
        ),
    ],
)
def test_address_is_the_supplier_s_own_when_nothing_is_filled_in(
    system: str, address: str, authority: trustme.CA
) -> None:
    plan = Caller(system, BY_ID[system].values, EXTENSION, authority).plan(NUMBER)
    assert plan.url == address


# Proofs


def test_ovh_signs_the_address_without_a_port(authority: trustme.CA) -> None:
    """OVH knows its own address as https://eu.api.ovh.com/..., and so must the signature."""
    plan = Caller("ovh-click2call", BY_ID["ovh-click2call"].values, EXTENSION, authority).plan(
        NUMBER
    )
    assert isinstance(plan, HttpRequest)
    headers = dict(plan.headers)
    signed = "+".join(
        (
            PASSWORD,
            SECRET,
            "POST",
            "https://eu.api.ovh.com/1.0/telephony/ab12345-ovh-1/line/0033123456789/click2Call",
            '{"calledNumber":"00442079460123"}',
            headers["X-Ovh-Timestamp"],
        )
    )
    assert headers["X-Ovh-Signature"] == "$1$" + hashlib.sha1(signed.encode()).hexdigest()


async def test_ivozprovider_takes_a_new_nonce_for_every_call(authority: trustme.CA) -> None:
    trial = BY_ID["ivozprovider-click2call"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert (server.log_ins, server.dial_requests) == (2, 2)
        assert server.calls == [trial.call] * 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"destination": "+442079460124"}, 403),
        ({"aor": "bob@company.example"}, 401),
        ({"nonce": "1.a.b"}, 401),
        ({"response": "0" * 32}, 403),
    ],
)
def test_ivozprovider_s_stand_in_looks_at_every_part(
    changed: Mapping[str, str], status: int
) -> None:
    """The proof is written out here once more, from the vendor's page."""
    server = IvozProvider(passwords={"alice@company.example": "pass"}, authority=trustme.CA())
    challenge = server.challenge("alice@company.example")
    who = hashlib.md5(b"alice:company.example:pass").hexdigest()
    what = hashlib.md5(E164.encode()).hexdigest()
    proof = hashlib.md5(f"{who}:{challenge}:{what}".encode()).hexdigest()
    call = {
        "aor": "alice@company.example",
        "nonce": challenge,
        "response": proof,
        "destination": E164,
    }
    assert server.call(**{**call, **changed}).status == status
    assert len(server.calls) == (status == 200)
    assert server.call(**call).status == (401 if "nonce" not in changed else 200)


async def test_ivozprovider_refuses_a_code_with_a_hash(authority: trustme.CA) -> None:
    trial = BY_ID["ivozprovider-click2call"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial("*21#")
        assert server.calls == []
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, "invalid destination")


async def test_ivozprovider_does_not_know_the_terminal(authority: trustme.CA) -> None:
    trial = BY_ID["ivozprovider-click2call"]
    stranger = replace(trial, values={**trial.values, "terminal": "eve"})
    async with stranger.stand_in(authority) as server:
        async with stranger.caller(server, authority) as caller:
            verdict = await caller.dial(NUMBER)
        assert server.calls == []
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, "forbidden")


# Log-ins


@pytest.mark.parametrize(
    ("system", "changed", "message"),
    [
        ("ivozprovider-click2call", {"terminal": "alice smith"}, "invalid aor"),
        ("kazoo-clicktocall", {"api_key": "Wr0ng-s3cret"}, "invalid_credentials"),
        ("netsapiens-v1", {"password": "Wr0ng-s3cret"}, "invalid_grant"),
        ("nfon-cti", {"password": "Wr0ng-s3cret"}, "wrong name or password"),
    ],
)
async def test_refused_log_in_says_why_and_dials_nothing(
    system: str, changed: Mapping[str, str], message: str, authority: trustme.CA
) -> None:
    known = BY_ID[system]
    trial = replace(known, values={**known.values, **changed})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert (server.refusals, server.dial_requests) == ([], 0)
    assert (verdict.outcome, verdict.message) == (Outcome.LOG_IN_FAILED, message)


async def test_netsapiens_gives_every_call_an_id_of_its_own(authority: trustme.CA) -> None:
    trial = BY_ID["netsapiens-v1"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(3):
            await caller.dial(NUMBER)
        assert isinstance(server, NetSapiens)
        assert len(set(server.call_ids)) == 3
        assert min(map(len, server.call_ids)) >= 16


@pytest.mark.parametrize("root", ["/ns-api", "/pbx/v1"])
async def test_netsapiens_of_an_operator_with_another_path(
    root: str, authority: trustme.CA
) -> None:
    trial = _netsapiens(root=root)
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert (server.refusals, server.calls) == ([], [trial.call])


async def test_netsapiens_that_tells_no_time_is_logged_in_to_for_every_call(
    authority: trustme.CA,
) -> None:
    trial = _netsapiens(lasts_s=None)
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        for _ in range(2):
            assert (await caller.dial(NUMBER)).outcome is Outcome.ACCEPTED
        assert (server.log_ins, server.dial_requests, len(server.calls)) == (2, 2, 2)


def _netsapiens(*, root: str = "/ns-api", lasts_s: int | None = 3600) -> Trial:
    known = BY_ID["netsapiens-v1"]
    return replace(
        known,
        values={**known.values, "path": root},
        stand_in=lambda authority: NetSapiens(
            domain="company.service",
            client=("client1", SECRET),
            login=("100@company.service", PASSWORD),
            root=root,
            lasts_s=lasts_s,
            authority=authority,
        ),
    )


async def test_nfon_is_told_product_and_account_by_every_request(authority: trustme.CA) -> None:
    trial = BY_ID["nfon-cti"]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        agents = [request.headers["User-Agent"] for request in server.requests]
    assert agents == ["Webdial/1 (K1234)"] * 2


async def test_kazoo_rings_the_extension_of_the_caller_s_entry(authority: trustme.CA) -> None:
    entries = {"e1": "201", "e2": "202"}
    trial = replace(
        BY_ID["kazoo-clicktocall"],
        values={**BY_ID["kazoo-clicktocall"].values, "clicktocall_id": "e2"},
        stand_in=lambda authority: Kazoo(
            api_key=SECRET, account="acc0", entries=entries, authority=authority
        ),
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial(NUMBER)
        assert server.calls == [Dialled("202", NUMBER)]


async def test_kazoo_has_no_such_entry(authority: trustme.CA) -> None:
    known = BY_ID["kazoo-clicktocall"]
    trial = replace(known, values={**known.values, "clicktocall_id": "none"})
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        verdict = await caller.dial(NUMBER)
        assert server.calls == []
    assert (verdict.outcome, verdict.message) == (Outcome.REJECTED, "bad identifier")


# One request


async def test_broadworks_of_a_carrier_with_another_path(authority: trustme.CA) -> None:
    known = BY_ID["broadworks-xsi"]
    trial = replace(
        known,
        values={**known.values, "path": "xsi/actions"},
        stand_in=lambda authority: BroadWorks(
            user_id="carl@carrier.example",
            password=PASSWORD,
            root="/xsi/actions",
            authority=authority,
        ),
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial("*21#")).outcome is Outcome.ACCEPTED
        assert (server.refusals, len(server.calls)) == ([], 1)
        (request,) = server.requests
    assert request.target == (
        "/xsi/actions/v2.0/user/carl%40carrier.example/calls/new?address=%2A21%23"
    )
    assert request.body == b""


async def test_opens_connector_of_one_s_own_by_plain_http(authority: trustme.CA) -> None:
    trial = Trial(
        "opens-click-to-call",
        lambda _: OpenS(token=SECRET),
        {"scheme": "http", "token": SECRET},
    )
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        assert (await caller.dial("305")).outcome is Outcome.SENT
        assert (server.refusals, server.calls) == ([], [Dialled(EXTENSION, "305")])


@pytest.mark.parametrize(
    "system", ["broadworks-xsi", "kazoo-clicktocall", "netsapiens-v1", "nfon-cti"]
)
async def test_internal_number_arrives_as_it_is(system: str, authority: trustme.CA) -> None:
    trial = BY_ID[system]
    async with trial.stand_in(authority) as server, trial.caller(server, authority) as caller:
        await caller.dial("305")
        assert (server.refusals, server.calls) == ([], [replace(trial.call, number="305")])
