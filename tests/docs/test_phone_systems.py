"""docs/reference/phone-systems.md and the schema beside it are what the catalogue and the code make."""

import json
import re
import tomllib
from typing import Any

import pytest

from tests.docs.coverage import (
    LEVELS,
    PAGE,
    SCHEMA,
    Level,
    level_of,
    page_parts,
    page_with,
    schema_text,
    tried_against,
)
from tests.docs.json_schema import faults_of
from tests.docs.manual import page, unquoted
from tests.phone_systems.test_coverage import SYSTEMS
from webdial.dialstring import Declared, parse_dial_string
from webdial.phonesystems import catalogue_ids, catalogue_source, catalogue_system
from webdial.phonesystems.file import TABLES
from webdial.phonesystems.schema import KEYS, file_schema

WRITE = "write it anew: python3 dev.py run python -m tests.docs.coverage --write"
FILES = page("docs/reference/phone-system-files.md")
FAULTS = FILES.sections(2)["Faults"].sections(3)
# What stands inside requests, rules and the text itself is the reader's, not the schema's.
BY_THE_READER = {
    "toml", "file_too_long", "repeated_name", "rule_subject", "rule_operator", "rule_value",
    "rule_regex", "reading",
}  # fmt: skip


def test_page_is_that_of_the_catalogue() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page_with(text, page_parts()), WRITE


@pytest.mark.parametrize("path", ["README.md", "CHANGELOG.md"])
def test_number_of_systems_is_told(path: str) -> None:
    told = re.search(r"(\d+)\*{0,2} phone systems|phone systems, (\d+) of them", page(path).text)
    assert told is not None
    assert int(told[1] or told[2]) == sum(name in catalogue_ids() for name in SYSTEMS)


def test_dial_strings_of_the_readme_are_some() -> None:
    names = {"secret pbx": Declared("PBX", is_secret=True)}
    rows = page("README.md").table("dial string", "does")
    assert len([parse_dial_string(unquoted(row[0]), names=names) for row in rows]) > 2


def test_every_file_stands_on_the_page() -> None:
    tables = [rows for rows in page("docs/reference/phone-systems.md").tables if "id" in rows[0]]
    ids = [unquoted(row[rows[0].index("id")]) for rows in tables for row in rows[1:]]
    assert sorted(ids) == sorted(catalogue_ids())


@pytest.mark.parametrize(
    ("system", "level"),
    [
        ("tel-scheme", Level.PLAIN),
        ("asterisk-ari", Level.VALUES),
        ("fritzbox-tr064", Level.DIGEST),
        ("yeastar-p-series", Level.LOG_IN),
        ("vonage-voice", Level.FUNCTIONS),
        ("webex-calling", Level.SIGN_IN),
    ],
)
def test_level_is_the_highest_that_a_file_needs(system: str, level: Level) -> None:
    assert level_of(catalogue_system(system)) is level


def test_every_level_is_told() -> None:
    assert list(LEVELS) == list(Level)


@pytest.mark.parametrize(
    ("system", "how"),
    [("kamailio-jsonrpcs", "real"), ("yeastar-p-series", "stand-in"), ("tel-scheme", "link")],
)
def test_page_says_how_a_file_is_tried(system: str, how: str) -> None:
    assert tried_against(catalogue_system(system)) == how


def test_schema_is_that_of_the_code() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), WRITE


def test_schema_knows_every_key_and_no_other() -> None:
    assert {table: set(keys) for table, keys in KEYS.items()} == TABLES


def faults_in(source: str) -> list[str]:
    content: Any = json.loads(json.dumps(tomllib.loads(source)))
    return list(faults_of(content, file_schema()))


@pytest.mark.parametrize("system", catalogue_ids())
def test_file_of_the_catalogue_fits_the_schema(system: str) -> None:
    assert faults_in(catalogue_source(system)) == []


@pytest.mark.parametrize("code", sorted(FAULTS.keys() - BY_THE_READER))
def test_schema_refuses_what_the_reader_refuses(code: str) -> None:
    source, _ = (each.text for each in FAULTS[code].fences)
    assert len(faults_in(source)) == 1


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('[fields.Host]\nlabel = "x"', "pattern: 'Host'"),
        ('[fields.number]\nlabel = "x"', "not: 'number'"),
        ('[fields.a]\nlabel = "x"\nkind = "choice"', "required: "),
        ('[fields.a]\nlabel = "x"\nchoices = ["b"]', "not: "),
        ('[fields.a]\nlabel = " "', "pattern: ' '"),
        ("[log_in]\nlasts_s = -1\nsteps = [{request = 'tel:#'}]", "anyOf: -1"),
        ("[log_in]\nsteps = []", "minItems: []"),
        ("[[log_in.steps]]\nrequest = 'tel:#'\ntake = { A = 'text' }", "pattern: 'A'"),
        ("[secrets.a]\nlabel = 'x'\nkind = 'text'", "additionalProperties: kind"),
        ("[sign_in]\nauthorize = 'https://a.example/'", "required: "),
        ("[number]\nformat = 'E.164'", "enum: 'E.164'"),
    ],
)
def test_schema_refuses_a_table(table: str, fault: str) -> None:
    head = "title = 'x'\nvendor = 'x'\n[dial]\nrequest = 'tel:#'\n"
    assert faults_in(head) == []
    (found,) = faults_in(head + table)
    assert found.startswith(fault)


def test_examples_of_the_page_fit_the_schema() -> None:
    whole = [
        each.text
        for each in FILES.fences
        if re.fullmatch("toml (whole|sign-in|surprise)", each.info)
    ]
    assert [faults_in(each) for each in whole] == [[], [], []]
