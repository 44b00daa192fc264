"""The API's documentation as a page, made from its schema; nothing is loaded from elsewhere."""

from typing import Any

from django.template.loader import render_to_string
from fastapi.requests import Request
from fastapi.responses import HTMLResponse

Schema = dict[str, Any]

_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

_MEANINGS = {
    "200": "The call.",
    "201": "The call is in the call log; its outcome says what became of it.",
    "401": "The token is missing, unknown or revoked.",
    "404": "There is no such call, or the user may no longer call.",
    "409": "The call was stopped before anything was sent: the dial string or the extension is not in order.",
    "413": "The body is too large.",
    "422": "The number cannot be dialled, or the request is not of the right form.",
    "503": "The call log cannot be written, so nothing was sent.",
}


async def reference_page(request: Request) -> HTMLResponse:
    schema = request.app.openapi()
    content = {
        "address": str(request.base_url).rstrip("/"),
        "operations": [
            _operation(schema, method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ],
        "problem_fields": _fields(schema, schema["components"]["schemas"]["Problem"]),
    }
    page = render_to_string("api_reference.html", content)
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def _operation(schema: Schema, method: str, path: str, operation: Schema) -> dict[str, Any]:
    success = next(answer for status, answer in operation["responses"].items() if status < "300")
    body = operation.get("requestBody")
    return {
        "method": method.upper(),
        "path": path,
        "operationId": operation["operationId"],
        "description": operation.get("description", ""),
        "request": _fields(schema, _content(body)) if body else [],
        "answers": [
            {"status": status, "text": _MEANINGS.get(status, answer["description"])}
            for status, answer in operation["responses"].items()
        ],
        "answer_fields": _fields(schema, _content(success)) if "content" in success else [],
    }


def _content(part: Schema) -> Schema:
    content: Schema = part["content"]["application/json"]["schema"]
    return content


def _fields(schema: Schema, model: Schema) -> list[dict[str, Any]]:
    if "$ref" in model:
        model = schema["components"]["schemas"][model["$ref"].rpartition("/")[2]]
    required = set(model.get("required", ()))
    return [
        {
            "name": name,
            "kind": _kind(field),
            "is_required": name in required,
            "meaning": field.get("description", ""),
        }
        for name, field in model.get("properties", {}).items()
    ]


def _kind(field: Schema) -> str:
    kinds = [field] if "type" in field else field.get("anyOf", [])
    named = [kind.get("format") or kind["type"] for kind in kinds if kind.get("type") != "null"]
    return ", ".join({"string": "text", "array": "list"}.get(name, name) for name in named)
