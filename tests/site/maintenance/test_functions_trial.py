"""Try it: the function as typed is called for a user and a number, and nothing is sent or kept."""

import re

import pytest
from pytest_django import Settings

from tests.site.conftest import opened_database
from tests.site.maintenance.visitor import Visitor, text_of, typed_value_of, values_of
from webdial.exchange.general_settings import ALLOWED_HOSTS
from webdial.site.domain.general_settings import add_setting, override_setting
from webdial.site.models import Branch, FunctionVersion, User
from webdial.site.pages.maintenance.function_source import sample_source

EDITOR = "/maintenance/functions/communications/generate-web-dial-url"
TRY = f"{EDITOR}/try"
NUMBER = "020 7946 0123"

pytestmark = pytest.mark.usefixtures("functions_database")


@pytest.fixture
def functions_database(transactional_db: None, settings: Settings) -> None:
    """Functions read by a connection of their own, which sees what the test has committed."""
    settings.DATABASE = opened_database()
    override_setting(ALLOWED_HOSTS.name, "pbx, sys1, phones2, myphones, main.intra.com")


def source_of(body: str) -> str:
    return f"create function f(in n char(50)) returns long varchar\nbegin\n{body}\nend\n"


def tried(visitor: Visitor, body: str, *, user: str = "ada", number: str = NUMBER) -> str:
    response = visitor.post(TRY, source=source_of(body), user=user, number=number)
    assert response.status_code == 200
    assert not FunctionVersion.objects.exists()
    return text_of(response)


def test_request_that_would_be_made(admin: Visitor) -> None:
    told = tried(admin, "return '{POST}http://me:marked@pbx/api?a=1<&>to=' || n || '<&>x=^#'")
    assert "Returned {POST}http://me:marked@pbx/api?a=1<&>to=02079460123<&>x=^#" in told
    assert "POST http://pbx/api?a=1 Headers Authorization: Basic ••••" in told
    assert "to=02079460123&x=%5E%23" in told
    assert "The number was given as 02079460123" in told
    assert "Nothing was sent." in told


def test_link_that_would_be_opened(admin: Visitor) -> None:
    told = tried(admin, "return 'tel:' || n")
    assert "A link, opened on the caller’s own machine tel:02079460123" in told


@pytest.mark.parametrize(
    ("user", "agency_setting", "url"),
    [
        ("ada", "MAIN", "http://sys1:82/api/call/makecall/201/02079460123/9"),
        ("ada", "ALSR", "http://phones2:81/api/call/makecall201/02079460123"),
        ("BN", "ABSA", "http://myphones:8180/api/call/makecall202/02079460123"),
        (
            "Bea Novak",
            "AVYIA",
            "http://main.intra.com:55340/phone.asmx/MakeCall?originatorExtension=202&destinationPhoneNumber=02079460123&openLineCharacter=9",
        ),
    ],
)
def test_sample_of_the_old_system_for_any_user(
    admin: Visitor, bea: User, london: Branch, user: str, agency_setting: str, url: str
) -> None:
    add_setting("SYNETY", "of all branches")
    add_setting("SYNETY", agency_setting, branch=london)
    response = admin.post(TRY, source=sample_source(), user=user, number=NUMBER)
    told = text_of(response)
    assert f"Returned {url} What would be sent" in told
    assert f"GET {url}" in told
    assert f"PhoneSystem {agency_setting}" in told
    assert "1 query 1 row read" in told


def test_variables_tell_null_from_empty_and_blank(admin: Visitor) -> None:
    told = tried(
        admin,
        """
        declare nothing char(9); declare empty char(9); declare blank char(9); declare amount int;
        declare word char(9); declare d date;
        set empty = ''; set blank = '  '; set amount = 7; set word = 'NULL'; set d = '2026-11-22';
        return n;
        """,
    )
    assert (
        "UserStaffID AB n 02079460123 nothing NULL empty Empty text blank Blanks alone "
        "amount 7 word NULL d 2026-11-22" in told
    )
    page = admin.post(
        TRY, source=source_of("return 'NULL'"), user="ada", number=NUMBER
    ).content.decode()
    assert '<pre class="code">NULL</pre>' in page
    page = admin.post(TRY, source=source_of("return null"), user="ada", number=NUMBER)
    assert '<span class="value-kind">NULL</span>' in page.content.decode()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return null", "A function that returns NULL gives no dial string for this number."),
        ("return ''", "A function that returns an empty text gives no dial string"),
        ("return '   '", "A function that returns an empty text gives no dial string"),
    ],
)
def test_nothing_returned_is_explained(admin: Visitor, body: str, told: str) -> None:
    page = tried(admin, body)
    assert "No call would be placed" in page
    assert told in page
    assert "Variables at the end" in page


