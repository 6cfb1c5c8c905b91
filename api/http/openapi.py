"""The OpenAPI document, corrected where FastAPI describes errors that this service words differently."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.problem_docs import problem_docs

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
        for operation in operations.values():
            responses = operation["responses"]
            if _FASTAPI_ERROR in str(responses.get("422")):
                del responses["422"]
                _add(responses, 400)
            if path.startswith("/api/"):
                _add(responses, 401)
    schemas = document.get("components", {}).get("schemas", {})
    for name in (_FASTAPI_ERROR, "ValidationError"):
        schemas.pop(name, None)
    return document


def _add(responses: dict[str, Any], status: int) -> None:
    described = problem_docs(status)[status]
    described.pop("model", None)
    responses.setdefault(str(status), described)
