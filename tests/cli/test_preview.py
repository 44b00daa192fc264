"""`webdial preview`: no database, nothing sent, exact JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from webdial.cli import main


def preview(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(main, ["preview", *arguments, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_get() -> None:
    assert preview(
        "+44 20 7946 0123", "--setting", "http://pbx.example/?a=^&n=#", "--extension", "201"
    ) == (
        0,
        {
            "kind": "http",
            "method": "GET",
            "url": "http://pbx.example/?a=201&n=%2B442079460123",
            "headers": {},
            "body": None,
        },
    )


def test_post() -> None:
    setting = "{POST}http://pbx.example/?x=1<&>from=^<&>to=#"
    assert preview("020 7946 0123", "--setting", setting, "--extension", "201") == (
        0,
        {
            "kind": "http",
            "method": "POST",
            "url": "http://pbx.example/?x=1",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "body": "from=201&to=02079460123",
        },
    )


def test_link() -> None:
    assert preview("020 7946 0123", "--setting", "tel://#") == (
        0,
        {"kind": "link", "url": "tel://02079460123"},
    )


@pytest.mark.parametrize(
    ("number", "setting", "code", "start", "end"),
    [
        ("020", "http://192.168.7.231:546342/?n=#", "bad_port", 21, 27),
        ("020", "http://pbx.example/?a=^&n=#", "extension_missing", 22, 23),
        ("020", "javascript:alert(1)", "refused_scheme", 0, 11),
        ("Agatha", "tel:#", "number_missing", 0, 6),
    ],
)
def test_fault(number: str, setting: str, code: str, start: int, end: int) -> None:
    status, content = preview(number, "--setting", setting)
    error = content["error"]
    assert status == 2
    assert (error["code"], error["start"], error["end"]) == (code, start, end)
    assert error["message"]


def test_every_fault_is_there() -> None:
    _, content = preview("020", "--setting", "http://pbx.example:0/{x}?n=#")
    assert [fault["code"] for fault in content["error"]["others"]] == ["unknown_name"]


def test_hint_is_there_in_both_forms() -> None:
    arguments = ["preview", "020", "--setting", "FUNCTION"]
    assert "webdial function try" in CliRunner().invoke(main, arguments).stderr
    assert "webdial function try" in preview(*arguments[1:])[1]["error"]["hint"]


def test_secrets_are_masked() -> None:
    result = CliRunner().invoke(
        main, ["preview", "020", "--setting", "http://u:s3cret@pbx.example/?n=#"]
    )
    assert "s3cret" not in result.output
    assert "Basic ••••" in result.output


def test_needs_no_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBDIAL_DATA", str(tmp_path / "none"))
    assert preview("020", "--setting", "tel:#")[0] == 0
    assert not (tmp_path / "none").exists()
    assert list(tmp_path.iterdir()) == []
