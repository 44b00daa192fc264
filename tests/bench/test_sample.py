"""The sample function that is measured is the manual's but for its host."""

from pathlib import Path

from bench import sample

MANUALS = Path(__file__).parents[1] / "functions" / "sample.sql"


def test_source_differs_from_the_manuals_in_the_host_alone() -> None:
    source = sample.source("127.0.0.1:8099")
    assert source.count("127.0.0.1:8099") == 1
    assert source.replace("127.0.0.1:8099", "sys1:82") == MANUALS.read_text(encoding="utf-8")


def test_dial_string_is_that_of_the_phone_system_main() -> None:
    string = sample.dial_string("127.0.0.1:8099", "201", "02079460123")
    assert string == "http://127.0.0.1:8099/api/call/makecall/201/02079460123/9"
