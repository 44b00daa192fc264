"""docs/reference/error-codes.md has every code that the program can give, with its API status."""

from collections.abc import Iterator

from tests.cases import cases_of
from tests.docs.error_codes import Code, codes_of_program
from tests.docs.manual import page, unquoted
from webdial import errors
from webdial.api.problems import UnauthorisedError, problem_of
from webdial.dialstring import DialStringError
from webdial.errors import Fault, SourceError, WebdialError
from webdial.numbers import NumberError, NumberRuleError
from webdial.watcom import FunctionError, Kind
from webdial.watcom.errors import CODE_PREFIX

PAGE = page("docs/reference/error-codes.md")
HEAD = ("code", "API status", "when", "what to do")
LANGUAGES: dict[str, type[SourceError]] = {
    "webdial.dialstring": DialStringError,
    "webdial.numbers.beginnings": SourceError,
    "webdial.numbers.forms": SourceError,
    "webdial.numbers.rules": NumberRuleError,
    "webdial.numbers": NumberError,
}

FILES = "webdial.phonesystems"


def documented() -> dict[str, dict[str, str]]:
    """API status by code, for each section of the page."""
    return {
        title: {unquoted(row[0]): row[1] for row in section.table(*HEAD)}
        for title, section in PAGE.sections(2).items()
    }


def all_documented() -> dict[str, str]:
    return {code: status for codes in documented().values() for code, status in codes.items()}


def class_of(code: Code) -> type[WebdialError] | None:
    """The error class that bears the code, where the source says which."""
    language = next(
        (each for name, each in LANGUAGES.items() if code.module.startswith(name)), None
    )
    if code.giver in {"Fault", "fault", "_fault", "tell", "_tell", "_error"}:
        return language
    named = [UnauthorisedError, *LANGUAGES.values(), *vars(errors).values()]
    return next((each for each in named if getattr(each, "__name__", "") == code.giver), None)


def error_with(code: str, kind: type[WebdialError]) -> WebdialError:
    if issubclass(kind, SourceError):
        return kind("text", [Fault(code, "A sentence.", 0, 1)])
    error = kind("A sentence.")
    assert code in {error.error_code, WebdialError("", code=code).error_code}
    return error


def statuses() -> Iterator[tuple[str, str]]:
    """Code and API status of every error whose class is known and that the API can meet."""
    for code in codes_of_program():
        kind = class_of(code)
        if kind is not None and not code.module.startswith("webdial.cli"):
            yield code.text, str(problem_of(error_with(code.text, kind)).status_code)


def function_codes() -> set[str]:
    return {FunctionError.code, *(CODE_PREFIX + kind for kind in Kind)}


def test_page_has_the_codes_of_the_program_and_no_other() -> None:
    codes = {code.text for code in codes_of_program()} | function_codes()
    assert set(all_documented()) == codes


def test_codes_of_functions_stand_together() -> None:
    section = documented()["Faults of a database function"]
    assert section == dict.fromkeys(function_codes(), "–")


def test_codes_of_files_stand_together() -> None:
    """A call meets none of them: its error is that the phone system cannot be used."""
    of_files = {code.text for code in codes_of_program() if code.module.startswith(FILES)}
    assert documented()["Faults of a phone system's file"] == dict.fromkeys(of_files, "–")


def test_no_code_is_described_twice() -> None:
    assert sum(len(codes) for codes in documented().values()) == len(all_documented())


def test_api_statuses_are_those_of_the_api() -> None:
    found = set(statuses())
    assert len(found) > 30
    assert {(code, all_documented()[code]) for code, _ in found} == found


def test_codes_of_the_command_line_have_no_status() -> None:
    alone = {code.text for code in codes_of_program() if code.module.startswith("webdial.cli")}
    assert documented()["Only on the command line"] == dict.fromkeys(alone, "–")


def test_codes_of_the_cases_are_found_in_the_source() -> None:
    in_cases = {
        fault["code"] for case in cases_of("dialstring") for fault in case.get("faults", [])
    }
    in_cases |= {case["fault"] for case in cases_of("numbers") if "fault" in case}
    assert len(in_cases) > 20
    assert in_cases <= {code.text for code in codes_of_program()}
