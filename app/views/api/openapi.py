"""The OpenAPI document, read off the routes themselves, so that it cannot tell of one that is not there."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app
from werkzeug.routing import Rule

from app.views.api import blueprint
from app.views.api.describing import Operation, describe
from app.views.api.schemas import SCHEMAS
from app.views.door import public

_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_WORDS = {
    200: "done",
    201: "created",
    400: "the request cannot be read",
    401: "no token that counts",
    403: "the role does not include this",
    404: "nothing under this number for you",
    409: "not possible in this state, or still running",
    412: "changed since it was read",
    422: "understood, and not acceptable as it is",
    413: "more than can be read at once",
    415: "a kind of content that is not read here",
    503: "our order system does not answer",
    428: "the version that was seen is not named",
}


@blueprint.get("/openapi.json")
@describe("This document", answer="OpenApi")
@public("says what the API can do, and nothing about anybody")
def specification() -> dict[str, Any]:
    return document()


def document() -> dict[str, Any]:
    """OpenAPI 3.0 of everything under /api/v1."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = current_app.view_functions[rule.endpoint]
        operation = getattr(view, "operation", None)
        if isinstance(operation, Operation):
            path = _PARAMETER.sub(r"{\g<name>}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _operation(rule, method, operation, view)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Portico",
            "version": "1",
            "description": "Orders between a company's customers and its ERP.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(rule: Rule, method: str, operation: Operation, view: object) -> dict[str, Any]:
    open_to_all = hasattr(view, "public_reason")
    statuses = set(operation.statuses) | (set() if open_to_all else {401, 403})
    shaped: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{rule.endpoint.rpartition('.')[2]}_{method.lower()}",
        "parameters": _parameters(rule, operation),
        "responses": {str(status): _response(status, operation) for status in sorted(statuses)},
        "security": [] if open_to_all else [{"token": []}],
    }
    if operation.body:
        content = {kind: _content(operation.body, kind)[kind] for kind in operation.body_types}
        shaped["requestBody"] = {"required": not operation.optional_body, "content": content}
    return shaped


def _parameters(rule: Rule, operation: Operation) -> list[dict[str, Any]]:
    path = [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if found["kind"] == "int" else "string"},
        }
        for found in _PARAMETER.finditer(rule.rule)
    ]
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.query]
    headers = [
        {"name": name, "in": "header", "required": name in operation.headers, "schema": {"type": "string"}}
        for name in (*operation.headers, *operation.optional_headers)
    ]
    return path + query + headers


def _response(status: int, operation: Operation) -> dict[str, Any]:
    kind = operation.answer if status < 400 else "Problem"
    mime = operation.answer_type if status < 400 else "application/problem+json"
    return {"description": _WORDS[status], "content": _content(kind, mime)}


def _content(name: str, mime: str = "application/json") -> dict[str, Any]:
    return {mime: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
