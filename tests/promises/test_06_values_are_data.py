"""Values are data: what is typed as a number changes neither the shape of a request nor where it goes."""

import re

import pytest

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/dialstring/test_properties.py::test_values_never_change_the_shape_of_a_path",
    "tests/dialstring/test_properties.py::test_value_as_host_is_a_host_name_or_refused",
)


@pytest.mark.parametrize(
    "number",
    [
        "01632960206\r\nX-Injected: 1", "01632960206&from=201", "01632960206#", "01632960206%0d%0aX: 1",
        "01632960206 HTTP/1.1", "01632960206@evil.example", "01632960206/../../admin", "*21*07700900123#",
        "٠١٦٣٢٩٦٠٢٠٦", "0163296\u00000206", "01632960206{secret CRM}", "01632960206<&>to=1", "01632960206|^|#",
        "tel:01632960206;phone-context=evil.example", "𝟎𝟏𝟔𝟑𝟐𝟗𝟔𝟎𝟐𝟎𝟔",
    ],
    ids=ascii,
)  # fmt: skip
def test_number_stays_one_value(attacked: AttackedSite, number: str) -> None:
    dialled = attacked.phones.requests_seen
    answer = attacked.program("dora").call(number)
    assert answer.status in {200, 201, 422}, answer.body
    for request in list(attacked.phones.requests)[
        dialled - attacked.phones.requests_seen or len(attacked.phones.requests) :
    ]:
        assert re.fullmatch(r"/\?from=301&to=(%2A|%23|[0-9+*])+", request.target), request.target
        assert "injected" not in str(request.headers).lower()
