"""`webdial system`: no database, files checked, requests shown, and real sends to a stand-in."""

import asyncio
import hashlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result

from tests.phone_systems.standins.base import Dialled, Mood
from tests.phone_systems.standins.signed_in import Webex
from tests.phone_systems.standins.small_pbx import PhoneAsmx
from tests.phone_systems.standins.yeastar import PSeries
from tests.server import Installation
from webdial.cli import main
from webdial.phonesystems import catalogue_ids, catalogue_source

SECRET = "pl4nted+/&s3cret"
CALL = ("--number", "020 7946 0123", "--extension", "201")


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["system", *arguments], input=stdin)


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


async def run_beside(*arguments: str, stdin: str = "") -> Result:
    """The command in a thread of its own, while a stand-in answers in this one."""
    return await asyncio.to_thread(run, *arguments, stdin=stdin)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


# list and show


def test_list_has_the_whole_catalogue() -> None:
    ids = [line.split("\t")[0] for line in run("list").stdout.splitlines()]
    assert ids == list(catalogue_ids())


def test_list_has_those_with_all_the_words() -> None:
    assert run("list", "YEASTAR", "p-series").stdout == (
        "yeastar-p-series\tYeastar P-Series\tpbx\tdocumented\tserver\n"
    )
    (row,) = run_json("list", "yeastar", "p-series")
    assert (row["id"], row["vendor"], row["kind"]) == ("yeastar-p-series", "Yeastar", "pbx")


def test_list_of_nothing_is_told() -> None:
    result = run("list", "no-such-phones")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no-such-phones" in result.stderr


@pytest.mark.parametrize("system_id", catalogue_ids())
def test_all_of_the_catalogue_can_be_shown(system_id: str) -> None:
    assert run("show", system_id).stdout.partition("\n")[0].endswith(f" ({system_id})")
    assert run("show", system_id, "--source").stdout == catalogue_source(system_id)
    assert run_json("show", system_id)["dial"]["request"]


def test_what_is_shown_names_everything() -> None:
    shown = run("show", "yeastar-p-series").stdout
    for told in (
        "Vendor: Yeastar",
        "documented by its vendor",
        "Requests start from: this server",
        "host: Address of the PBX",
        "default 8088",
        "client_secret: ",
        "take token: json access_token",
        "success: json errcode = 0",
        "call id: json call_id",
        "Sources",
    ):
        assert told in shown


def test_name_that_is_none_is_told_with_the_nearest() -> None:
    result = run("show", "yeastar-pseries")
    assert result.exit_code == 1
    assert "Did you mean yeastar-p-series?" in result.stderr


# check

FAULTY = """\
vendor = "X"
[fields.host]
label = "Host"
[dial]
request = "http://{host}/{nubmer}"
success = "jason x = 1"
"""


def test_every_fault_is_told_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(FAULTY)
    result = run("check", str(file))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.rpartition(": ")[0] for line in lines if line.startswith(str(file))] == [
        f"{file}:1:1", f"{file}:5:26", f"{file}:6:12",
    ]  # fmt: skip
    assert '  request = "http://{host}/{nubmer}"' in lines
    assert "                           ^^^^^^^^" in lines
    assert "  Did you mean {number}?" in lines


def test_faults_as_json() -> None:
    (found,) = json.loads(run("check", "-", "--json", stdin=FAULTY).stdout)
    assert found["file"] == "-"
    assert [(each["code"], each["line"]) for each in found["faults"]] == [
        ("missing", 1),
        ("unknown_name", 5),
        ("rule_subject", 6),
    ]


