"""Maintenance | Phone Systems: the list, the catalogue, set-ups, files of one's own, what is used where."""

import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.site.maintenance.visitor import (
    Visitor,
    flash_of,
    rows_of,
    text_of,
    typed_value_of,
    values_of,
)
from webdial.exchange.breaker import Held
from webdial.exchange.gates import GateKey
from webdial.exchange.general_settings import MECHANISM
from webdial.phonesystems import catalogue, catalogue_source
from webdial.site.domain.general_settings import override_setting, setting_view
from webdial.site.domain.pauses import keep_pauses, pauses
from webdial.site.domain.phone_systems import (
    SetupDetails,
    save_filled_setup,
    save_setup,
    stored_site_values,
)
from webdial.site.models import Branch, PhoneSystemSetup, PhoneSystemValue

LIST = "/maintenance/phone-systems"
CATALOGUE = f"{LIST}/catalogue"
YEASTAR = "yeastar-p-series"
SECRET = "planted-s3cret-of-the-pbx"
FILLED = {"host": "pbx.example", "client_id": "webdial", "client_secret": SECRET}
TYPED = {f"value-{name}": value for name, value in FILLED.items()}
OWN_FILE = """title = "Old PBX"
vendor = "Nobody"
[fields.host]
label = "Address"
[dial]
request = "http://{host}/dial?from=^&to=#"
"""


@pytest.fixture
def office(db: None) -> PhoneSystemSetup:
    return save_filled_setup(SetupDetails("Main office", catalogue_id=YEASTAR), FILLED)


def address_of(setup: PhoneSystemSetup) -> str:
    return f"{LIST}/{setup.pk}"


def test_an_empty_list_leads_on(admin: Visitor) -> None:
    page = admin.get(LIST)
    assert "No phone systems yet" in text_of(page)
    assert page.content.decode().count(f'href="{CATALOGUE}"') == 2


def test_list_says_what_each_is_where_it_is_used_and_what_it_needs(
    admin: Visitor, office: PhoneSystemSetup, london: Branch
) -> None:
    save_setup(SetupDetails("Old", source=OWN_FILE, is_active=False))
    override_setting(MECHANISM.name, "main office", branch=london)
    page = admin.get(LIST)
    assert rows_of(page) == ["Main office Yeastar P-Series", "Old Old PBX · own file"]
    shown = text_of(page)
    assert "Yeastar P-Series London Active Test" in shown
    assert "own file Nowhere yet Needs: Address Switched off Test" in shown
    assert rows_of(admin.get(LIST, search="office")) == ["Main office Yeastar P-Series"]


