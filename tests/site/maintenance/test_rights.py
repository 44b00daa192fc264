"""Every maintenance page and act, tried by everybody."""

import pytest
from django.http import HttpResponse

from tests.site.maintenance.conftest import NothingLeaves
from tests.site.maintenance.visitor import Visitor
from webdial.exchange.general_settings import MECHANISM, TOTAL_TIME_LIMIT
from webdial.exchange.system_calls import SystemCaller
from webdial.site.domain.companies import save_company
from webdial.site.domain.credentials import set_credential
from webdial.site.domain.functions import save_function
from webdial.site.domain.people import save_person
from webdial.site.domain.phone_systems import SetupDetails, save_setup
from webdial.site.domain.sign_ins import DatabaseSignIns
from webdial.site.domain.tokens import create_token
from webdial.site.domain.user_phones import save_phone
from webdial.site.models import (
    ApiToken,
    Branch,
    Change,
    ChangeSubject,
    Company,
    Credential,
    FunctionVersion,
    GeneralSetting,
    Person,
    PhoneSystemSetup,
    User,
    UserPhone,
)
from webdial.site.pages.maintenance.urls import urlpatterns
from webdial.watcom import DELIVERED_FUNCTION

METHODS = (
    "get",
    "post",
    pytest.param("head", marks=pytest.mark.thorough),
    pytest.param("put", marks=pytest.mark.thorough),
)

# Who may open a page, and who may send it a POST: Ada administers, Bea manages the branch that the
# rows belong to, Fay writes the function, Gus audits. Carl dials, Dora belongs to another branch: they
# may do nothing here, and stand in no row. Eve is signed out.
TABLE = {
    # page                     opens    sends
    "start":                  ("abfg", ""),
    "settings":               ("abg",  ""),
    "edit-setting":           ("abg",  "ab"),
    "check-setting":          ("abg",  "ab"),
    "clear-setting":          ("ab",   "ab"),
    "add-setting":            ("a",    "a"),
    "explain":                ("ag",   ""),
    "users":                  ("abg",  ""),
    "change-users":           ("ab",   "ab"),
    "user-choices":           ("abg",  ""),
    "add-user":               ("ab",   "ab"),
    "edit-user":              ("abg",  "ab"),
    "user-sign-in":           ("abg",  "ab"),
    "user-phones":            ("abg",  ""),
    "add-user-phone":         ("ab",   "ab"),
    "edit-user-phone":        ("abg",  "ab"),
    "delete-user-phone":      ("ab",   "ab"),
    "fill-in-for-user":       ("ag",   "a"),
    "sign-user-out":          ("ag",   "a"),
    "credentials":            ("ag",   ""),
    "add-credential":         ("a",    "a"),
    "edit-credential":        ("ag",   "a"),
    "delete-credential":      ("a",    "a"),
    "branch-choices":         ("ag",   ""),
    "branches":               ("ag",   ""),
    "add-branch":             ("a",    "a"),
    "edit-branch":            ("ag",   "a"),
    "delete-branch":          ("a",    "a"),
    "people":                 ("ag",   ""),
    "company-choices":        ("ag",   ""),
    "add-person":             ("a",    "a"),
    "edit-person":            ("ag",   "a"),
    "delete-person":          ("a",    "a"),
    "companies":              ("ag",   ""),
    "add-company":            ("a",    "a"),
    "edit-company":           ("ag",   "a"),
    "delete-company":         ("a",    "a"),
    "phone-systems":          ("ag",   ""),
    "system-catalogue":       ("ag",   ""),
    "add-phone-system":       ("a",    "a"),
    "try-phone-system-now":   ("a",    "a"),
    "add-system-file":        ("a",    "a"),
    "edit-phone-system":      ("ag",   "a"),
    "system-file":            ("ag",   "a"),
    "test-phone-system":      ("ag",   "a"),
    "use-phone-system":       ("a",    "a"),
    "phone-system-certificate": ("ag", "a"),
    "delete-phone-system":    ("a",    "a"),
    "access":                 ("ag",   ""),
    "add-token":              ("a",    "a"),
    "revoke-token":           ("a",    "a"),
    "changes":                ("ag",   ""),
    "change":                 ("ag",   ""),
    "put-back":               ("a",    "a"),
    "personal-data":          ("ag",   "a"),
    "import-export":          ("a",    "a"),
    "import-preview":         ("a",    "a"),
    "export":                 ("a",    ""),
    "import-template":        ("a",    ""),
    "functions":              ("afg",  ""),
    "function-words":         ("afg",  ""),
    "function":               ("afg",  "af"),
    "check-function":         ("afg",  "af"),
    "try-function":           ("afg",  "af"),
    "function-versions":      ("afg",  ""),
    "function-version":       ("afg",  ""),
    "restore-function":       ("af",   "af"),
}  # fmt: skip

