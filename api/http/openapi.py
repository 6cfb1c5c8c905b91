"""The OpenAPI document, corrected where FastAPI describes errors that this service words differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.idempotency import PARAMETER, REPEATABLE
from api.http.problem_docs import problem_docs

_SCHEMAS = "#/components/schemas/"
_FASTAPI_ERROR = "HTTPValidationError"


def install(app: FastAPI) -> None:
    """Serve the corrected document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _corrected(
                get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    """A malformed request is a 400 problem, never FastAPI's 422; and every /api call can answer 401."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            if _FASTAPI_ERROR in str(responses.get("422")):
                del responses["422"]
                _add(responses, 400)
            if path.startswith("/api/"):
                _add(responses, 401)
            if _takes_key(f"{method.upper()} {path}", operation):
                operation["parameters"].append(PARAMETER)
                for status in (400, 409, 422):
                    _add(responses, status)
    return without_unused(document)


def _takes_key(name: str, operation: dict[str, Any]) -> bool:
    """Whether it takes an Idempotency-Key, as writes do."""
    takes = {one["name"] for one in operation.get("parameters", ())}
    return "dryRun" in takes and name not in REPEATABLE


def without_unused(document: dict[str, Any]) -> dict[str, Any]:
    """The document without schemas that no path leads to, be it by way of others."""
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    used: set[str] = set()
    ahead = set(_named(document["paths"]))
    while ahead:
        used |= ahead
        ahead = {name for one in ahead for name in _named(schemas.get(one))} - used
    for name in schemas.keys() - used:
        del schemas[name]
    return document


def _named(value: object) -> Iterator[str]:
    """The schemas named anywhere below a value: by `$ref`, or by what tells alternatives apart."""
    if isinstance(value, str) and value.startswith(_SCHEMAS):
        yield value.removeprefix(_SCHEMAS)
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _named(child)


def _add(responses: dict[str, Any], status: int) -> None:
    described = problem_docs(status)[status]
    described.pop("model", None)
    responses.setdefault(str(status), described)
