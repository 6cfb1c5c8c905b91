"""How the OpenAPI document describes errors."""

from __future__ import annotations

from typing import Any

from api.http.problems import ProblemResponse
from api.http.wire import Wire

_MEANINGS = {
    400: "The request is not valid; `errors` names the fields",
    401: "No valid bearer token",
    403: "The caller's role or grants do not allow this",
    404: "There is no such thing, or the caller may not know of it",
    409: "Not possible in the present state",
    410: "What was asked for is not kept any more",
    412: "Changed since the version in If-Match",
    422: "The time slot is not available",
    429: "Too many attempts; try again after Retry-After",
    503: "A part of the service does not answer now; try again",
}


class Problem(Wire):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: dict[str, list[Any]] | None = None


def problem_docs(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that can answer with these, and with 401 as all can."""
    schema = Problem.model_json_schema(mode="serialization")
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {ProblemResponse.media_type: {"schema": schema}},
        }
        for status in sorted({401, *statuses})
    }