READING = ("get", "head")


@pytest.fixture
def ids(leeds: Branch, carl: User) -> dict[str, int]:
    """Rows that exist; what belongs to a user is Carl's, of London."""
    version = save_function(f"{DELIVERED_FUNCTION}-- as before", author=None)
    assert version is not None
    create_token(carl, name="CRM")
    return {
        "branch_id": leeds.pk,
        "user_id": carl.pk,
        "person_id": save_person(name="Agatha Penrose").pk,
        "company_id": save_company(name="Penrose & Vale").pk,
        "version_id": version.pk,
        "phone_id": save_phone(carl, label="Home").pk,
        "credential_id": set_credential("CRM", "a secret").pk,
        "setup_id": save_setup(SetupDetails("Desk phones", catalogue_id="microsip")).pk,
        "token_id": ApiToken.objects.get().pk,
        "change_id": Change.objects.filter(subject=ChangeSubject.PERSON).latest("pk").pk,
    }


@pytest.fixture
def addresses(ids: dict[str, int]) -> list[str]:
    """Each page's address once."""
    return [_address(str(pattern.pattern), ids) for pattern in urlpatterns]


def _address(route: str, ids: dict[str, int]) -> str:
    route = route.replace("<slug:system_id>", "asterisk-ari")
    route = route.replace("<slug:subject>", "users").replace("<slug:kind>", "csv")
    for name, row_id in ids.items():
        route = route.replace(f"<int:{name}>", str(row_id))
    assert "<" not in route, f"{route} has a part that this test does not know"
    return f"/maintenance/{route}?name={TOTAL_TIME_LIMIT.name}"


def test_the_table_knows_every_page() -> None:
    assert list(TABLE) == [pattern.name for pattern in urlpatterns]


@pytest.fixture
def everybody(
    ada: User, bea: User, carl: User, dora: User, fay: User, gus: User
) -> dict[str, User | None]:
    """The standing cast by the first letter of their names."""
    return {"a": ada, "b": bea, "c": carl, "d": dora, "e": None, "f": fay, "g": gus}


@pytest.mark.parametrize("method", METHODS)
def test_every_page_is_tried_by_everybody(
    method: str,
    state: dict[str, object],
    everybody: dict[str, User | None],
    ids: dict[str, int],
) -> None:
    """Those who may not are tried first, and leave everything as it was."""
    state["system_caller"] = SystemCaller(NothingLeaves(), sign_ins=DatabaseSignIns())
    before = _rows()
    visitors = {letter: Visitor(state, user) for letter, user in everybody.items()}
    refused = [
        (name, letter, _answer(visitors[letter].ask(method, _address_of(name, ids))))
        for name in TABLE
        for letter in "cdegfba"
        if letter not in _allowed(name, method)
    ]
    assert [each for each in refused if each[2] not in _refusals(each[0], each[1])] == []
    assert _rows() == before
    for name in TABLE:
        for letter in _allowed(name, method):
            answer = _answer(visitors[letter].ask(method, _address_of(name, ids)))
            assert answer not in {403, "signs in"}, (name, letter)


