"""Nobody gets a sign-in name that only looks like somebody else's, by any door."""

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import PASSWORD, Member
from webdial.errors import InvalidValueError
from webdial.site.domain.sign_in_names import check_alphabet, sign_in_name
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import User

CYRILLIC = "\N{CYRILLIC SMALL LETTER A}da"
WIDE = "\N{FULLWIDTH LATIN SMALL LETTER A}\N{FULLWIDTH LATIN CAPITAL LETTER D}a"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Ada ", "ada"), (WIDE, "ada"), ("ﬀion", "ffion"), ("Zoe\u0308", "zoë"), ("ÅSA", "åsa"),
     ("\N{ANGSTROM SIGN}sa", "åsa"), ("Ольга", "ольга"), ("ada.byrne@example.com", "ada.byrne@example.com")],
)  # fmt: skip
def test_name_is_kept_in_one_way_of_writing(typed: str, kept: str) -> None:
    assert sign_in_name(typed) == kept
    check_alphabet(kept)


@pytest.mark.parametrize(
    "name", [CYRILLIC, "ad\N{GREEK SMALL LETTER ALPHA}", "о\N{LATIN SMALL LETTER L}ьга"]
)
def test_name_in_two_alphabets_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="several alphabets") as refused:
        check_alphabet(name)
    assert refused.value.field == "login"


@pytest.mark.parametrize(
    ("login", "told"), [(WIDE, "Another user signs in"), (CYRILLIC, "several alphabets")]
)
def test_look_alike_of_a_user_is_not_added(users: dict[str, User], login: str, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        save_user(UserDetails(login, "LA", "Look Alike"))
    assert User.objects.count() == len(users)


async def test_width_of_letters_does_not_keep_anybody_out_nor_give_more_attempts(
    eve: Member,
) -> None:
    response = await eve.client.post("/sign-in", {"username": WIDE, "password": PASSWORD})
    assert response["Location"] == "/dial"
    await eve.client.post("/sign-out")
    for count in range(5):
        typed = WIDE if count % 2 else "ada"
        await eve.client.post("/sign-in", {"username": typed, "password": "wrong"})
    response = await eve.client.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert response.status_code == 429
    assert await sync_to_async(User.objects.count)() == 4
