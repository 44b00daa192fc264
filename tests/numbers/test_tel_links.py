"""Telephone links as other pages write them: what is dialled, what is told, what is refused."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import cases_of
from webdial.numbers import NumberError
from webdial.numbers.tel import tel_uri
from webdial.numbers.tel_links import read_link


@pytest.mark.parametrize("case", cases_of("tel_links"), ids=lambda case: ascii(case["link"]))
def test_case(case: dict[str, Any]) -> None:
    if "fault" in case:
        with pytest.raises(NumberError) as caught:
            read_link(case["link"], country="GB")
        assert caught.value.error_code == case["fault"]
        return
    linked = read_link(case["link"], country="GB")
    found = {
        "number": linked.number,
        "dialled": linked.clean.dialled,
        "extension": linked.clean.extension,
        "context": linked.context,
        "not_dialled": linked.not_dialled,
    }
    told = {"extension": None, "context": "", "not_dialled": ""}
    assert found == told | {name: value for name, value in case.items() if name != "link"}


def test_number_of_one_country_is_refused_where_no_country_is_known() -> None:
    with pytest.raises(NumberError):
        read_link("tel:02079460123;phone-context=+44")


@given(st.from_regex(r"\+44(20794609|7700900)[0-9]{2,3}", fullmatch=True))
def test_links_that_we_write_are_read(number: str) -> None:
    link = tel_uri(number, country="GB", context="dial.example")
    assert read_link(link, country="GB").clean.dialled == number


@given(
    st.text(max_size=250) | st.text("0123456789+*#,;=.()-pw%extm-phone-contextpostd", max_size=60)
)
def test_any_link_gives_what_can_be_dialled_or_is_refused(rest: str) -> None:
    try:
        linked = read_link("tel:" + rest, country="GB")
    except NumberError as error:
        assert error.message
        return
    assert re.fullmatch(r"[0-9*#+][0-9*#,]*", linked.clean.dialled, re.ASCII)
