"""The OpenAPI document: FastAPI's, with this service's errors, words and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.idempotency import PARAMETER, REPEATABLE
from api.http.openapi_examples import Examples
from api.http.openapi_story import FILES, STORY
from api.http.openapi_words import DESCRIPTION, PARAMETERS, TAGS
from api.http.problem_docs import Problem, problem_docs, problem_examples
from api.http.problems import ProblemResponse

_SCHEMAS = "#/components/schemas/"
_SUGGESTION = {"$ref": f"{_SCHEMAS}SuggestionDto"}
_FASTAPI_ERROR = "HTTPValidationError"
_INFO: dict[str, Any] = {
    "contact": {"name": "The maintainers of Callboard"},
    "license_info": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
}


def install(app: FastAPI, public_url: str | None = None) -> None:
    """Serve the document. public_url: how the service is reached from outside."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=DESCRIPTION,
                    tags=[{"name": name, "description": words} for name, words in TAGS.items()],
                    servers=[{"url": public_url or "/"}],
                    routes=app.routes,
                    **_INFO,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(mode="serialization", ref_template=_SCHEMAS + "{model}")
    for name, schema in {**problem.pop("$defs"), Problem.__name__: problem}.items():
        schemas.setdefault(name, schema)
    for path, method, operation in operations_of(document):
        _state_errors(path, operation)
        if _takes_key(f"{method.upper()} {path}", operation):
            operation["parameters"].append(PARAMETER)
            _add(operation["responses"], 400, 409, 422)
    document = without_unused(document)
    examples = Examples(schemas, STORY)
    for path, _, operation in operations_of(document):
        _describe(operation)
        _show(path, operation, examples)
    used = {tag for _, _, operation in operations_of(document) for tag in operation.get("tags", ())}
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in used]
    return document


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of every operation."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _state_errors(path: str, operation: dict[str, Any]) -> None:
    """A malformed request is a 400 problem, never FastAPI's 422; and some errors any call can meet."""
    responses = operation["responses"]
    if _FASTAPI_ERROR in str(responses.get("422")):
        del responses["422"]
        _add(responses, 400)
    if path.startswith("/api/"):
        _add(responses, 401, 403, 503)
    if "requestBody" in operation:
        _add(responses, 413)


def _add(responses: dict[str, Any], *statuses: int) -> None:
    described = problem_docs(*statuses)
    for status in statuses:
        responses.setdefault(str(status), described[status])


def _describe(operation: dict[str, Any]) -> None:
    """Say what its parameters mean."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in PARAMETERS:
            parameter.setdefault("description", PARAMETERS[parameter["name"]])


def _show(path: str, operation: dict[str, Any], examples: Examples) -> None:
    """Give an example of its body and of each answer."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        _exemplify(media_type, content, examples)
    place = re.sub(r"\{(\w+)}", lambda name: str(STORY.get(name[1]) or name[1]), path)
    books = {"409", "422"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type == ProblemResponse.media_type:
                suggestion = examples.of(_SUGGESTION) if books else None
                response["content"] = {
                    media_type: {**content, "examples": problem_examples(int(status), place, suggestion)}
                }
            else:
                _exemplify(media_type, content, examples)


def _exemplify(media_type: str, content: dict[str, Any], examples: Examples) -> None:
    """An example of JSON, or of a file that is text."""
    if media_type == "application/json":
        content["example"] = examples.of(content["schema"])
    elif media_type.partition(";")[0] in FILES:
        content["example"] = FILES[media_type.partition(";")[0]]


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