def test_one_faulty_file_of_several_is_enough(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(catalogue_source("yeastar-p-series"))
    bad.write_text(FAULTY)
    result = run("check", str(good), str(bad))
    assert result.exit_code == 1
    assert f"{good}: no faults\n" in result.stdout
    assert run("check", str(good)).stdout == f"{good}: no faults\n"


SURPRISING = """\
title = "X"
vendor = "X"
[fields.unused]
label = "Unused"
[secrets.password]
label = "Password"
[secrets.forgotten]
label = "Forgotten"
[log_in]
lasts_s = 60
[[log_in.steps]]
request = "http://x.example/?p={password}&h={md5 {password}}"
take = { token = "json token", spare = "json spare" }
[dial]
request = "{BEARER {token}}http://x.example/"
"""


def test_surprises_are_told_and_are_no_faults() -> None:
    result = run("check", "-", stdin=SURPRISING)
    assert result.exit_code == 0
    assert "told as sent, not confirmed" in result.stdout
    (found,) = json.loads(run("check", "-", "--json", stdin=SURPRISING).stdout)
    assert [(each["code"], each["line"]) for each in found["warnings"]] == [
        ("unused_field", 3),
        ("unused_secret", 7),
        ("no_expired_rule", 9),
        ("secret_in_url", 12),
        ("unused_take", 13),
        ("no_success_rule", 14),
        ("no_number", 15),
    ]


def test_rules_and_log_in_of_a_link_are_surprises() -> None:
    file = (
        'title = "X"\nvendor = "X"\n[[log_in.steps]]\nrequest = "http://x.example/"\n'
        '[dial]\nrequest = "tel:#"\nsuccess = "status = 200"\n'
    )
    (found,) = json.loads(run("check", "-", "--json", stdin=file).stdout)
    assert [each["code"] for each in found["warnings"]] == ["link_with_log_in", "link_with_rules"]


def test_file_that_is_not_there_is_told() -> None:
    result = run("check", "no-such.toml")
    assert result.exit_code == 1
    assert "no-such.toml" in result.stderr


# try


def test_requests_are_shown_in_order() -> None:
    arguments = ["try", "yeastar-p-series", *CALL, "--field", "host=pbx.example"]
    arguments += ["--field", "client_id=webdial"]
    content = run_json(*arguments)
    assert [(step["step"], step["takes"]) for step in content["steps"]] == [
        ("log_in", ["token"]),
        ("dial", []),
    ]
    dial = content["steps"][1]["request"]
    assert dial["url"].endswith("?access_token={token}")
    assert dial["body"] == '{"caller":"201","callee":"02079460123","auto_answer":"no"}'
    shown = run(*arguments).stdout
    assert shown.startswith("1. Log-in\n  POST https://pbx.example:8088/openapi/v1.0/get_token\n")
    assert "From its answer: token" in shown
    assert "Nothing was sent" in shown


def test_number_takes_the_form_that_the_file_wants() -> None:
    arguments = ("try", "webex-calling", *CALL, "--field", "client_id=x", "--country", "GB")
    assert '{"destination":"+442079460123"}' in run(*arguments).stdout
    inside = ("try", "yeastar-s-series", "--number", "202", "--extension", "201")
    inside += ("--field", "host=x.example", "--field", "user=api", "--internal", "3")
    assert "/extension/dial_extension?" in run(*inside).stdout


def test_link_is_to_be_opened_on_the_users_machine() -> None:
    for send in ((), ("--send",)):
        result = run("try", "tel-scheme", *CALL, *send)
        assert result.exit_code == 0
        assert "tel:02079460123" in result.stdout
        assert "must be opened on the user's own machine" in result.stdout
    (step,) = run_json("try", "tel-scheme", *CALL)["steps"]
    assert step["request"] == {"kind": "link", "url": "tel:02079460123"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--field", "hos=x"], "Did you mean host?"),
        (["--field", "host=a b"], "Address of the PBX: this is no name or address of a host."),
        (["--field", "client_secret=x"], "client_secret is a secret."),
        (["--secret", "host=x"], "host is no secret."),
        (["--secret", "clientsecret=x"], "Did you mean client_secret?"),
        (["--field", "host"], "not of the form NAME=VALUE"),
        ([], "Not given: host (Address of the PBX), client_id"),
        (["--field", "host=x", "--field", "client_id=x", "--send"], "--secret client_secret"),
        (["--fingerprint", "00"], "64 hexadecimal digits"),
        (["--country", "Wales"], "no country's code"),
        (["--internal", "many"], "Internal numbers are told by lengths"),
        (["--refresh-token", "x", "--field", "host=x", "--field", "client_id=x",
          "--secret", "client_secret=x", "--send"], "no sign-in in the browser"),
    ],
)  # fmt: skip
def test_what_is_given_wrongly_is_told(arguments: list[str], says: str) -> None:
    result = run("try", "yeastar-p-series", *CALL, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    told = json.loads(run("try", "yeastar-p-series", *CALL, *arguments, "--json").stdout)
    assert told["error"]["message"]


@pytest.mark.parametrize("given", [SECRET, f"={SECRET}", f"nothing={SECRET}"])
def test_secret_that_is_given_without_its_name_is_not_repeated(given: str) -> None:
    result = run("try", "yeastar-p-series", *CALL, "--secret", given)
    assert result.exit_code == 2
    assert any(
        told in result.stderr for told in ("The file has: client_secret.", "without its name")
    )
    assert SECRET not in result.output


def test_secret_file_that_is_not_there_is_told() -> None:
    result = run("try", "yeastar-p-series", *CALL, "--secret-file", "client_secret=/nowhere")
    assert (result.exit_code, result.stderr) == (2, "/nowhere: No such file or directory.\n")


def test_sign_in_wants_a_refresh_token() -> None:
    result = run(
        "try",
        "webex-calling",
        *CALL,
        "--field",
        "client_id=x",
        "--secret",
        "client_secret=x",
        "--send",
    )
    assert result.exit_code == 2
    assert "--refresh-token" in result.stderr


def test_file_with_a_fault_is_not_tried() -> None:
    result = run("try", "-", *CALL, stdin=FAULTY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "{nubmer}" in result.stderr


def test_file_and_secret_do_not_share_standard_input() -> None:
    result = run("try", "-", *CALL, "--secret", "password", stdin=FAULTY)
    assert result.exit_code == 2
    assert "standard input" in result.stderr


@pytest.mark.parametrize("by", ["option", "standard input", "file"])
async def test_call_is_sent_and_told(
    authority: trustme.CA, ca_file: str, tmp_path: Path, by: str
) -> None:
    kept = tmp_path / "secret"
    kept.write_text(f"{SECRET}\n")
    given = {
        "option": ("--secret", f"client_secret={SECRET}"),
        "standard input": ("--secret", "client_secret"),
        "file": ("--secret-file", f"client_secret={kept}"),
    }[by]
    async with PSeries(client_id="webdial", client_secret=SECRET, authority=authority) as server:
        result = await run_beside(
            "try", "yeastar-p-series", *CALL, *client_of(server), "--ca-file", ca_file, "--send",
            *given, stdin=f"{SECRET}\n",
        )  # fmt: skip
        assert (result.exit_code, result.stderr) == (0, "")
        assert server.calls == [Dialled("201", "02079460123")]
    assert "success: json errcode = 0 -> holds (json errcode is 0)" in result.stdout
    assert "take token: json access_token -> found (••••)" in result.stdout
    assert "Accepted: The phone system has accepted the call." in result.stdout
    assert "Call id: 1632985346.11" in result.stdout
    assert SECRET not in result.output


async def test_refused_call_is_told_with_what_the_rule_found(
    authority: trustme.CA, ca_file: str
) -> None:
    async with PSeries(client_id="webdial", client_secret=SECRET, authority=authority) as server:
        server.mood = Mood.FAILS_IN_BODY
        result = await run_beside(
            "try", "yeastar-p-series", *CALL, *client_of(server), "--ca-file", ca_file, "--send",
            "--secret", f"client_secret={SECRET}", "--json",
        )  # fmt: skip
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert (content["outcome"], content["message"]) == ("rejected", "EXTENSION NOT REGISTERED")
    (rule,) = (read for read in content["steps"][1]["read"] if read["use"] == "success")
    assert (rule["holds"], rule["found"]) == (False, "json errcode is 60002")
    assert SECRET not in result.output


async def test_wrong_secret_stands_nowhere(authority: trustme.CA, ca_file: str) -> None:
    async with PSeries(client_id="webdial", client_secret="other", authority=authority) as server:
        result = await run_beside(
            "try", "yeastar-p-series", *CALL, *client_of(server), "--ca-file", ca_file, "--send",
            "--secret", f"client_secret={SECRET}",
        )  # fmt: skip
        assert server.dial_requests == 0
    assert result.exit_code == 1
    assert "did not let Webdial log in" in result.stdout
    assert SECRET not in result.output


async def test_certificate_is_looked_at(authority: trustme.CA, tmp_path: Path) -> None:
    # In processes of their own: what is left of a refused connection ends with them.
    program = Installation(tmp_path)
    async with PSeries(client_id="webdial", client_secret=SECRET, authority=authority) as server:
        pem = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", server.port))
        found = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        arguments = ("system", "try", "yeastar-p-series", *CALL, *client_of(server), "--send")
        arguments += ("--secret", f"client_secret={SECRET}")
        unknown, pinned, other = [
            await asyncio.to_thread(program.run, *arguments, *rule)
            for rule in ((), ("--fingerprint", found), ("--fingerprint", "0" * 64))
        ]
        assert server.dial_requests == 1
    assert [each.returncode for each in (unknown, pinned, other)] == [1, 0, 1]
    assert "certificate is not trusted" in unknown.stdout
    assert f"The certificate's fingerprint is now {found}" in other.stdout


async def test_sent_without_confirmation_is_a_success(tmp_path: Path) -> None:
    async with PhoneAsmx() as server:
        file = tmp_path / "own.toml"
        file.write_text(catalogue_source("seed-avaya-phone-asmx"))
        fields = ("--field", "host=127.0.0.1", "--field", f"port={server.port}")
        result = await run_beside("try", str(file), *CALL, *fields, "--send")
        assert server.refusals == []
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Sent to the phone system, not confirmed." in result.stdout


async def test_refresh_token_is_used_and_its_successor_not_shown(
    authority: trustme.CA, ca_file: str
) -> None:
    async with Webex(
        client_id="webdial",
        client_secret=SECRET,
        users={"r3fresh-token": "carl"},
        authority=authority,
    ) as server:
        result = await run_beside(
            "try", "webex-calling", *CALL, "--country", "GB", *client_of(server),
            "--ca-file", ca_file, "--secret", f"client_secret={SECRET}",
            "--refresh-token", "-", "--send", stdin="r3fresh-token\n",
        )  # fmt: skip
        new = next(iter(server.refresh_tokens))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("1. Renewal of the sign-in\n")
    for secret in (SECRET, "r3fresh-token", new):
        assert secret not in result.output


def client_of(server: PSeries | Webex) -> tuple[str, ...]:
    fields = {"host": "127.0.0.1", "port": str(server.port), "client_id": "webdial"}
    return tuple(word for name, text in fields.items() for word in ("--field", f"{name}={text}"))


def test_needs_no_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBDIAL_DATA", str(tmp_path / "none"))
    assert run("try", "tel-scheme", *CALL).exit_code == 0
    assert list(tmp_path.iterdir()) == []
