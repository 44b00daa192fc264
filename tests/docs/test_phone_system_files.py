"""docs/reference/phone-system-files.md is the form of a file as the program reads it."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from tests.docs.error_codes import codes_of_program
from tests.docs.manual import page, unquoted
from tests.docs.surprises import EXAMPLES
from webdial.cli import main
from webdial.cli.system_text import checked_content, checked_text
from webdial.dialstring import parse_dial_string
from webdial.errors import InvalidValueError
from webdial.exchange.judging import MAX_MESSAGE, judge_dial
from webdial.exchange.outcome import DIALLING, PICK_UP
from webdial.exchange.sender import MAX_ANSWER_BYTES
from webdial.phonesystems import (
    Answer,
    Dial,
    Field,
    FieldKind,
    Kind,
    NumberForm,
    Owner,
    PhoneSystemError,
    RingsFirst,
    SentFrom,
    read_phone_system,
    read_rule,
    remarks,
    rules,
)
from webdial.phonesystems.file import MAX_FILE, SIGN_IN_NAMES, TABLES
from webdial.phonesystems.model import MAX_VALUE, Confidence
from webdial.phonesystems.schema import KEYS

PAGE = page("docs/reference/phone-system-files.md")
FAULTS = PAGE.sections(2)["Faults"].sections(3)
TITLES = {"": "The file itself", "log_in.steps": "`[[log_in.steps]]`"} | {
    name: f"`[{name}.NAME]`" for name in ("fields", "secrets")
}


def fence(info: str) -> str:
    (found,) = (each.text for each in PAGE.fences if each.info == info)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_keys_are_those_of_the_program(table: str) -> None:
    section = PAGE.sections(2)["Keys"].sections(3)[TITLES.get(table, f"`[{table}]`")]
    rows = {unquoted(key): told for key, told in section.table("key", "takes")}
    assert rows == {key: told for key, (_, told) in KEYS[table].items()}
    assert set(rows) == TABLES[table]


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        (Kind, ("`kind`", "is")),
        (Confidence, ("`confidence`", "the facts come from")),
        (SentFrom, ("`sent_from`", "means")),
        (RingsFirst, ("`rings_first`", "the caller is told")),
        (Owner, ("`of`", "who fills it in", "a log-in that takes it is kept for")),
        (NumberForm, ("`format`", "020 7946 0123", "+1 202 555 0199", "201")),
    ],
)
def test_closed_lists_are_whole(kind: type[Enum], head: tuple[str, ...]) -> None:
    rows = PAGE.table(*head)
    assert [unquoted(row[0]) for row in rows] == [each.value for each in kind]


def test_next_steps_are_the_programs_own() -> None:
    told = dict(PAGE.table("`rings_first`", "the caller is told"))
    assert (told["`caller`"], told["`nobody`"]) == (PICK_UP, DIALLING)


def dialled(tmp_path: Path, number: str, *keys: str) -> str:
    """What `webdial system try` has in place of `#`, in a British branch with three-digit extensions."""
    file = tmp_path / "pbx.toml"
    lines = ('title = "x"', 'vendor = "x"', "[number]", *keys, "[dial]")
    file.write_text("\n".join((*lines, "request = 'http://p/#'")), encoding="utf-8")
    words = ["system", "try", str(file), "--number", number, "--country", "GB", "--internal", "3"]
    printed = CliRunner().invoke(main, words).stdout
    return unquote(printed.partition("http://p/")[2].partition("\n")[0])


NUMBERS = ("020 7946 0123", "+1 202 555 0199", "201")


@pytest.mark.parametrize("row", PAGE.table("`format`", *NUMBERS), ids=lambda row: row[0])
def test_number_has_the_form(row: list[str], tmp_path: Path) -> None:
    key = f'format = "{unquoted(row[0])}"'
    assert [dialled(tmp_path, each, key) for each in NUMBERS] == [
        unquoted(cell) for cell in row[1:]
    ]


def test_digits_after_the_answer_stand_as_the_page_says(tmp_path: Path) -> None:
    told = re.search(r"With `(after_answer = .+?)`, (.+?) becomes `(.+?)`", PAGE.text)
    assert told is not None
    assert dialled(tmp_path, told[2], told[1]) == told[3]


FIELDS = PAGE.table("`kind`", "takes", "filled in", "kept")


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: f"{row[0]} {row[2]}")
def test_field_takes_what_the_page_says(row: list[str]) -> None:
    kind, value, kept = FieldKind(unquoted(row[0])), unquoted(row[2]), row[3]
    choices = ("main", "second") if kind is FieldKind.CHOICE else ()
    field = Field("value", "Address", kind=kind, choices=choices)
    if kept.startswith("refused: "):
        with pytest.raises(InvalidValueError) as caught:
            field.check(value)
        assert caught.value.message == kept.removeprefix("refused: ")
    else:
        assert field.check(value) == unquoted(kept)


def test_every_kind_of_field_is_told() -> None:
    assert {unquoted(row[0]) for row in FIELDS} == {each.value for each in FieldKind}


def keys_of(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from keys_of(value)
    elif isinstance(content, list):
        for each in content:
            yield from keys_of(each)


def test_whole_file_has_every_key_and_no_surprise() -> None:
    source = fence("toml whole")
    assert checked_text(checked_content("pbx.toml", source), source) == "pbx.toml: no faults"
    wanted = set().union(*(keys for table, keys in TABLES.items() if table != "sign_in"))
    assert wanted - set(keys_of(tomllib.loads(source))) == {"sign_in"}


def test_whole_file_sends_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pbx.toml").write_text(fence("toml whole"), encoding="utf-8")
    (command,) = (
        each.text for each in PAGE.sections(2)["A whole file"].fences if each.info == "sh"
    )
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert (result.stdout, result.exit_code) == (fence("text tried"), 0)


def test_sign_in_is_one() -> None:
    source = fence("toml sign-in")
    system = read_phone_system(source, id="cloud")
    assert system.sign_in is not None
    assert remarks.remarks_on(system, source) == ()
    assert set(tomllib.loads(source)["sign_in"]) == TABLES["sign_in"]


def test_values_of_the_sign_in_are_told() -> None:
    rows = PAGE.table("value", "is", "in")
    assert {unquoted(row[0])[1:-1] for row in rows} == set(SIGN_IN_NAMES)


@pytest.mark.parametrize(
    "row", PAGE.table("status", "`success`", "`queues`", "outcome"), ids=" ".join
)
def test_outcome_is_what_the_page_says(row: list[str]) -> None:
    status, success, queues, outcome = row
    dial = Dial(
        parse_dial_string("http://pbx.example/#"),
        success=tuple(read_rule(rule) for rule in re.findall(r"`(.+?)`", success)),
        queues=queues == "yes",
    )
    answer = Answer(int(status), (), b'{"state": "ringing"}')
    verdict = judge_dial(answer, dial, rings_first=RingsFirst.UNKNOWN, secrets=())
    assert verdict.outcome.value == unquoted(outcome)


def test_bounds_are_told() -> None:
    text = " ".join(PAGE.text.split())
    assert f"A value has at most {MAX_VALUE:,} characters." in text
    assert f"at most {rules.MAX_REGEX} characters" in text
    assert f"one line of at most {MAX_MESSAGE} characters" in text
    assert f"more than {MAX_FILE:,} characters" in text
    assert f"At most {MAX_ANSWER_BYTES // 1024} KiB of an answer are read." in text


def test_every_fault_has_a_section_and_no_other_has() -> None:
    classes = {"PhoneSystemError", "RuleError"}
    faults = {
        code.text
        for code in codes_of_program()
        if code.module.startswith("webdial.phonesystems") and code.giver not in classes
    }
    assert set(FAULTS) == faults


@pytest.mark.parametrize("code", FAULTS)
def test_fault_is_told_as_the_page_shows(code: str) -> None:
    if code == "file_too_long":  # its example would be: the bound is told instead
        with pytest.raises(PhoneSystemError) as caught:
            read_phone_system("#" * (MAX_FILE + 1), id="x")
        assert caught.value.error_code == code
        return
    source, printed = (each.text for each in FAULTS[code].fences)
    content = checked_content("pbx.toml", source)
    assert {fault["code"] for fault in content["faults"]} == {code}
    assert checked_text(content, source) == printed.rstrip("\n")


def test_every_surprise_is_told() -> None:
    rows = PAGE.table("code", "the command says", "what to do")
    assert {unquoted(code): says for code, says, _ in rows} == {
        remark.code: remark.message
        for source in EXAMPLES.values()
        for remark in remarks.remarks_on(read_phone_system(source, id="pbx"), source)
    }
    assert {unquoted(row[0]) for row in rows} == set(remarks.REMARKS)


def test_surprise_is_told_as_the_page_shows() -> None:
    source = fence("toml surprise")
    fences = PAGE.sections(2)["What surprises"].fences
    assert checked_text(checked_content("pbx.toml", source), source) == fences[-1].text.rstrip("\n")
