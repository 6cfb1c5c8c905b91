"""Errors as RFC 9457 problem+json; one table maps the domain's exceptions to their status (spec 14)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.advice.few_threads import ThreadsBusy
from api.delivery.event_streams import TooManyStreams
from api.feed_token import without_tokens
from api.storage import StorageUnavailable
from domain.errors import (
    CallboardException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    StaleVersion,
    StateConflict,
    TimeSlotUnavailableException,
    TooManyAttempts,
    UnauthorizedException,
    ValidationException,
)
from persistence.unit_of_work import DatabaseBusy

log = logging.getLogger("callboard.problems")

STATUSES: dict[type[CallboardException], tuple[int, str]] = {
    ValidationException: (400, "Validation Failed"),
    UnauthorizedException: (401, "Authentication Required"),
    ForbiddenException: (403, "Forbidden"),
    NotFoundException: (404, "Not Found"),
    ConflictException: (409, "Scheduling Conflict"),
    StateConflict: (409, "Not Possible Now"),
    StaleVersion: (412, "Changed Meanwhile"),
    TimeSlotUnavailableException: (422, "Time Slot Unavailable"),
    TooManyAttempts: (429, "Too Many Attempts"),
}
"""Status and title by exception; a subclass has its nearest ancestor's."""

_SECTIONS = {
    400: "15.5.1",
    401: "15.5.2",
    403: "15.5.4",
    404: "15.5.5",
    405: "15.5.6",
    409: "15.5.10",
    410: "15.5.11",
    412: "15.5.13",
    413: "15.5.14",
    415: "15.5.16",
    422: "15.5.21",
    500: "15.6.1",
    503: "15.6.4",
}
_ELSEWHERE = {429: "https://www.rfc-editor.org/rfc/rfc6585#section-4"}
"""Statuses that RFC 9110 does not have."""


class ProblemResponse(Response):
    """application/problem+json."""

    media_type = "application/problem+json"


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    errors: Mapping[str, Sequence[Any]] | None = None,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """A problem document about this request."""
    body = problem_body(request.url.path, status, title, detail, errors, more)
    return ProblemResponse(orjson.dumps(body), status_code=status, headers=dict(headers or {}))


def problem_body(
    path: str,
    status: int,
    title: str,
    detail: str,
    errors: Mapping[str, Sequence[Any]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of a problem document about a request of that path, or about a part of it."""
    usual = f"https://www.rfc-editor.org/rfc/rfc9110#section-{_SECTIONS.get(status, '15')}"
    return {
        "type": _ELSEWHERE.get(status, usual),
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
        **({} if errors is None else {"errors": errors}),
        **(more or {}),
    }


def status_of(error: CallboardException) -> tuple[int, str]:
    """The status and title of a domain exception."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def field_of(location: Sequence[str | int]) -> str:
    """Where in the request a message belongs: `body.resources.0.quantity` is `resources[0].quantity`."""
    parts = list(location)
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    name = ""
    for part in parts:
        # "<...>" is an arm of a union, which the client has not written.
        if isinstance(part, str) and part.startswith("<"):
            continue
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "body"


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem document."""
    app.add_exception_handler(CallboardException, _domain_problem)
    app.add_exception_handler(RequestValidationError, _malformed_problem)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(DatabaseBusy, _busy_problem)
    app.add_exception_handler(ThreadsBusy, _busy_problem)
    app.add_exception_handler(TooManyStreams, _busy_problem)
    app.add_exception_handler(StorageUnavailable, _storage_problem)
    app.add_exception_handler(Exception, _unexpected_problem)


async def _domain_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, CallboardException)
    status, title = status_of(error)
    errors = error.errors if isinstance(error, ValidationException) else None
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(math.ceil(error.retry_after.total_seconds()))
    return problem(request, status, title, error.detail, errors, headers=headers)


async def _malformed_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors: dict[str, list[str]] = {}
    for one in error.errors():
        message = str(one["msg"]).removeprefix("Value error, ")
        errors.setdefault(field_of(one["loc"]), []).append(message)
    detail = "; ".join(f"{field}: {messages[0]}" for field, messages in list(errors.items())[:5])
    return problem(request, 400, "Validation Failed", _printable(detail), _printable_errors(errors))


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 400:
        return problem(request, 400, "Validation Failed", detail, {"body": [detail]})
    title = HTTPStatus(error.status_code).phrase
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers or {}
    return problem(request, error.status_code, title, detail, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of the path; each is a route of its own, and the framework names the first one's."""
    routes = list(iter_route_contexts(request.app.routes))
    path = next((one.path for one in routes if one.matches(request.scope)[0] is not Match.NONE), None)
    methods = {method for one in routes if one.path == path for method in one.methods or ()}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


async def _busy_problem(request: Request, _error: Exception) -> Response:
    detail = "The service is busy; try again shortly"
    return problem(request, 503, "Busy", detail, headers={"Retry-After": "1"})


async def _storage_problem(request: Request, error: Exception) -> Response:
    log.error("storage failed at %s %s", request.method, request.url.path, exc_info=error)
    detail = "The store for files does not answer; try again shortly"
    return problem(request, 503, "Storage Unavailable", detail, headers={"Retry-After": "10"})


async def _unexpected_problem(request: Request, error: Exception) -> Response:
    path = without_tokens(request.url.path)
    log.error("unexpected error at %s %s", request.method, path, exc_info=error)
    return problem(request, 500, "Internal Error", "Something went wrong on our side; it has been logged")


def _printable(message: str) -> str:
    """The text without unpaired surrogates, which JSON cannot carry as UTF-8."""
    return message.encode("utf-8", "replace").decode()


def _printable_errors(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {_printable(field): [_printable(one) for one in messages] for field, messages in errors.items()}
