"""The pages of people and companies, favourites and recent numbers on the Dial page."""

import re
from html import unescape

import pytest
from asgiref.sync import sync_to_async

from tests.site.conftest import Member, Site
from tests.site.test_dial import HTMX, names, page
from webdial.exchange.general_settings import NUMBER_COUNTRY, SAME_CALL_WITHIN
from webdial.site.domain.companies import save_company
from webdial.site.domain.favourites import OwnerKind, Starred, add_favourite, favourites_of
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.models import Company, Favourite, Person, User

WORK = "020 7946 0123"


@pytest.fixture
def agatha(site: Site) -> Person:
    phones = [LabelledNumber("work", WORK), LabelledNumber("mobile", "07700 900223")]
    return save_person(
        name="Agatha Penrose", company="Penrose & Vale", phones=phones, notes="Rings <b>back</b>."
    )


@pytest.fixture
def vale(agatha: Person) -> Company:
    phones = [LabelledNumber("switchboard", "020 7946 0100")]
    return save_company(
        name="Penrose & Vale", company=agatha.company, phones=phones, notes="Quay 3\n\nFloor 2"
    )


def text_of(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


async def set_star(member: Member, person: Person, number: str, *, to: str = "1", **headers: str):
    fields = {
        "kind": "person",
        "owner": person.pk,
        "starred": number,
        "set": to,
        "back": "/people/1",
    }
    return await member.client.post("/dial/favourites", fields, headers=headers or None)


async def kept(member: Member) -> list[str]:
    assert member.user is not None
    return [each.phone.number for each in await sync_to_async(favourites_of)(member.user)]


async def test_person_has_a_page_with_numbers_notes_and_company(
    carl: Member, agatha: Person
) -> None:
    html = await page(carl, f"/people/{agatha.pk}")
    assert "Rings &lt;b&gt;back&lt;/b&gt;." in html
    assert f'href="/companies/{agatha.company_id}">Penrose &amp; Vale</a>' in html
    assert f'<input type="hidden" name="number" value="{WORK}">' in html
    assert "You have not called Agatha Penrose yet." in html
    assert "Edit" not in text_of(html)


async def test_company_has_a_page_with_its_people(ada: Member, vale: Company) -> None:
    html = await page(ada, f"/companies/{vale.pk}")
    text = text_of(html)
    assert "switchboard 020 7946 0100" in text
    assert "<p>Quay 3</p>" in html
    assert names(html) == ["Agatha Penrose"]
    assert f'href="/maintenance/companies/{vale.pk}"' in html


async def test_pages_are_reached_from_the_search(
    carl: Member, vale: Company, agatha: Person
) -> None:
    html = await page(carl, "/dial?q=penrose", **HTMX)
    assert names(html) == ["Agatha Penrose", "Penrose &amp; Vale"]
    assert f'href="/people/{agatha.pk}">Agatha Penrose</a>' in html
    assert html.count(f'href="/companies/{vale.pk}"') == 2


@pytest.mark.parametrize("address", ["/people/999999", "/companies/999999"])
async def test_nobody_has_no_page(carl: Member, address: str) -> None:
    assert (await carl.client.get(address)).status_code == 404


async def test_pages_are_for_those_who_signed_in(eve: Member, carl: Member, vale: Company) -> None:
    for address in (f"/companies/{vale.pk}", "/people/1", "/dial?list=favourites"):
        response = await eve.client.get(address)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in?next=")
    response = await eve.client.post("/dial/favourites", {"set": "1"})
    assert response.status_code == 302
    for address in ("/dial/favourites", "/dial/favourites/1/up"):
        assert (await carl.client.get(address)).status_code == 405


async def test_callers_see_their_own_calls_and_administrators_all(
    site: Site, ada: Member, carl: Member, bea: Member, agatha: Person
) -> None:
    for member, number in ((carl, WORK), (bea, "+44 20 7946 0123"), (bea, "0113 496 0187")):
        response = await member.client.post("/calls", {"number": number})
        assert response.status_code == 303
    await sync_to_async(override_setting)(NUMBER_COUNTRY.name, "GB")
    await sync_to_async(site.reader.refresh)()
    address = f"/people/{agatha.pk}"
    for member, callers in ((carl, 1), (bea, 1), (ada, 2)):
        assert (await page(member, address)).count('class="told-call"') == callers
    text = text_of(await page(ada, address))
    assert "Bea Novak" in text
    assert "Carl Osei" in text
    assert "Bea Novak" not in text_of(await page(carl, address))


async def test_numbers_are_links_that_programs_understand(
    site: Site, carl: Member, agatha: Person
) -> None:
    assert 'href="tel:02079460123;phone-context=testserver"' in await page(carl)
    await sync_to_async(override_setting)(NUMBER_COUNTRY.name, "GB")
    await sync_to_async(site.reader.refresh)()
    html = await page(carl)
    assert f'<a class="num tel" href="tel:+442079460123" data-tel>{WORK}</a>' in html
    assert 'href="tel:301;phone-context=+44"' in await page(carl, "/dial?list=colleagues")


async def test_star_is_set_and_taken_without_script(
    carl: Member, bea: Member, agatha: Person
) -> None:
    response = await set_star(carl, agatha, WORK)
    assert (response.status_code, response.headers["Location"]) == (302, "/people/1")
    html = await page(carl, "/dial?list=favourites")
    assert names(html) == ["Agatha Penrose"]
    assert 'aria-pressed="true"' in html
    assert names(await page(bea, "/dial?list=favourites")) == []
    await set_star(carl, agatha, WORK, to="0")
    assert await kept(carl) == []


async def test_star_alone_is_answered_to_htmx(carl: Member, agatha: Person) -> None:
    response = await set_star(carl, agatha, WORK, **HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("aria-pressed") == html.count('aria-pressed="true"') == 1
    assert 'name="set" value="0"' in html
    assert "<html" not in html


async def test_star_beyond_the_last_is_refused_in_words(carl: Member, agatha: Person) -> None:
    rows = [Favourite(user=carl.user, person=agatha, number=str(n), position=n) for n in range(100)]
    await sync_to_async(Favourite.objects.bulk_create)(rows)
    html = (await set_star(carl, agatha, WORK, **HTMX)).content.decode()
    assert "You have 100 favourites" in html
    assert 'aria-pressed="false"' in html
    await set_star(carl, agatha, WORK)
    assert "You have 100 favourites" in await page(carl)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "user", "owner": "1", "starred": ""},
        {"kind": "person", "owner": "x", "starred": WORK},
        {"kind": "person", "owner": "9" * 30, "starred": WORK},
        {"kind": "person", "owner": "1", "starred": "x" * 81},
        {"kind": "person", "owner": "1", "starred": "a\x00"},
        {"kind": "person", "owner": "999999", "starred": WORK},
    ],
)
async def test_star_on_what_is_not_there(carl: Member, fields: dict[str, str]) -> None:
    response = await carl.client.post("/dial/favourites", {**fields, "set": "1"})
    assert response.status_code == 404
    assert await kept(carl) == []


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:1", ""])
async def test_star_leads_nowhere_else(carl: Member, agatha: Person, back: str) -> None:
    fields = {"kind": "person", "owner": agatha.pk, "starred": WORK, "set": "1", "back": back}
    response = await carl.client.post("/dial/favourites", fields)
    assert response.headers["Location"] == "/dial"


