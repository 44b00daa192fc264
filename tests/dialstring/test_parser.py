"""What cases as data cannot say: limits, a function's result, the caret under a fault."""

import pytest

from webdial.dialstring import (
    MAX_LENGTH,
    DialStringError,
    HttpRequest,
    Link,
    Values,
    parse_dial_string,
)
from webdial.dialstring.functions import FunctionMisfitError, scalar

VALUES = Values("+442079460123", "201")


def test_megabyte_is_refused_by_its_length_alone() -> None:
    with pytest.raises(DialStringError) as caught:
        parse_dial_string("{" * 1_000_000)
    assert [fault.code for fault in caught.value.faults] == ["too_long"]
    assert len(caught.value.explain()) < 500


def test_longest_string_is_read() -> None:
    string = "http://pbx.example/?to=#&pad="
    string += "x" * (MAX_LENGTH - len(string))
    plan = parse_dial_string(string).plan(VALUES)
    assert isinstance(plan, HttpRequest)
    assert len(plan.url) == MAX_LENGTH + len("%2B442079460123") - 1


@pytest.mark.parametrize("value", ["[" * 15_000, "9" * 15_000])
def test_json_that_python_cannot_read_is_told(value: str) -> None:
    """Nested too deeply, or a number of more than 4,300 digits."""
    with pytest.raises(DialStringError) as caught:
        parse_dial_string("{POST}{JSON}http://pbx.example/<&>a:=" + value)
    assert "json_value" in {fault.code for fault in caught.value.faults}
    with pytest.raises(FunctionMisfitError):
        scalar(value)


def test_many_faults_are_told_up_to_a_bound() -> None:
    with pytest.raises(DialStringError) as caught:
        parse_dial_string("http://pbx.example/" + "{" * 10_000)
    assert 20 <= len(caught.value.faults) <= 100


def test_result_of_a_function_takes_no_values() -> None:
    string = parse_dial_string("http://pbx.example/^/#?a={#}", with_values=False)
    assert string.plan(VALUES) == HttpRequest("GET", "http://pbx.example/%5E/%23?a=%23")
    assert parse_dial_string("tel:*21#", with_values=False).plan(VALUES) == Link("tel:*21#")


def test_caret_stands_under_the_fault() -> None:
    with pytest.raises(DialStringError) as caught:
        parse_dial_string("{POST}http://pbx/api<&>from=^&to=#")
    assert caught.value.explain().splitlines()[:3] == [
        "A URL parameter follows a POST variable",
        "  {POST}http://pbx/api<&>from=^&to=#",
        "                               ^^^^",
    ]


def test_secrets_stay_out_of_repr_and_masked_plan() -> None:
    string = parse_dial_string("{POST}http://user:s3cret@pbx.example/<&>pin=s3cret<&>to=#")
    plan = string.plan(VALUES)
    assert isinstance(plan, HttpRequest)
    assert "s3cret" not in repr(string) + repr(plan)
    assert dict(plan.masked().headers)["Authorization"] == "Basic ••••"