def test_result_that_is_no_dial_string_is_shown_with_a_caret(admin: Visitor) -> None:
    response = admin.post(
        TRY, source=source_of("return 'http://pbx:546342/' || n"), user="ada", number=NUMBER
    )
    told = text_of(response)
    assert "Returned http://pbx:546342/02079460123 This is no dial string 546342 is no port" in told
    assert re.search(
        r">  http://pbx:546342/02079460123\n {13}\^{6}</pre>", response.content.decode()
    )
    assert "Variables at the end" in told


def test_failure_tells_its_place_and_codes(admin: Visitor) -> None:
    response = admin.post(
        TRY,
        source=source_of("  declare i int = 0;\n  return n || 7 / i;"),
        user="ada",
        number=NUMBER,
    )
    told = text_of(response)
    assert "The function failed: Division by zero." in told
    assert "Line 4, column 15 · SQLSTATE 22012 · SQLCODE -628" in told
    assert re.search(r"> {4}return n \|\| 7 / i;\n {16}\^{5}</pre>", response.content.decode())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("while 1=1 loop end loop; return n;", "ran more than 100,000 statements."),
        (
            "declare t long varchar; set t = 'xx'; while 1=1 loop set t = t || t; end loop; return t;",
            "A text has more than 1,048,576 characters.",
        ),
        (
            "declare t long varchar = repeat('x', 900000); declare h char(99); while 1=1 loop set h = hash(t); end loop;",
            "The function ran longer than 0.9 s.",
        ),
        ("return repeat('x', 9000)", "The result has more than 8,192 bytes."),
    ],
)
def test_hostile_function_is_stopped_and_told(admin: Visitor, body: str, told: str) -> None:
    page = tried(admin, body)
    assert told in page
    assert "SQLSTATE 54W01 · SQLCODE -685" in page


def test_long_values_are_cut(admin: Visitor) -> None:
    told = tried(
        admin,
        "declare t long varchar; set t = repeat('y', 1000000); message t; return n;",
    )
    assert "and 991808 more characters" in told
    assert told.count("y") < 20_000


def test_messages_are_shown_as_text(admin: Visitor) -> None:
    response = admin.post(
        TRY,
        source=source_of("message '<script>'; print \"char\"(0); return n;"),
        user="ada",
        number=NUMBER,
    )
    assert "Messages <script> \N{REPLACEMENT CHARACTER}" in text_of(response)
    assert "<script>" not in response.content.decode()


@pytest.mark.parametrize(
    ("user", "number", "told"),
    [
        ("", NUMBER, "Type a user’s name, sign-in name or StaffID."),
        ("nobody", NUMBER, "No user is found by this."),
        ("o", NUMBER, "More than one user is meant. Choose one. Type ada for Ada Byrne, "),
        ("ada", "", "No number was given."),
        ("ada", "020 FLOWERS", "Letters are part of this number"),
        ("gone", NUMBER, "This user does not exist or has been deactivated."),
    ],
)
def test_user_or_number_that_will_not_do_is_told(
    admin: Visitor, carl: User, dora: User, bea: User, user: str, number: str, told: str
) -> None:
    User.objects.filter(pk=bea.pk).update(is_active=False, login="gone", name="B N")
    page = admin.post(TRY, source=source_of("return n"), user=user, number=number)
    assert told in text_of(page)


def test_without_script_the_page_comes_back_with_the_answer(admin: Visitor) -> None:
    source = source_of("return 'tel:' || n;")
    response = admin.post(
        EDITOR,
        act="try",
        source=source,
        note="not lost",
        began_from=0,
        user="AB",
        number="0113 496 0187",
    )
    assert response.status_code == 200
    assert "Returned tel:01134960187" in text_of(response)
    assert typed_value_of(response) == source
    assert values_of(response, "note") == ["not lost"]
    assert values_of(response, "user") == ["AB"]
    assert values_of(response, "number") == ["0113 496 0187"]
    assert not FunctionVersion.objects.exists()
