"""docs/reference/api.md describes every operation and field, and no other."""

import json
import re
from typing import Any

import pytest

from tests.docs.manual import Page, page, unquoted
from webdial.api import Api
from webdial.api.calls import MAX_BODY_BYTES

PAGE = page("docs/reference/api.md")
HEAD = ("field", "type", "meaning")
OPERATION = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)")


async def description() -> Any:
    """The OpenAPI description as a program gets it."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/api/v1/openapi.json"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [], "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await Api()(scope, receive, send)
    assert sent[0]["status"] == 200
    return json.loads(b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
async def schema() -> Any:
    return await description()


def operations_of_page() -> dict[str, Page]:
    return {title: each for title, each in PAGE.sections(2).items() if OPERATION.fullmatch(title)}


def operations_of(schema: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def fields_of(section: Page) -> list[set[str]]:
    tables = [rows for rows in section.tables if tuple(rows[0]) == HEAD]
    return [{unquoted(row[0]) for row in rows[1:]} for rows in tables]


def resolved(schema: Any, node: Any) -> Any:
    while "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        node = schema["components"]["schemas"][name]
    return node


def test_operations_are_those_of_the_api(schema: Any) -> None:
    assert set(operations_of_page()) == set(operations_of(schema))


def test_statuses_are_those_of_the_api(schema: Any) -> None:
    told = {
        name: re.search(r"Statuses: ([\d, ]+)\.", section.text)
        for name, section in operations_of_page().items()
    }
    assert {name: match[1].split(", ") for name, match in told.items() if match} == {
        name: sorted(operation["responses"]) for name, operation in operations_of(schema).items()
    }


def test_fields_of_a_call_are_those_of_the_api(schema: Any) -> None:
    operations = operations_of(schema)
    place = operations["POST /api/v1/calls"]
    body = resolved(schema, place["requestBody"]["content"]["application/json"]["schema"])
    answers = [
        resolved(schema, operation["responses"][status]["content"]["application/json"]["schema"])
        for operation, status in (
            (place, "201"),
            (operations["GET /api/v1/calls/{call_id}"], "200"),
        )
    ]
    asked, answered = fields_of(operations_of_page()["POST /api/v1/calls"])
    assert asked == set(body["properties"])
    assert [answered, answered] == [set(answer["properties"]) for answer in answers]
    assert f"at most {body['properties']['number']['maxLength']} characters" in PAGE.text


def test_fields_of_a_problem_are_those_of_the_api(schema: Any) -> None:
    models = [schema["components"]["schemas"][name] for name in ("Problem", "FaultModel")]
    told = fields_of(PAGE.sections(2)["Errors"])
    assert told == [set(model["properties"]) for model in models]


def test_example_of_an_answer_has_the_fields() -> None:
    how_to = page("docs/how-to/call-from-another-program.md")
    (example,) = (json.loads(fence.text) for fence in how_to.fences if fence.info == "json")
    section = operations_of_page()["POST /api/v1/calls"]
    assert set(example) == always_there(section.tables[-1])


def always_there(rows: list[list[str]]) -> set[str]:
    """The fields of an answer that the page does not call occasional."""
    return {unquoted(row[0]) for row in rows[1:] if "Only there when" not in row[2]}


def test_fields_of_a_phone_are_those_of_the_api(schema: Any) -> None:
    operation = "GET /api/v1/phones"
    content = operations_of(schema)[operation]["responses"]["200"]["content"]
    listed = resolved(schema, content["application/json"]["schema"])["properties"]["phones"]
    phone = resolved(schema, listed["items"])
    assert fields_of(operations_of_page()[operation]) == [set(phone["properties"])]


def test_bound_of_a_body_is_told() -> None:
    assert f"more than {MAX_BODY_BYTES // 1024} KiB" in PAGE.text


def test_example_of_a_problem_has_the_fields() -> None:
    (example,) = (json.loads(fence.text) for fence in PAGE.fences if fence.info == "json")
    problem, fault = fields_of(PAGE.sections(2)["Errors"])
    assert set(example) == problem
    assert set(example["faults"][0]) == fault
