"""No secret of a received request is kept."""

import pytest

from webdial.simulator.masking import mask_header, mask_parameters

SECRET = "s3cr3t-marked"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/a?from=201&token={SECRET}&to=1", "/a?from=201&token=•••&to=1"),
        (f"api_key={SECRET}&to=1", "api_key=•••&to=1"),
        (f"/a?PASSWORD={SECRET}", "/a?PASSWORD=•••"),
        (f"/a?access_token={SECRET}=={SECRET}", "/a?access_token=•••"),
        (f'{{"Secret" : "{SECRET}\\"{SECRET}", "to":"1"}}', '{"Secret" : "•••", "to":"1"}'),
        (f'{{"user_pass":"{SECRET}', '{"user_pass":"•••"'),
        ('{"authCode":12345,"to":"1"}', '{"authCode":•••,"to":"1"}'),
        ("/a?from=201&to=%2B44", "/a?from=201&to=%2B44"),
        ("/a?token=&to=1", "/a?token=&to=1"),
    ],
)
def test_values_of_telling_names_are_hidden(text: str, expected: str) -> None:
    assert mask_parameters(text) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", f"Bearer {SECRET}", "Bearer •••"),
        ("authorization", SECRET, "•••"),
        ("Cookie", f"a={SECRET}", "•••"),
        ("X-Whatever", SECRET, "•••"),
        ("Content-Type", "application/json", "application/json"),
    ],
)
def test_headers_show_a_value_only_where_none_is_secret(
    name: str, value: str, expected: str
) -> None:
    assert mask_header(name, value) == expected


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece", ["pass", "&", '"', '"a"', '"a": ', "key=", "\\", '"\\', "?=&", " "]
)
def test_hostile_text_is_masked_in_no_time(piece: str) -> None:
    mask_parameters(piece * 50_000)