async def test_favourites_are_moved_up(carl: Member, bea: Member, agatha: Person) -> None:
    assert carl.user is not None
    for number in (WORK, "07700 900223"):
        starred = Starred(OwnerKind.PERSON, agatha.pk, number)
        await sync_to_async(add_favourite)(carl.user, starred)
    second = await Favourite.objects.aget(number="07700 900223")
    html = await page(carl, "/dial?list=favourites")
    assert html.count("Move up") == 2  # the title and the words, of the second one alone
    address = f"/dial/favourites/{second.pk}/up"
    assert (await bea.client.post(address)).status_code == 404
    response = await carl.client.post(address)
    assert response.headers["Location"] == "/dial?list=favourites"
    assert await kept(carl) == ["07700 900223", WORK]


async def test_recent_numbers_have_the_name_that_is_known(
    site: Site, carl: Member, agatha: Person
) -> None:
    await sync_to_async(override_setting)(SAME_CALL_WITHIN.name, "0")
    await sync_to_async(site.reader.refresh)()
    assert "No calls yet" in await page(carl, "/dial?list=recent")
    for number in (WORK, "0113 496 0187", WORK):
        await carl.client.post("/calls", {"number": number})
    html = await page(carl, "/dial?list=recent")
    assert names(html) == ["Agatha Penrose", "0113 496 0187"]
    assert f'name="number" value="{WORK}"' in html


async def test_typing_on_a_short_list_looks_through_people(carl: Member) -> None:
    for kind in ("favourites", "recent", "people"):
        html = await page(carl, f"/dial?list={kind}")
        assert '<input type="hidden" name="list" value="people"' in html
    assert 'name="list" value="colleagues"' in await page(carl, "/dial?list=colleagues")


async def test_star_of_a_colleague_stands_for_the_extension(
    site: Site, carl: Member, users: dict[str, User]
) -> None:
    fields = {"kind": "colleague", "owner": users["bea"].pk, "starred": "", "set": "1"}
    await carl.client.post("/dial/favourites", fields)
    await site.change_user(users["bea"], extension="299")
    assert await kept(carl) == ["299"]
    assert "London" in await page(carl, "/dial?list=favourites")


async def test_state_stands_ready_for_the_first_instant_on_every_page(
    carl: Member, agatha: Person
) -> None:
    for address in ("/dial", f"/people/{agatha.pk}", "/phones"):
        html = await page(carl, address)
        assert re.search(r'id="latest-call"[^>]*aria-live="polite"', html)
        asking = html.partition('<template id="call-asking">')[2].partition("</template>")[0]
        assert "Ringing your phone …" in asking