def test_a_file_with_a_fault_is_told_in_the_list_and_on_its_page(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    PhoneSystemSetup.objects.update(catalogue_id="", source="title =")
    assert "Its file has a fault" in text_of(admin.get(LIST))
    page = text_of(admin.get(address_of(office)))
    assert "This is no TOML" in page
    assert "Mend its file" in page


def test_list_reads_as_much_for_many_as_for_one(
    admin: Visitor, london: Branch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        save_filled_setup(SetupDetails(f"PBX {number}", catalogue_id=YEASTAR), FILLED)
    override_setting(MECHANISM.name, "PBX 7", branch=london)
    admin.get(LIST)  # takes up the configuration; one query looks whether it changed
    with django_assert_num_queries(9):
        page = admin.get(LIST)
    assert len(rows_of(page)) == 40


def test_catalogue_shows_every_system_under_its_kind(admin: Visitor) -> None:
    page = admin.get(CATALOGUE)
    links = re.findall(rf'href="{CATALOGUE}/([\w-]+)"', page.content.decode())
    assert sorted(links) == sorted(catalogue())
    shown = text_of(page)
    assert "Hosted services" in shown
    assert "From the vendor’s documentation" in shown
    assert "Needs browser sign-in" in shown
    assert "Starts on the user’s machine" in shown


@pytest.mark.parametrize(
    ("search", "kind", "found"),
    [
        ("p-series", "", [YEASTAR]),
        ("YEASTAR openapi nobody", "", []),
        ("Asterisk REST INTERFACE rings", "", ["asterisk-ari"]),
        ("p-series", "hosted", []),
        ("p-series", "pbx", [YEASTAR]),
    ],
)
def test_catalogue_is_searched_by_words_and_kind(
    admin: Visitor, search: str, kind: str, found: list[str]
) -> None:
    page = admin.get(CATALOGUE, search=search, kind=kind).content.decode()
    assert re.findall(rf'href="{CATALOGUE}/([\w-]+)"', page) == found


def test_every_system_of_the_catalogue_can_be_added(admin: Visitor) -> None:
    for system_id, system in catalogue().items():
        page = admin.get(f"{CATALOGUE}/{system_id}")
        assert page.status_code == 200, system_id
        shown = text_of(page)
        for field in system.values.values():
            assert field.label in shown, (system_id, field.name)
        for told in (*system.notes, *system.unknown, *system.needs, *system.sources):
            assert " ".join(told.split()) in shown, (system_id, told)


def test_a_system_is_added_with_its_fields_and_leads_to_its_test(admin: Visitor) -> None:
    added = admin.post(f"{CATALOGUE}/{YEASTAR}", name="Main office", is_active="1", **TYPED)
    row = PhoneSystemSetup.objects.get()
    assert added.headers["Location"] == f"{address_of(row)}/test"
    assert flash_of(added, admin).startswith("The phone system Main office was added.")
    assert (row.name, row.catalogue_id, row.is_active) == ("Main office", YEASTAR, True)
    assert set(stored_site_values(row)) == set(FILLED)


def test_a_second_one_is_offered_another_name(admin: Visitor) -> None:
    save_setup(SetupDetails("Yeastar P-Series", catalogue_id=YEASTAR))
    assert values_of(admin.get(f"{CATALOGUE}/{YEASTAR}"), "name") == ["Yeastar P-Series 2"]


def test_a_browser_sign_in_shows_the_redirect_uri_to_register(admin: Visitor) -> None:
    shown = text_of(admin.get(f"{CATALOGUE}/webex-calling"))
    address = f"http://testserver{reverse('phone-sign-in-done')}"
    assert f"Register this as the redirect URI, letter by letter: {address}" in shown
    assert "redirect URI" not in text_of(admin.get(f"{CATALOGUE}/{YEASTAR}"))


def test_an_unknown_system_is_not_found(admin: Visitor) -> None:
    assert admin.get(f"{CATALOGUE}/nobody-knows-it").status_code == 404
    assert admin.get(f"{LIST}/own-file", **{"from": "nobody-knows-it"}).status_code == 404


def test_a_wrong_value_is_told_at_its_field_and_nothing_is_kept(admin: Visitor) -> None:
    wrong = {**TYPED, "value-port": "70000"}
    refused = admin.post(f"{CATALOGUE}/{YEASTAR}", name="Main office", **wrong)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert 'id="value-port-error"' in page
    assert "Port: this is no port from 1 to 65,535" in text_of(refused)
    assert values_of(refused, "value-port") == ["70000"]
    assert values_of(refused, "value-host") == ["pbx.example"]
    assert SECRET not in page
    assert not PhoneSystemSetup.objects.exists()


def test_a_secret_is_kept_replaced_and_removed_and_never_shown(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    page = admin.get(address_of(office))
    assert "A secret is kept and never shown." in text_of(page)
    assert values_of(page, "value-client_secret") == [""]
    before = PhoneSystemValue.objects.get(name="client_secret").value
    admin.post(address_of(office), name="Main office", is_active="1", **{"value-client_secret": ""})
    assert PhoneSystemValue.objects.get(name="client_secret").value == before
    admin.post(
        address_of(office), name="Main office", is_active="1", **{"value-client_secret": "another"}
    )
    assert PhoneSystemValue.objects.get(name="client_secret").value != before
    admin.post(
        address_of(office),
        name="Main office",
        is_active="1",
        **{"value-client_secret": "", "clear-client_secret": "1"},
    )
    assert not PhoneSystemValue.objects.filter(name="client_secret").exists()
    assert "Needs: Client secret." in text_of(admin.get(address_of(office)))


def test_a_form_that_is_refused_keeps_the_name_of_the_page(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    save_setup(SetupDetails("Taken", catalogue_id=YEASTAR))
    refused = admin.post(address_of(office), name="Taken", is_active="1")
    assert refused.status_code == 422
    assert "<h1>Main office</h1>" in refused.content.decode()
    assert "Another phone system has this name." in text_of(refused)


def test_certificate_rules(admin: Visitor, office: PhoneSystemSetup) -> None:
    fields = {"name": "Main office", "certificate": "pinned", "certificate_text": "no"}
    refused = admin.post(address_of(office), **fields)
    assert "This is no SHA-256 fingerprint" in text_of(refused)
    admin.post(address_of(office), **{**fields, "certificate_text": ":".join(["0F"] * 32)})
    office.refresh_from_db()
    assert (office.certificate, office.certificate_text) == ("pinned", "0f" * 32)
    assert not office.is_active
    # There is no fourth rule, and none is no rule.
    assert admin.post(address_of(office), name="Main office", certificate="off").status_code == 422


def test_a_link_has_no_certificate_to_trust(admin: Visitor) -> None:
    assert "Certificate of the phone system" not in text_of(admin.get(f"{CATALOGUE}/microsip"))


def test_a_file_of_ones_own_is_told_each_fault_with_line_and_caret(admin: Visitor) -> None:
    faulty = OWN_FILE.replace("to=#", "to={nmber}").replace("label", "lable")
    refused = admin.post(f"{LIST}/own-file", name="Old", source=faulty.replace("\n", "\r\n"))
    assert refused.status_code == 422
    shown = text_of(refused)
    assert "Not saved: the file has" in shown
    assert "Line 4, column 1 lable is no key that is known here." in shown
    assert re.search(r"Line 6, column \d+ \{nmber\} is no value that is known here\.", shown)
    assert '<pre class="file-fault__view"' in refused.content.decode()
    assert "^^^^^" in shown
    assert typed_value_of(refused) == faulty
    assert not PhoneSystemSetup.objects.exists()


def test_a_file_of_ones_own_is_added_and_changed(admin: Visitor) -> None:
    begun = admin.get(f"{LIST}/own-file")
    source = typed_value_of(begun)
    added = admin.post(f"{LIST}/own-file", name="Old", source=source)
    row = PhoneSystemSetup.objects.get()
    assert added.headers["Location"] == address_of(row)
    assert row.source == source
    assert flash_of(added, admin) == "The phone system Old was added. Fill in its fields next."
    changed = admin.post(f"{address_of(row)}/file", source=OWN_FILE)
    assert flash_of(changed, admin) == "The file of Old was saved."
    row.refresh_from_db()
    assert row.source == OWN_FILE
    refused = admin.post(f"{address_of(row)}/file", source="title = 1")
    assert refused.status_code == 422
    row.refresh_from_db()
    assert row.source == OWN_FILE


def test_a_file_of_ones_own_may_begin_with_one_of_the_catalogue(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    begun = admin.get(f"{LIST}/own-file", **{"from": YEASTAR})
    assert typed_value_of(begun) == catalogue_source(YEASTAR)
    shown = admin.get(f"{address_of(office)}/file")
    assert "readonly" in shown.content.decode()
    admin.post(f"{address_of(office)}/file", source=OWN_FILE)
    office.refresh_from_db()
    assert office.source == ""


@pytest.mark.parametrize("branch_too", [False, True])
def test_it_is_made_the_setting_after_what_it_replaces_was_seen(
    admin: Visitor, office: PhoneSystemSetup, london: Branch, branch_too: bool
) -> None:
    override_setting(MECHANISM.name, "http://old.example/dial?from=^&to=#")
    branch = london if branch_too else None
    query = f"?branch={london.pk}" if branch_too else ""
    asked = text_of(admin.get(f"{address_of(office)}/use{query}"))
    assert "http://old.example/dial?from=^&to=#" in asked
    assert ("London has no value of its own." in asked) is branch_too
    assert setting_view(MECHANISM.name, branch=branch).effective.value != "Main office"
    done = admin.post(f"{address_of(office)}/use{query}")
    where = "for the branch London" if branch_too else "for all branches"
    assert flash_of(done, admin) == f"Main office is now used {where}."
    assert setting_view(MECHANISM.name, branch=branch).own_value == "Main office"
    assert ("http" in setting_view(MECHANISM.name).effective.value) is branch_too
    again = text_of(admin.get(f"{address_of(office)}/use{query}"))
    assert "Nothing would change." in again


def test_what_is_not_ready_is_told_before_it_is_used(admin: Visitor) -> None:
    row = save_setup(SetupDetails("Old", source=OWN_FILE))
    asked = text_of(admin.get(f"{address_of(row)}/use"))
    assert "Not ready yet Needs: Address." in asked
    assert admin.get(f"{address_of(row)}/use", branch=99).status_code == 404


def test_the_setting_that_names_it_leads_to_it(admin: Visitor, office: PhoneSystemSetup) -> None:
    check = f"/maintenance/settings/check?name={MECHANISM.name}"
    page = admin.post(check, value=" main OFFICE ", user="ada", number="1")
    assert "Calls go through the phone system Main office ." in text_of(page)
    assert f'href="{address_of(office)}/test"' in page.content.decode()
    assert "no phone system has this name" not in text_of(page)
    unknown = admin.post(check, value="Main offise", user="ada", number="1")
    assert "There is no phone system “Main offise”." in text_of(unknown)


def test_deleting_is_refused_while_it_is_used(
    admin: Visitor, office: PhoneSystemSetup, london: Branch
) -> None:
    override_setting(MECHANISM.name, "Main office", branch=london)
    assert "It is in use and cannot be deleted yet: London" in text_of(
        admin.get(f"{address_of(office)}/delete")
    )
    refused = admin.post(f"{address_of(office)}/delete")
    assert refused.status_code == 422
    assert "still in use: London." in text_of(refused)
    override_setting(MECHANISM.name, "", branch=london)
    deleted = admin.post(f"{address_of(office)}/delete")
    assert flash_of(deleted, admin) == "The phone system Main office was deleted."
    assert not PhoneSystemSetup.objects.exists()


def test_a_planted_secret_stands_on_no_page(admin: Visitor, office: PhoneSystemSetup) -> None:
    for page in ("", "/file", "/test", "/use", "/certificate", "/delete"):
        response = admin.get(address_of(office) + page)
        assert response.status_code == 200, page
        assert SECRET not in response.content.decode(), page
    assert SECRET not in admin.get(LIST).content.decode()


# The certificate that a server shows now


@pytest.fixture
def tls_server() -> Iterator[tuple[int, str]]:
    """A server that shakes hands and hangs up; its port and the fingerprint of its certificate."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    listener = socket.create_server(("127.0.0.1", 0))

    def shake_hands() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, context.wrap_socket(connection, server_side=True):
                pass

    thread = threading.Thread(target=shake_hands)
    thread.start()
    yield listener.getsockname()[1], hashlib.sha256(der).hexdigest()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_fingerprint_is_fetched_compared_and_pinned(
    admin: Visitor, tls_server: tuple[int, str]
) -> None:
    port, fingerprint = tls_server
    values = {**FILLED, "host": "127.0.0.1", "port": str(port)}
    row = save_filled_setup(SetupDetails("Main office", catalogue_id=YEASTAR), values)
    address = f"{address_of(row)}/certificate"
    assert f"127.0.0.1:{port}" in text_of(admin.get(address))
    found = admin.post(address, act="fetch")
    pairs = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    assert pairs in text_of(found)
    pinned = admin.post(address, act="pin", fingerprint=values_of(found, "fingerprint")[0])
    assert flash_of(pinned, admin) == "The certificate was pinned."
    row.refresh_from_db()
    assert (row.certificate, row.certificate_text) == ("pinned", fingerprint)
    assert "The same as pinned" in text_of(admin.post(address, act="fetch"))
    PhoneSystemSetup.objects.update(certificate_text="00" * 32)
    assert "Another than pinned" in text_of(admin.post(address, act="fetch"))


def test_a_certificate_that_cannot_be_fetched_is_told(admin: Visitor) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        values = {**FILLED, "host": "127.0.0.1", "port": str(unused.getsockname()[1])}
        row = save_filled_setup(SetupDetails("Main office", catalogue_id=YEASTAR), values)
        refused = admin.post(f"{address_of(row)}/certificate", act="fetch")
    assert refused.status_code == 422
    assert "No certificate could be fetched. Connection refused" in text_of(refused)
    plain = save_setup(SetupDetails("Old", source=OWN_FILE))
    told = text_of(admin.get(f"{address_of(plain)}/certificate"))
    assert "there is no certificate" in told or "Address" in told


def test_phone_system_that_does_not_answer_is_told_and_can_be_tried_now(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    far = Held(1_800_000_000.0, 1_900_000_000.0, 60.0, 5, "unreachable")
    keep_pauses({GateKey(office.pk, "pbx.example:8088"): far, GateKey(None, "b.example:80"): far})
    assert "Does not answer" in text_of(admin.get(LIST))
    assert "b.example:80" in text_of(admin.get(LIST))
    page = text_of(admin.get(address_of(office)))
    assert "It does not answer, and calls are held back" in page
    assert "pbx.example:8088 : Not reachable" in page or "pbx.example:8088: Not reachable" in page
    tried = admin.post(f"{LIST}/try-now", setup=office.pk)
    assert flash_of(tried, admin) == "The next call is let through, within a second."
    retry_at = {key.place: held.retry_at for key, held in pauses().items()}
    assert retry_at["pbx.example:8088"] < retry_at["b.example:80"] == 1_900_000_000.0
    admin.post(f"{LIST}/try-now")
    assert pauses()[GateKey(None, "b.example:80")].retry_at < 1_900_000_000.0


def test_number_of_calls_in_progress_is_kept_and_checked(
    admin: Visitor, office: PhoneSystemSetup
) -> None:
    kept = {"name": office.name, "is_active": "1", "most_in_flight": "12"}
    admin.post(address_of(office), **kept)
    office.refresh_from_db()
    assert office.most_in_flight == 12
    refused = admin.post(address_of(office), **{**kept, "most_in_flight": "0"})
    assert refused.status_code == 422
    assert "This is a whole number from 1 to 999999, or empty." in text_of(refused)
    admin.post(address_of(office), **{**kept, "most_in_flight": ""})
    office.refresh_from_db()
    assert office.most_in_flight is None
