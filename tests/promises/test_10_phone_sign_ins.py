"""A sign-in at a phone system comes back to who set out, once, with its proof."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.promises.attacked import AttackedSite, Attacker
from tests.promises.proofs import proven_by
from tests.promises.threaded import threaded
from tests.site.oauth_provider import OAuthProvider

test_proven_elsewhere = proven_by(
    "tests/site/test_phone_sign_in.py::test_state_is_good_for_one_return",
    "tests/site/test_phone_sign_in.py::test_state_of_another_user_is_no_use",
    "tests/site/test_phone_sign_in.py::test_proof_of_another_departure_is_refused",
    "tests/site/test_phone_sign_in.py::test_getting_begins_nothing",
)

DONE: Final = "/phones/sign-in/done"
KEPT: Final = "SELECT user_id, sealed FROM webdial_phonesystemsignin"
_SET_UP: Final = """
from tests.site.small_systems import add_sign_in
add_sign_in("Sky", port={port})
"""


@pytest.fixture(scope="module")
def sky(attacked: AttackedSite) -> Iterator[OAuthProvider]:
    """Rosa and Seth dial through it."""
    with threaded(OAuthProvider()) as provider:
        attacked.installation.execute(_SET_UP.format(port=provider.port))
        for login in ("rosa", "seth"):
            attacked.hire(
                login, {"Use Web Phone Dialling Mechanism": "Sky", "Same Call Within": "0"}
            )
        yield provider


@pytest.fixture(autouse=True)
def everybody_signed_out(attacked: AttackedSite, sky: OAuthProvider) -> None:
    for login in ("rosa", "seth"):
        attacked.browser(login).submit(f"{begin_path(attacked)[:-2]}out")
    assert attacked.select(KEPT) == []
    sky.refusals.clear()


def begin_path(attacked: AttackedSite) -> str:
    ((setup_id,),) = attacked.select("SELECT id FROM webdial_phonesystemsetup WHERE name = 'Sky'")
    return f"/phones/systems/{setup_id}/sign-in"


def set_out(attacked: AttackedSite, who: Attacker) -> dict[str, str]:
    """With what the browser goes to the phone system."""
    page = who.submit(begin_path(attacked))
    found = re.search(r'url=([^"]+)"', page.body)
    assert (page.status, bool(found)) == (200, True), page.body
    assert found is not None
    return dict(parse_qsl(urlsplit(unescape(found[1]).strip("'")).query))


def way_back(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_who_set_out_comes_back_and_nothing_is_kept_in_clear(
    attacked: AttackedSite, sky: OAuthProvider
) -> None:
    """So that the tests below could fail."""
    rosa = attacked.browser("rosa")
    assert rosa.get(way_back(sky.way_back(set_out(attacked, rosa)))).status == 302
    assert [user_id for user_id, _ in attacked.select(KEPT)] == [attacked.people["rosa"].user_id]
    assert attacked.program("rosa").call("01632961001").status == 201
    everything = b"".join(
        file.read_bytes() for file in attacked.installation.folder.glob("*.sqlite3*")
    )
    assert [token for token in sky.given if token.encode() in everything] == []
    assert attacked.program("seth").call("01632961002").status == 409
    assert sky.calls == ["01632961001"]


def test_return_is_good_once_and_for_one_browser(
    attacked: AttackedSite, sky: OAuthProvider
) -> None:
    """An attacker who sees the address of the way back gets nothing by it, first or second."""
    rosa, seth, nobody = attacked.browser("rosa"), attacked.browser("seth"), attacked.nobody()
    back = way_back(sky.way_back(set_out(attacked, rosa)))
    set_out(attacked, seth)
    for thief in (seth, nobody, attacked.bearing(attacked.people["rosa"].token)):
        thief.get(back)
    assert attacked.select(KEPT) == []
    rosa.get(back)
    assert [user_id for user_id, _ in attacked.select(KEPT)] == [attacked.people["rosa"].user_id]
    before = len(sky.given)
    for who in (rosa, seth, nobody):
        who.get(back)
    assert (len(attacked.select(KEPT)), len(sky.given), sky.refusals) == (1, before, [])


def test_nobody_is_signed_in_to_the_account_of_an_attacker(
    attacked: AttackedSite, sky: OAuthProvider
) -> None:
    """Seth's own way back, in Rosa's browser by a link or an image: her calls would be seen in his account."""
    rosa, seth = attacked.browser("rosa"), attacked.browser("seth")
    set_out(attacked, rosa)
    his = set_out(attacked, seth)
    back = way_back(sky.way_back(his))
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    rosa.get(back)
    hers = set_out(attacked, rosa)
    rosa.get(f"{DONE}?{urlencode({'state': hers['state'], 'code': code})}")
    assert attacked.select(KEPT) == []
    assert sky.refusals == ["The proof is wrong"]


@pytest.mark.parametrize(
    "state", ["", "x" * 43, "\x00", "é", "' OR 1=1 --", "[]", "0", "None"], ids=repr
)
def test_made_up_state_asks_the_phone_system_nothing(
    attacked: AttackedSite, sky: OAuthProvider, state: str
) -> None:
    rosa, before = attacked.browser("rosa"), len(sky.given)
    sky.way_back(set_out(attacked, rosa))
    code = sky.given[-1]
    for query in ({"state": state, "code": code}, {"code": code}):
        assert rosa.get(f"{DONE}?{urlencode(query)}").status == 302
    assert attacked.select(KEPT) == []
    assert (len(sky.given), sky.refusals) == (before + 1, [])


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"},
     {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}, {"X-Original-URL": "//evil.example/"},
     {"Referer": "https://evil.example/"}],
    ids=str,
)  # fmt: skip
def test_code_comes_back_to_us_alone(
    attacked: AttackedSite, sky: OAuthProvider, headers: dict[str, str]
) -> None:
    """Neither a header nor a field moves the address that codes are sent to."""
    rosa = attacked.browser("rosa")
    rosa.headers, rosa.comes_from = headers, "127.0.0.9"  # which is no proxy of ours
    redirect_uri = set_out(attacked, rosa)["redirect_uri"]
    assert urlsplit(redirect_uri).netloc == urlsplit(attacked.server.address).netloc
    assert urlsplit(redirect_uri).path == DONE


def test_other_ways_begin_nothing(attacked: AttackedSite, sky: OAuthProvider) -> None:
    """No link, image or form of another site sends anybody out; nor may a signed-out one go."""
    rosa, path = attacked.browser("rosa"), begin_path(attacked)
    for answer in (
        rosa.get(path),
        rosa.submit(path, is_forged=True),
        attacked.nobody().submit(path),
    ):
        assert "code_challenge" not in answer.body
        assert answer.status in {302, 403, 405}
    assert sky.refusals == []


def test_signing_out_leaves_nothing(attacked: AttackedSite, sky: OAuthProvider) -> None:
    rosa = attacked.browser("rosa")
    rosa.get(way_back(sky.way_back(set_out(attacked, rosa))))
    assert len(attacked.select(KEPT)) == 1
    rosa.submit(f"{begin_path(attacked)[:-2]}out")
    assert attacked.select(KEPT) == []
    dialled = len(sky.calls)
    assert attacked.program("rosa").call("01632961003").status == 409
    assert len(sky.calls) == dialled