def _refusals(name: str, letter: str) -> set[int | str]:
    """Whoever may open a page that takes no such request at all is told so by 405."""
    if letter == "e":
        return {"signs in"}
    return {403, 405} if letter in TABLE[name][0] else {403}


def _allowed(name: str, method: str) -> str:
    opens, sends = TABLE[name]
    if method in READING:
        return opens
    return "".join(letter for letter in opens if letter in sends)


def _address_of(name: str, ids: dict[str, int]) -> str:
    pattern = next(each for each in urlpatterns if each.name == name)
    return _address(str(pattern.pattern), ids)


def _answer(response: HttpResponse) -> int | str:
    leads = response.headers.get("Location", "").startswith("/sign-in?next=/maintenance/")
    return "signs in" if response.status_code == 302 and leads else response.status_code


def _rows() -> dict[str, list[object]]:
    """Everything that an act could have changed."""
    models = (Branch, Person, Company, GeneralSetting, FunctionVersion, Credential, UserPhone,
              PhoneSystemSetup, ApiToken, Change)  # fmt: skip
    rows: dict[str, list[object]] = {
        model.__name__: list(model.objects.order_by("pk").values()) for model in models
    }
    users = User.objects.order_by("pk")
    rows["User"] = list(users.values("pk", "role", "branch", "extension", "is_active", "password"))
    return rows


def test_every_page_opens_for_an_administrator(admin: Visitor, addresses: list[str]) -> None:
    statuses = {address.partition("?")[0]: admin.get(address).status_code for address in addresses}
    expected = dict.fromkeys(statuses, 200)
    expected["/maintenance/"] = 302  # to General Settings
    expected["/maintenance/import-export/preview"] = 302  # no file waits
    expected["/maintenance/settings/clear"] = 302  # nothing is set that could be removed
    for address in statuses:
        is_act = "/phones/systems/" in address or address.endswith("/users/bulk")
        if is_act or address.endswith(("/check", "/try", "/try-now")):  # asked by POST
            expected[address] = 405
        elif address.endswith("/restore"):  # the version is in force already
            expected[address] = 302
    assert statuses == expected


def test_an_administrator_who_is_deactivated_is_signed_out(admin: Visitor, ada: User) -> None:
    assert admin.is_signed_in
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert not admin.is_signed_in


@pytest.mark.parametrize(
    "path",
    [
        "settings/edit?name=" + MECHANISM.name,
        "users/add",
        "branches/add",
        "people/add",
        "companies/add",
        "phone-systems/catalogue/asterisk-ari",
        "phone-systems/own-file",
        "credentials/add",
        "import-export",
        "import-export/preview",
        "functions/communications/generate-web-dial-url",
        "functions/communications/generate-web-dial-url/check",
        "functions/communications/generate-web-dial-url/try",
    ],
)
def test_posts_without_the_csrf_token_are_refused(
    path: str, state: dict[str, object], ada: User
) -> None:
    visitor = Visitor(state, ada, checks_csrf=True)
    response = visitor.post(
        f"/maintenance/{path}", name="London", agency_id="X", value="tel:#", login="x", staff_id="x"
    )
    assert response.status_code == 403
    assert Branch.objects.count() == 1
    assert not PhoneSystemSetup.objects.exists()
    assert not GeneralSetting.objects.exists()


def test_reading_never_changes(admin: Visitor, leeds: Branch) -> None:
    person = save_person(name="Agatha Penrose")
    for path in (f"branches/{leeds.pk}/delete", f"people/{person.pk}/delete"):
        assert admin.get(f"/maintenance/{path}").status_code == 200
    assert Branch.objects.filter(pk=leeds.pk).exists()
    assert Person.objects.filter(pk=person.pk).exists()
