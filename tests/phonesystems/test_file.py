"""Files of phone systems: the catalogue, what a file says, and every fault at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdial.errors import InvalidValueError
from webdial.phonesystems import (
    Field,
    FieldKind,
    NumberForm,
    Owner,
    PhoneSystemError,
    catalogue_ids,
    catalogue_source,
    catalogue_system,
    read_phone_system,
)
from webdial.phonesystems.file import TABLES

WHOLE = """\
title = "Example"
vendor = "Example Ltd"
sources = ["https://pbx.example/api"]
rings_first = "caller"

[number]
format = "e164"

[fields.host]
label = "Address"
kind = "host"

[secrets.password]
label = "Password"
of = "user"

[log_in]
lasts_s = "json expires_in"
expired = "status = 401"

[[log_in.steps]]
request = '{POST}{JSON}https://{host}/login<&>user={user.login}<&>password={password}'
success = "json ok = true"
message = "json error"
take = { token = "json token", more = "header X-More" }

[dial]
request = '{POST}{JSON}{BEARER {token}}https://{host}/calls<&>from=^<&>to=#'
internal = '{POST}{BEARER {token}}https://{host}/internal/#'
success = ["status = 201", "json id is there"]
queues = true
message = "json error"
call_id = "json id"
time_limit_s = 60
"""


@pytest.mark.parametrize("system_id", catalogue_ids())
def test_file_of_the_catalogue_has_no_fault(system_id: str) -> None:
    system = catalogue_system(system_id)
    assert system.id == system_id
    assert system.title
    assert system.sources
    assert system.confidence.value in {"documented", "code", "reported"}
    declared = {**system.fields, **system.secrets}
    used = {name for string in _strings(system_id) for name in string}
    assert {name for name in declared if name not in used} == set(), "asked for and never used"


def _strings(system_id: str) -> list[frozenset[str]]:
    system = catalogue_system(system_id)
    strings = [system.dial.request, system.dial.internal]
    if system.log_in:
        strings += [step.request for step in system.log_in.steps]
    if system.sign_in:
        strings += [system.sign_in.authorize, system.sign_in.token, system.sign_in.refresh]
    return [string.names for string in strings if string is not None]


def test_whole_file() -> None:
    system = read_phone_system(WHOLE, id="example")
    assert system.number_form is NumberForm.E164
    assert system.fields["host"].kind is FieldKind.HOST
    assert system.secrets["password"].of is Owner.USER
    assert system.log_in is not None
    assert system.log_in.owner is Owner.USER
    assert set(system.log_in.steps[0].take) == {"token", "more"}
    assert system.dial.request.secret_names == {"token"}
    assert len(system.dial.success) == 2
    assert system.dial.time_limit_s == 60


@pytest.mark.parametrize("value", ["[" * 20_000, "{a=" * 5_000, "9" * 5_000])
def test_toml_that_python_cannot_read_is_told(value: str) -> None:
    with pytest.raises(PhoneSystemError, match="nested too deeply or names no number"):
        read_phone_system(f"title = {value}", id="example")


@pytest.mark.parametrize(
    ("before", "after", "code", "at"),
    [
        ('title = "Example"', 'title = Example"', "toml", "E"),
        ('title = "Example"\n', "", "missing", "v"),
        ('title = "Example"', "title = 7", "bad_type", "title"),
        ('vendor = "Example Ltd"', 'vendor = "x"\nvender = 1', "unknown_key", "vender"),
        ('rings_first = "caller"', 'rings_first = "me"', "bad_value", "rings_first"),
        ('format = "e164"', 'format = "E.164"', "bad_value", "format"),
        ('kind = "host"', 'kind = "hosts"', "bad_value", "kind"),
        ('kind = "host"', 'kind = "host"\nexample = "a b"', "bad_value", "example"),
        ('kind = "host"', 'kind = "choice"', "bad_type", "[fields.host"),
        ("[fields.host]", "[fields.number]", "bad_name", "[fields.number"),
        ("[secrets.password]", "[secrets.host]", "repeated_name", "[secrets.host"),
        ('lasts_s = "json expires_in"', "lasts_s = -1", "bad_value", "lasts_s"),
        ('lasts_s = "json expires_in"', 'lasts_s = "jason x"', "rule_subject", "jason x"),
        ('expired = "status = 401"', 'expired = "status = 4o1"', "rule_value", "4o1"),
        ("password={password}'", "password={pasword}'", "unknown_name", "{pasword}"),
        ('token = "json token"', 'token = ""', "unknown_name", "{token}"),
        (
            "{BEARER {token}}https://{host}/calls",
            "{BEARER {token}}https:/{host}/calls",
            "no_host",
            "https:",
        ),
        ("from=^<&>to=#", "from=^<&>to[=#", "json_name", "to["),
        ('"status = 201", ', '"status is 201", ', "rule_operator", "success"),
        ("queues = true", 'queues = "yes"', "bad_type", "queues"),
        ("time_limit_s = 60", "time_limit_s = 0", "bad_value", "time_limit_s"),
        ('call_id = "json id"', 'call_id = "json"', "rule_subject", "json"),
        ("[[log_in.steps]]", "[log_in.steps]", "missing", "[log_in"),
    ],
)
def test_fault_is_told_at_its_place(before: str, after: str, code: str, at: str) -> None:
    assert before in WHOLE
    text = WHOLE.replace(before, after, 1)
    with pytest.raises(PhoneSystemError) as caught:
        read_phone_system(text, id="example")
    fault = next(each for each in caught.value.faults if each.code == code)
    assert text[fault.start : fault.end] == at


def test_all_faults_are_told_at_once() -> None:
    text = WHOLE.replace('"caller"', '"me"').replace("{password}", "{pasword}")
    with pytest.raises(PhoneSystemError) as caught:
        read_phone_system(text, id="example")
    assert {fault.code for fault in caught.value.faults} >= {"bad_value", "unknown_name"}


def test_file_without_a_request_is_refused() -> None:
    with pytest.raises(PhoneSystemError) as caught:
        read_phone_system('title = "a"\nvendor = "b"\n', id="x")
    assert caught.value.first.code == "missing"


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("host", " PBX.example ", "pbx.example"),
        ("host", "[2001:db8::1]", "2001:db8::1"),
        ("host", "Müller.example", "xn--mller-kva.example"),
        ("port", "8088", "8088"),
        ("path", "/a/b/", "a/b"),
        ("scheme", "https", "https"),
        ("digits", "007", "007"),
        ("text", " a ", "a"),
    ],
)
def test_value_is_kept_in_its_form(kind: str, value: str, kept: str) -> None:
    assert _field(kind).check(value) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [("host", "pbx.example:80"), ("host", "http://pbx"), ("host", "a..b"), ("port", "0"),
     ("port", "70000"), ("scheme", "ftp"), ("digits", "1a"), ("text", " "), ("text", "x" * 9000)],
)  # fmt: skip
def test_value_that_is_none_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidValueError):
        _field(kind).check(value)


def _field(kind: str) -> Field:
    text = WHOLE.replace('label = "Address"\nkind = "host"', f'label = "Address"\nkind = "{kind}"')
    return read_phone_system(text, id="example").fields["host"]


@given(st.text(max_size=200), st.integers(0, len(WHOLE)))
def test_any_change_is_read_or_told(inserted: str, position: int) -> None:
    text = WHOLE[:position] + inserted + WHOLE[position:]
    try:
        read_phone_system(text, id="example")
    except PhoneSystemError as error:
        assert all(0 <= fault.start <= len(text) for fault in error.faults)
        assert error.explain()


def test_every_key_of_the_catalogue_is_known() -> None:
    """A slip in TABLES would make keys optional that nobody reads."""
    used = "\n".join(map(catalogue_source, catalogue_ids()))
    for key in TABLES["dial"] - {"time_limit_s"}:
        assert f"{key} = " in used
